import { allocate } from '@finaegis/kernel/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Body, balanceOf, eur, textOf } from '../api.ts';
import { cents, hold, inRounds, leg, rounds, twoServers, verdict, verdicts } from './two-servers.ts';

const servers = twoServers();
const cash = 'main:cash';
const usd = (amount: string) => ({ amount, asset: 'USD' });

const setLimit = (account: string, limit: string): Promise<Body> =>
  servers.one.make(`/v1/accounts/${account}/overdraft-limits`, { limit: eur(limit) });

describe('a reversal', () => {
  it('asked for twice at once undoes the journal once, under one id or under two', async () => {
    const { one, other, newId } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer('1000.00')];
    await inRounds(async (round) => {
      const paid = await one.make('/v1/transfers', { from: payer, to: payee, amount: eur('10.00') });
      const path = `/v1/journals/${textOf(paid, 'journalId')}/reversals`;
      const isOneId = round % 2 === 0;
      const id = newId();
      const bodies = isOneId ? [{ id }, { id }] : [{}, {}];
      const answers = await Promise.all([one.post(path, bodies[0]), other.post(path, bodies[1])]);
      expect(verdicts(answers)).toEqual(isOneId ? ['200', '201'] : ['201', '422 journal_already_reversed']);
    });
    // Had one of them been done twice, the payee's own money would have paid for it.
    for (const account of [payer, payee])
      expect(await balanceOf(one, account)).toMatchObject({ posted: eur('1000.00') });
  });

  it('in parts from two sides at once never gives back more than was paid', async () => {
    const { one, other } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer('1000.00')];
    await inRounds(async () => {
      const paid = await one.make('/v1/transfers', { from: payer, to: payee, amount: eur('10.00') });
      const path = `/v1/journals/${textOf(paid, 'journalId')}/reversals`;
      const part = { lines: [0, 1].map((line) => ({ line, amount: eur('6.00') })) };
      const answers = await Promise.all([one.post(path, part), other.post(path, part)]);
      expect(verdicts(answers)).toEqual(['201', '422 reversal_exceeds_original']);
      await other.make(path, {});
    });
    for (const account of [payer, payee])
      expect(await balanceOf(one, account)).toMatchObject({ posted: eur('1000.00') });
  });

  it('of a conversion gives back the amounts of that day, whatever the rate is now', async () => {
    const { one, other } = servers;
    const customer = await servers.customer('100.00');
    const rate = async (mid: string): Promise<void> => {
      const validFrom = new Date().toISOString().slice(0, 10);
      await one.make('/v1/rates', { from: 'EUR', to: 'USD', mid, validFrom });
      // Seen by both, or the second process might still price by the old one.
      const position = (await one.get('/v1/entities')).headers.get('finaegis-position') ?? '';
      for (const caller of [one, other])
        expect((await caller.get('/v1/rates/EUR/USD', { position })).body['mid']).toBe(mid);
    };
    await rate('1.1');
    const quote = await one.make('/v1/quotes', { sell: eur('100.00'), buyAsset: 'USD', marginBps: 100 });
    const converted = await one.make('/v1/conversions', { quoteId: textOf(quote, 'quoteId'), account: customer });
    expect(await balanceOf(one, customer, 'USD')).toMatchObject({ posted: usd('108.90') });
    await rate('1.25');
    const reversal = await other.make(`/v1/journals/${textOf(converted, 'journalId')}/reversals`, {});
    const amounts = ({ postings }: Body) => (postings as readonly Body[]).map(({ amount }) => amount);
    expect(amounts(reversal)).toEqual(amounts(converted));
    expect(await balanceOf(one, customer)).toMatchObject({ posted: eur('100.00') });
    for (const account of [customer, 'main:fx-position', 'main:income/fx-spread'])
      expect(await balanceOf(one, account, 'USD')).toMatchObject({ posted: usd('0.00') });
    expect(await balanceOf(one, 'main:fx-position')).toMatchObject({ posted: eur('0.00') });
    // The quote is used up all the same: undoing an error is not another chance at the old price.
    const again = await other.post('/v1/conversions', { quoteId: textOf(quote, 'quoteId'), account: customer });
    expect(verdict(again)).toBe('422 quote_used');
  });
});

describe('a refund', () => {
  it('asked for twice at once, under two keys to two processes, is one payment', async () => {
    const { one, other, newId } = servers;
    const [merchant, customer] = [await servers.customer('1000.00'), await servers.customer()];
    await inRounds(async () => {
      const refund = { id: newId(), from: merchant, to: customer, amount: eur('1.00'), description: 'Refund' };
      const answers = await Promise.all([one, other].map((caller) => caller.post('/v1/transfers', refund)));
      expect(verdicts(answers)).toEqual(['200', '201']);
    });
    expect(await balanceOf(one, customer)).toMatchObject({ posted: eur(cents(BigInt(rounds) * 100n)) });
  });
});

describe('a split', () => {
  it('by any weights hands out every cent once: nobody’s share is a unit more or less than its weight says', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 20n }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 6n }), { minLength: 1, maxLength: 20 }),
        (total, weights) => {
          const whole = weights.reduce((sum, weight) => sum + weight, 0n);
          fc.pre(whole > 0n);
          const shares = allocate(total, weights);
          expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total);
          for (const [index, weight] of weights.entries()) {
            const exact = (total * weight) / whole;
            expect([exact, exact + 1n]).toContain(shares[index]);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is booked to the cent, and one that loses or creates a cent is not booked at all', async () => {
    const { one, other } = servers;
    const payer = await servers.customer('100000.00');
    const payees = await Promise.all([1, 2, 3].map(() => servers.customer()));
    let paid = 0n;
    const cases = fc.record({
      total: fc.bigInt({ min: 10n, max: 99_999n }),
      weights: fc.tuple(...payees.map(() => fc.bigInt({ min: 1n, max: 97n }))),
      by: fc.constantFrom(1n, -1n),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ total, weights, by }) => {
        const shares = allocate(total, weights);
        fc.pre(shares.every((share) => share > 1n));
        const journal = (its: readonly bigint[]) => ({
          kind: 'split',
          postings: [
            leg(payer, 'debit', cents(total)),
            ...its.map((share, index) => leg(payees[index] ?? '', 'credit', cents(share))),
          ],
        });
        const wrong = shares.map((share, index) => (index === 1 ? share + by : share));
        expect(verdict(await other.post('/v1/journals', journal(wrong)))).toBe('422 journal_unbalanced');
        expect(verdict(await one.post('/v1/journals', journal(shares)))).toBe('201');
        paid += total;
      }),
      { numRuns: 40 },
    );
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur(cents(10_000_000n - paid)) });
  });

  it('of a price into what the customer gets and the spread adds up to the mid price in every conversion', async () => {
    const { one } = servers;
    const customer = await servers.customer('100000.00');
    const terms = fc.record({
      sold: fc.bigInt({ min: 2n, max: 99_999n }),
      marginBps: fc.integer({ min: -300, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(terms, async ({ sold, marginBps }) => {
        const quote = await one.make('/v1/quotes', { sell: eur(cents(sold)), buyAsset: 'USD', marginBps });
        const { postings } = await one.make('/v1/conversions', {
          quoteId: textOf(quote, 'quoteId'),
          account: customer,
        });
        let net = 0n;
        for (const { side, amount } of postings as readonly {
          side: string;
          amount: { amount: string; asset: string };
        }[])
          if (amount.asset === 'USD') net += BigInt(amount.amount.replace('.', '')) * (side === 'credit' ? 1n : -1n);
        expect(net).toBe(0n);
      }),
      { numRuns: 25 },
    );
  });
});

describe('an overdraft', () => {
  it('is what it was before, to the cent, when what reached into it is cancelled', async () => {
    const { one, other } = servers;
    const [payer, payee] = [await servers.customer('10.00'), await servers.customer()];
    await setLimit(payer, '50.00');
    const before = await balanceOf(one, payer);
    expect(before).toMatchObject({ posted: eur('10.00'), spendable: eur('60.00') });

    const held = await hold(one, payer, '60.00');
    expect(await balanceOf(one, payer)).toMatchObject({ available: eur('-50.00'), spendable: eur('0.00') });
    await other.make(`/v1/holds/${held}/void`, {});
    expect(await balanceOf(one, payer)).toEqual(before);

    const paid = await other.make('/v1/transfers', { from: payer, to: payee, amount: eur('45.00') });
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('-35.00'), spendable: eur('15.00') });
    await one.make(`/v1/journals/${textOf(paid, 'journalId')}/reversals`, {});
    expect(await balanceOf(one, payer)).toEqual(before);

    // The limit went while the hold stood: it is released all the same, and nothing of the limit comes back with it.
    const standing = await hold(one, payer, '40.00');
    await one.make(`/v1/holds/${standing}/captures`, { to: payee, amount: eur('15.00'), isFinal: false });
    await setLimit(payer, '0.00');
    await other.make(`/v1/holds/${standing}/void`, {});
    expect(await balanceOf(one, payer)).toMatchObject({
      posted: eur('-5.00'),
      heldOut: eur('0.00'),
      available: eur('-5.00'),
      spendable: eur('-5.00'),
    });
    expect(verdict(await one.post('/v1/transfers', { from: payer, to: payee, amount: eur('0.01') }))).toBe(
      '422 insufficient_funds',
    );
  });

  it('granted after a forced debit and a credit counts from what is owed, and never forgives it', async () => {
    const { one, other } = servers;
    const [payer, payee] = [await servers.customer('60.00'), await servers.customer('100.00')];
    const chargeback = {
      kind: 'chargeback',
      forced: 'chargeback',
      postings: [leg(payer, 'debit', '100.00'), leg(cash, 'credit', '100.00')],
    };
    const forced = textOf(await one.make('/v1/journals', chargeback), 'journalId');
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('-40.00'), spendable: eur('-40.00') });
    const spend = (amount: string) => other.post('/v1/transfers', { from: payer, to: payee, amount: eur(amount) });

    // What comes in passes although the account is still below its floor, and opens nothing to spend.
    await other.make('/v1/transfers', { from: payee, to: payer, amount: eur('10.00') });
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('-30.00'), spendable: eur('-30.00') });
    expect(verdict(await spend('0.01'))).toBe('422 insufficient_funds');

    await setLimit(payer, '50.00');
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('-30.00'), spendable: eur('20.00') });
    expect(verdict(await spend('20.01'))).toBe('422 insufficient_funds');
    expect(verdict(await spend('20.00'))).toBe('201');

    await setLimit(payer, '0.00');
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('-50.00'), spendable: eur('-50.00') });
    expect(verdict(await other.post('/v1/holds', { account: payer, amount: eur('0.01') }))).toBe(
      '422 insufficient_funds',
    );
    await other.make('/v1/deposits', { accountId: payer, amount: eur('50.01') });
    expect(verdict(await spend('0.01'))).toBe('201');
    expect((await one.see(`/v1/journals/${forced}`))['forced']).toBe('chargeback');
  });
});
