import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardJournalId } from '../card-deposit/card-deposit.ts';
import type { CardMovement } from '../card-provider.ts';
import { events } from '../fixtures/paper-payment.ts';
import { cardPayoutIdOf } from '../payout/payout.ts';
import {
  comparePspDay,
  isForAPerson,
  journalsOfKey,
  type KeyedAmount,
  keyOfMovement,
  type PspDifference,
  partsOfMovement,
} from './compare.ts';
import { pspLines } from './events.ts';
import { type ExplainPspDay, explainPspDay, pspDayAggregate, pspItemId } from './psp-day.ts';

const own = '0190b000-0000-7000-8000-000000000007';
const movement = (kind: CardMovement['kind'], more: Partial<CardMovement> = {}): CardMovement => ({
  movementId: 'txn_1',
  kind,
  asset: 'EUR',
  grossMinor: 1_000n,
  feeMinor: 0n,
  netMinor: 1_000n,
  ...more,
});

describe('a movement of a provider', () => {
  it.each<[CardMovement['kind'], string | undefined, string]>([
    ['charge', own, `deposit:${own}`],
    ['charge', 'ch_1', 'movement:txn_1'],
    ['refund', own, `refund:${own}`],
    ['refund_failure', own, `refund:${own}`],
    ['refund', 're_1', 'movement:txn_1'],
    ['dispute', undefined, 'movement:txn_1'],
    ['payout', 'po_1', `payout:${cardPayoutIdOf('stripe', 'po_1')}`],
    ['payout_failure', 'po_1', `payout:${cardPayoutIdOf('stripe', 'po_1')}`],
    ['payout', undefined, 'movement:txn_1'],
    ['fee', 'po_1', 'cost:txn_1'],
    ['other', own, 'movement:txn_1'],
  ])('%s of %s is about %s', (kind, subject, key) => {
    expect(keyOfMovement('stripe', movement(kind, subject === undefined ? {} : { subject }))).toBe(key);
  });

  it('is its gross and its fee; that of a refund is booked apart', () => {
    const charge = movement('charge', { subject: own, feeMinor: 59n });
    expect(partsOfMovement('stripe', charge)).toEqual([
      { key: `deposit:${own}`, line: 'charges', amountMinor: 1_000n },
      { key: `deposit:${own}`, line: 'fees', amountMinor: -59n },
    ]);
    const refund = movement('refund', { subject: own, grossMinor: -1_000n, feeMinor: 20n });
    expect(partsOfMovement('stripe', refund)).toEqual([
      { key: `refund:${own}`, line: 'refunds', amountMinor: -1_000n },
      { key: 'cost:txn_1', line: 'fees', amountMinor: -20n },
    ]);
    expect(journalsOfKey(`deposit:${own}`)).toContain(cardJournalId(own, 'arrive'));
    expect(journalsOfKey('movement:txn_1')).toEqual([]);
  });
});

const amount = (key: string, amountMinor: bigint): KeyedAmount => ({ key, line: 'charges', amountMinor });
const date = '2025-01-30';

describe('a day of both sides', () => {
  it('leaves open what one has and the other has not, as old as it is', () => {
    const carried: readonly PspDifference[] = [
      { key: 'deposit:a', amountMinor: -100n, since: '2025-01-29' },
      { key: 'movement:b', amountMinor: -5n, since: '2025-01-02', workItemId: 'w-b' },
      { key: 'movement:c', amountMinor: -7n, since: '2025-01-02', workItemId: 'w-c' },
    ];
    const booked = [amount('deposit:a', 100n), amount('deposit:d', 40n), amount('movement:c', 3n)];
    const { differences, ended } = comparePspDay({ date, carried, booked, told: [amount('deposit:e', 9n)] });
    expect(differences).toEqual([
      { key: 'deposit:d', amountMinor: 40n, since: date },
      { key: 'deposit:e', amountMinor: -9n, since: date },
      { key: 'movement:b', amountMinor: -5n, since: '2025-01-02', workItemId: 'w-b' },
      // Another amount is another difference, of which somebody is told anew.
      { key: 'movement:c', amountMinor: -4n, since: '2025-01-02' },
    ]);
    expect(ended.map(({ key }) => key)).toEqual(['deposit:a', 'movement:c']);
  });

  it('adds up to the cent, whatever came in whatever order over however many days', () => {
    const amounts = fc.array(
      fc.record({
        key: fc.constantFrom('deposit:a', 'refund:b', 'movement:c', 'payout:d', 'cost:e'),
        line: fc.constantFrom(...pspLines),
        amountMinor: fc.bigInt(-1_000n, 1_000n),
      }),
    );
    const days = fc.array(fc.record({ booked: amounts, told: amounts }), { maxLength: 5 });
    fc.assert(
      fc.property(days, (all) => {
        let [carried, bookedMinor, toldMinor] = [[] as readonly PspDifference[], 0n, 0n];
        for (const [index, { booked, told }] of all.entries()) {
          const day = comparePspDay({ date: `2025-01-0${index + 1}`, carried, booked, told });
          for (const line of pspLines) {
            bookedMinor += day.lines[line].bookedMinor;
            toldMinor += day.lines[line].toldMinor;
          }
          const openMinor = day.differences.reduce((sum, one) => sum + one.amountMinor, 0n);
          expect(openMinor).toBe(bookedMinor - toldMinor);
          carried = day.differences;
        }
      }),
    );
  });

  it.each<[string, string, boolean]>([
    ['movement:x', '2025-01-30', true],
    ['journal:x', '2025-01-30', true],
    ['payout-cost:x', '2025-01-30', true],
    ['deposit:x', '2025-01-30', false],
    ['deposit:x', '2025-01-29', true],
    ['dispute:x', '2025-01-28', false],
    ['dispute:x', '2025-01-27', true],
    ['refund:x', '2025-01-21', false],
    ['refund:x', '2025-01-20', true],
    ['payout:x', '2025-01-20', true],
    ['cost:x', '2025-01-01', false],
    ['cost:x', '2024-12-30', true],
  ])('%s open since %s is for a person: %s', (key, since, isIt) => {
    expect(isForAPerson({ key, since, amountMinor: 1n }, date)).toBe(isIt);
  });
});

describe('what a day came to', () => {
  const { initial } = pspDayAggregate;
  const nothing = { bookedMinor: 0n, toldMinor: 0n };
  const account = { entity: 'main', provider: 'stripe', asset: 'EUR' };
  const given: PspDifference = { key: 'movement:x', amountMinor: -5n, since: date };
  const data: ExplainPspDay = {
    ...account,
    dayId: own,
    date,
    opening: { bookedMinor: 10n, toldMinor: 10n },
    lines: {
      charges: { bookedMinor: 100n, toldMinor: 100n },
      fees: nothing,
      refunds: nothing,
      disputes: nothing,
      payouts: nothing,
      other: { bookedMinor: 0n, toldMinor: 5n },
    },
    closing: { bookedMinor: 110n, toldMinor: 115n },
    differences: [{ ...given, workItemId: pspItemId(account, given) }],
    endedItems: ['w-open', 'w-gone'],
    movements: 2,
    postings: 1,
  };
  const open = { status: 'open' } as never;
  const facts = {
    actor: 'psp-days',
    itemOf: (id: string) => (id === 'w-open' ? open : ({ status: id === 'w-gone' ? 'resolved' : 'unknown' } as never)),
  };

  it('opens an item for a person and ends those of what is over, once', () => {
    const made = events(explainPspDay(initial, data, facts));
    expect(made.map(({ type }) => type)).toEqual([
      'WorkItemOpened',
      'WorkItemResolved',
      'PspDifferencesNoted',
      'PspDayExplained',
    ]);
    expect(made[0]?.data).toMatchObject({ amountMinor: 5n, kind: 'break', reason: 'told_and_not_booked' });
    expect(made[1]?.data).toMatchObject({ workItemId: 'w-open', reason: 'difference_ended' });
    expect(made[3]?.data).toMatchObject({ differenceMinor: -5n, openCount: 1, itemCount: 1 });
    const known = explainPspDay({ status: 'agreed' } as never, data, facts);
    expect(events(known)).toEqual([]);
  });

  it.each<[string, Partial<ExplainPspDay>]>([
    ['the ledger’s balance', { closing: { bookedMinor: 111n, toldMinor: 115n } }],
    ['the provider’s balance', { closing: { bookedMinor: 110n, toldMinor: 114n } }],
    ['the differences', { differences: [] }],
  ])('is recorded by nobody when %s is not what it adds up to', (_, wrong) => {
    expect(() => explainPspDay(initial, { ...data, ...wrong }, facts)).toThrow('does not add up');
  });
});
