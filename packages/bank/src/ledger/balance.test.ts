import { describe, expect, it } from 'vitest';
import { afterPosting, availableOf, isInRange, postedOf, shortfall, spendableOf } from './balance.ts';
import { customerBalance } from './fixtures/paper-book.ts';
import { type AccountClass, classes, mirrored, normalSide } from './terms.ts';

const ada = customerBalance('ada', { debitsMinor: 30n, creditsMinor: 100n });
const of = (accountClass: AccountClass) => ({ ...ada, class: accountClass });

describe('what a balance says', () => {
  it('is raised by its normal side: debits for assets and expenses, credits for everything else', () => {
    expect(classes.map((one) => [one, normalSide(one), postedOf(of(one))])).toEqual([
      ['asset', 'debit', -70n],
      ['liability', 'credit', 70n],
      ['equity', 'credit', 70n],
      ['income', 'credit', 70n],
      ['expense', 'debit', -70n],
      ['position', 'credit', 70n],
    ]);
    expect([mirrored('debit'), mirrored('credit')]).toEqual(['credit', 'debit']);
  });

  it('holds and blocked amounts are posted and not available; the overdraft limit may be spent besides', () => {
    const balance = { ...ada, heldOutMinor: 20n, blockedMinor: 7n, overdraftLimitMinor: 5n };
    expect([postedOf(balance), availableOf(balance), spendableOf(balance)]).toEqual([70n, 43n, 48n]);
  });

  it('a posting moves its own counter and the instant of the newest booking, and nothing else', () => {
    const at = '2026-03-02T09:00:00.000Z';
    // Every property has a value of its own, so that none can be taken for another.
    const before = {
      ...customerBalance('ada', { debitsMinor: 30n, creditsMinor: 100n, heldOutMinor: 1n, blockedMinor: 2n }),
      ...({ overdraftLimitMinor: 3n, debitBlocks: 4, creditBlocks: 5, bookedAt: at } as const),
    };
    const later = '2026-03-02T10:00:00.000Z';
    expect(afterPosting(before, { side: 'debit', amountMinor: 5n }, later)).toMatchObject({
      ...before,
      debitsMinor: 35n,
      bookedAt: later,
    });
    expect(afterPosting(before, { side: 'credit', amountMinor: 5n })).toMatchObject({ ...before, creditsMinor: 105n });
    // Whether it is stored yet is for its commit to say.
    expect(afterPosting({ ...before, isNew: true }, { side: 'credit', amountMinor: 5n }).isNew).toBe(true);
  });

  it('neither counter has more than 38 digits', () => {
    const limit = 10n ** 38n;
    expect(isInRange({ debitsMinor: limit - 1n, creditsMinor: limit - 1n })).toBe(true);
    expect(isInRange({ debitsMinor: limit, creditsMinor: 0n })).toBe(false);
    expect(isInRange({ debitsMinor: 0n, creditsMinor: limit })).toBe(false);
  });
});

describe('the floor of a balance', () => {
  it('lets go exactly what is spendable and not one unit more, whether posted, held or both', () => {
    for (const [postedMinor, heldOutMinor] of [
      [-70n, 0n],
      [0n, 70n],
      [-30n, 40n],
    ] as const) {
      expect(shortfall(ada, { postedMinor, heldOutMinor })).toBeUndefined();
      expect(shortfall(ada, { postedMinor: postedMinor - 1n, heldOutMinor })).toEqual({ spendableMinor: 70n });
    }
    expect(shortfall(ada, { heldOutMinor: 71n })).toEqual({ spendableMinor: 70n });
    expect(shortfall(ada, { postedMinor: -71n })).toEqual({ spendableMinor: 70n });
  });

  it('is deepened by nothing that raises, even far below it', () => {
    const below = { ...ada, debitsMinor: 1_000n };
    expect(shortfall(below, { postedMinor: 1n })).toBeUndefined();
    expect(shortfall(below, { heldOutMinor: -1n })).toBeUndefined();
    expect(shortfall(below, {})).toBeUndefined();
    // A hold beside a credit that does not pay for it is no raising.
    expect(shortfall(below, { postedMinor: 1n, heldOutMinor: 2n })).toEqual({ spendableMinor: -900n });
  });

  it('is none where the account has none', () => {
    expect(shortfall({ ...ada, hasFloor: false }, { postedMinor: -(10n ** 30n) })).toBeUndefined();
  });
});
