import { setTimeout as pause } from 'node:timers/promises';
import { divide } from '@finaegis/kernel/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balanceOf, eur, itemsOf, textOf } from '../api.ts';
import { cents, hold, inRounds, leg, rounds, twoServers, verdict, verdicts } from './two-servers.ts';

const servers = twoServers('clearing/card');
const card = 'main:clearing/card';

describe('a hold', () => {
  it('counts: what it reserves can be neither paid, withdrawn, held again, converted away nor closed over', async () => {
    const { one, other, newId } = servers;
    const [payer, payee] = [await servers.customer('100.00'), await servers.customer()];
    await one.make('/v1/rates', {
      from: 'EUR',
      to: 'USD',
      mid: '1.1000',
      validFrom: new Date().toISOString().slice(0, 10),
    });
    await one.see('/v1/rates/EUR/USD');
    const quoteId = textOf(await one.make('/v1/quotes', { sell: eur('20.01'), buyAsset: 'USD' }), 'quoteId');
    await hold(one, payer, '80.00');
    expect(await balanceOf(one, payer)).toMatchObject({
      posted: eur('100.00'),
      heldOut: eur('80.00'),
      available: eur('20.00'),
      spendable: eur('20.00'),
    });
    const tooMuch = eur('20.01');
    const refused = await Promise.all([
      other.post('/v1/transfers', { from: payer, to: payee, amount: tooMuch }),
      other.post('/v1/transfers', { from: payer, to: payee, amount: eur('20.00'), fee: eur('0.01') }),
      other.post('/v1/withdrawals', { accountId: payer, amount: tooMuch }),
      other.post('/v1/holds', { account: payer, amount: tooMuch }),
      other.post('/v1/journals', {
        kind: 'fee',
        postings: [leg(payer, 'debit', '20.01'), leg(payee, 'credit', '20.01')],
      }),
      other.post('/v1/conversions', { id: newId(), quoteId, account: payer }),
    ]);
    expect(refused.map(verdict)).toEqual(refused.map(() => '422 insufficient_funds'));
    await other.make('/v1/transfers', { from: payer, to: payee, amount: eur('20.00') });
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('80.00'), available: eur('0.00') });
    expect(verdict(await other.post(`/v1/accounts/${payer}/closing`, {}))).toBe('422 account_not_empty');
  });

  it('that was refused is no hold: it cannot be captured later, not even when the money has come since', async () => {
    const { one, other, newId } = servers;
    const payer = await servers.customer('10.00');
    const id = newId();
    const asked = { id, account: payer, amount: eur('80.00') };
    expect(verdict(await one.post('/v1/holds', asked, { key: 'refused-hold' }))).toBe('422 insufficient_funds');
    await one.make('/v1/deposits', { accountId: payer, amount: eur('1000.00') });
    expect(verdict(await other.post(`/v1/holds/${id}/captures`, { to: card }))).toBe('404 hold_unknown');
    const journal = {
      kind: 'capture',
      postings: [leg(payer, 'debit', '80.00'), leg(card, 'credit', '80.00')],
      captures: [{ holdId: id, amount: eur('80.00') }],
    };
    expect(verdict(await other.post('/v1/journals', journal))).toBe('404 hold_unknown');
    expect(itemsOf(await one.see(`/v1/holds?account=${payer}`))).toEqual([]);
    // Its refusal stays the answer under its key, so nobody takes a late retry for an acceptance.
    expect(verdict(await other.post('/v1/holds', asked, { key: 'refused-hold' }))).toBe('422 insufficient_funds');
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('1010.00'), heldOut: eur('0.00') });
  });

  it('captured by two processes at once is captured once, and two parts never take more than the whole', async () => {
    const { one, other } = servers;
    const payer = await servers.customer('2000.00');
    await inRounds(async (round) => {
      const isInParts = round % 2 === 1;
      const holdId = await hold(one, payer, '10.00');
      const capture = { to: card, amount: eur(isInParts ? '6.00' : '10.00'), isFinal: !isInParts };
      const answers = await Promise.all(
        [one, other].map((caller) => caller.post(`/v1/holds/${holdId}/captures`, capture)),
      );
      expect(verdicts(answers)).toEqual(['201', isInParts ? '422 capture_exceeds_hold' : '422 hold_not_active']);
      if (isInParts) await other.make(`/v1/holds/${holdId}/void`, {});
    });
    const taken = BigInt(rounds / 2) * 1_600n;
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur(cents(200_000n - taken)), heldOut: eur('0.00') });
  });

  it('whose one capture is sent twice, under two keys to two processes, is committed once and answered twice', async () => {
    const { one, other, newId } = servers;
    const payer = await servers.customer('1000.00');
    await inRounds(async () => {
      const holdId = await hold(one, payer, '10.00');
      // Not final, with as much left: a second commit would find enough to take.
      const capture = { id: newId(), to: card, amount: eur('5.00'), isFinal: false };
      const answers = await Promise.all(
        [one, other].map((caller) => caller.post(`/v1/holds/${holdId}/captures`, capture)),
      );
      expect(verdicts(answers)).toEqual(['200', '201']);
      expect(answers.map(({ body }) => body['journalId'])).toEqual([capture.id, capture.id]);
      expect(await one.make(`/v1/holds/${holdId}/void`, {})).toMatchObject({ captured: eur('5.00'), status: 'voided' });
      expect(verdict(await other.post(`/v1/holds/${holdId}/captures`, { ...capture, id: newId() }))).toBe(
        '422 hold_not_active',
      );
    });
    expect(await balanceOf(one, payer)).toMatchObject({
      posted: eur(cents(100_000n - BigInt(rounds) * 500n)),
      heldOut: eur('0.00'),
    });
  });

  it('captured in the instant it expires is captured or expired, never both and never neither', async () => {
    const { one, other } = servers;
    const payer = await servers.customer('1000.00');
    // Far enough away that all of them are placed before it, also on a machine that is busy with something else.
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    const holds = await Promise.all(Array.from({ length: rounds }, () => hold(one, payer, '10.00', { expiresAt })));
    await pause(Date.parse(expiresAt) - Date.now() + 50);
    let captured = 0;
    await inRounds(async (round) => {
      const holdId = holds[round] ?? '';
      const capture = () => one.post(`/v1/holds/${holdId}/captures`, { to: card });
      const expire = () => other.post(`/v1/holds/${holdId}/expiry`, {});
      const answers = await Promise.all(round % 2 === 0 ? [capture(), expire()] : [expire(), capture()]);
      const wonBy = verdicts(answers)[0];
      expect(['200', '201']).toContain(wonBy);
      expect(verdicts(answers)).toEqual([wonBy, '422 hold_not_active']);
      if (wonBy === '201') captured += 1;
      expect((await one.get(`/v1/holds/${holdId}`)).body['status']).toBe(wonBy === '201' ? 'captured' : 'expired');
    });
    expect(await balanceOf(one, payer)).toMatchObject({
      posted: eur(cents(100_000n - BigInt(captured) * 1_000n)),
      heldOut: eur('0.00'),
    });
  });
});

describe('one journal that captures two holds', () => {
  const two = (holds: readonly [string, string], amount: string, postings: readonly object[]) => ({
    kind: 'settlement',
    postings,
    captures: holds.map((holdId) => ({ holdId, amount: eur(amount) })),
  });

  it('uses both or neither, each for its own account, and releases exactly what they reserved', async () => {
    const { one, other } = servers;
    const [a, b, payee] = [await servers.customer('50.00'), await servers.customer('50.00'), await servers.customer()];
    const [ofA, ofB] = [await hold(one, a, '50.00'), await hold(one, b, '40.00')];
    const postings = [leg(a, 'debit', '45.00'), leg(b, 'debit', '45.00'), leg(payee, 'credit', '90.00')];
    // B's hold is too small for its part, so A's stays as it was.
    expect(verdict(await other.post('/v1/journals', two([ofA, ofB], '45.00', postings)))).toBe(
      '422 capture_exceeds_hold',
    );
    expect(await balanceOf(one, a)).toMatchObject({ posted: eur('50.00'), heldOut: eur('50.00') });
    await other.make(`/v1/holds/${ofB}/increase`, { amount: eur('45.00') });
    await other.make('/v1/journals', two([ofA, ofB], '45.00', postings));
    for (const account of [a, b]) {
      expect(await balanceOf(one, account)).toMatchObject({ posted: eur('5.00'), heldOut: eur('0.00') });
    }
    expect(await balanceOf(one, payee)).toMatchObject({ posted: eur('90.00') });
    for (const [holdId, amount] of [
      [ofA, '50.00'],
      [ofB, '45.00'],
    ] as const) {
      expect((await one.get(`/v1/holds/${holdId}`)).body).toMatchObject({
        status: 'captured',
        amount: eur(amount),
        captured: eur('45.00'),
        remaining: eur('0.00'),
      });
    }
  });

  it('takes from an account what both captured of it: one debit does not pay for two holds', async () => {
    const { one, other } = servers;
    const [payer, payee] = [await servers.customer('100.00'), await servers.customer()];
    const holds = [await hold(one, payer, '50.00'), await hold(one, payer, '50.00')] as const;
    const taking = (amount: string) => [leg(payer, 'debit', amount), leg(payee, 'credit', amount)];
    const once = await other.post('/v1/journals', two(holds, '50.00', taking('50.00')));
    expect(verdict(once)).toBe('422 capture_exceeds_debit');
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('100.00'), heldOut: eur('100.00') });
    await other.make('/v1/journals', two(holds, '50.00', taking('100.00')));
    expect(await balanceOf(one, payer)).toMatchObject({ posted: eur('0.00'), heldOut: eur('0.00') });
  });

  it('races another that captures the same two in the other order: one of them gets both', async () => {
    const { one, other } = servers;
    const [a, b, payee] = [
      await servers.customer('500.00'),
      await servers.customer('500.00'),
      await servers.customer(),
    ];
    const postings = [leg(a, 'debit', '10.00'), leg(b, 'debit', '10.00'), leg(payee, 'credit', '20.00')];
    await inRounds(async () => {
      const [ofA, ofB] = await Promise.all([hold(one, a, '10.00'), hold(other, b, '10.00')]);
      const answers = await Promise.all([
        one.post('/v1/journals', two([ofA, ofB], '10.00', postings)),
        other.post('/v1/journals', two([ofB, ofA], '10.00', [...postings].reverse())),
      ]);
      expect(verdicts(answers)).toEqual(['201', '422 hold_not_active']);
    });
    expect(await balanceOf(one, payee)).toMatchObject({ posted: eur(cents(BigInt(rounds) * 2_000n)) });
  });
});

describe('an order that is filled bit by bit', () => {
  // 0.20 %, the taker's fee of LEDGER example 23.
  const feeOf = (baseMinor: bigint): bigint => divide(baseMinor * 20n, 10_000n, 'ceil');

  it('never charges more than its hold kept for the fee, however many fills there are', async () => {
    const { one, other } = servers;
    const seller = await servers.customer();
    const fill = fc.bigInt({ min: 1n, max: 999n });
    await fc.assert(
      fc.asyncProperty(fc.array(fill, { minLength: 2, maxLength: 6 }), async (fills) => {
        const ordered = fills.reduce((sum, one_) => sum + one_);
        const reserved = ordered + feeOf(ordered);
        const buyer = await servers.customer(cents(reserved));
        const holdId = await hold(one, buyer, cents(reserved));
        const capture = (baseMinor: bigint, feeMinor: bigint, isFinal: boolean) =>
          other.post('/v1/journals', {
            kind: 'trade',
            postings: [
              leg(buyer, 'debit', cents(baseMinor)),
              leg(seller, 'credit', cents(baseMinor)),
              ...(feeMinor === 0n
                ? []
                : [
                    leg(buyer, 'debit', cents(feeMinor), 'fee'),
                    leg('main:income/transfer-fee', 'credit', cents(feeMinor), 'fee'),
                  ]),
            ],
            captures: [{ holdId, amount: eur(cents(baseMinor + feeMinor)), isFinal }],
          });
        let [filled, charged] = [0n, 0n];
        for (const [index, baseMinor] of fills.entries()) {
          // Rounded up at every fill instead of once on the whole, the last fill would not fit its hold: that is refused, not taken.
          const isLast = index === fills.length - 1;
          const remaining = reserved - filled - charged;
          const naive = feeOf(baseMinor);
          const due = feeOf(filled + baseMinor) - charged;
          expect(naive).toBeGreaterThanOrEqual(due);
          if (baseMinor + naive > remaining)
            expect(verdict(await capture(baseMinor, naive, isLast))).toBe('422 capture_exceeds_hold');
          expect(verdict(await capture(baseMinor, due, isLast))).toBe('201');
          filled += baseMinor;
          charged += due;
        }
        expect(charged).toBe(feeOf(ordered));
        expect(await balanceOf(one, buyer)).toMatchObject({ posted: eur('0.00'), heldOut: eur('0.00') });
      }),
      { numRuns: 12 },
    );
  });
});
