import { pruneAnswers } from '@finaegis/platform/command/prune-answers';
import { describe, expect, it } from 'vitest';
import { type Answer, type Body, balanceOf, eur, itemsOf, textOf } from '../api.ts';
import { cents, hold, inRounds, leg, rounds, twoServers, verdict, verdicts } from './two-servers.ts';

const servers = twoServers();
const cash = 'main:cash';

describe('an id that is used twice at once', () => {
  it('with the same content answers everybody the whole journal, whoever made it', async () => {
    const { one, other, newId } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer()];
    await inRounds(async () => {
      const transfer = { id: newId(), from: payer, to: payee, amount: eur('1.00') };
      const answers = await Promise.all(
        [one, other, one, other].map((caller) => caller.post('/v1/transfers', transfer)),
      );
      expect(verdicts(answers)).toEqual(['200', '200', '200', '201']);
      for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
      expect(answers[0]?.body).toMatchObject({ journalId: transfer.id, kind: 'transfer' });
      expect(answers[0]?.body['postings']).toHaveLength(2);
    });
    expect(await balanceOf(one, payee)).toMatchObject({ posted: eur(cents(BigInt(rounds) * 100n)) });
  });

  it('with other content books one and tells the others that and why it is not theirs', async () => {
    const { one, other, newId } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer()];
    const holder = await servers.customer('1000.00');
    let paid = 0n;
    await inRounds(async () => {
      const id = newId();
      const amounts = ['1.00', '2.00', '3.00', '4.00'];
      const callers = [one, other, one, other];
      const answers = await Promise.all(
        callers.map((caller, index) =>
          caller.post('/v1/transfers', { id, from: payer, to: payee, amount: eur(amounts[index] ?? '') }),
        ),
      );
      const different = '409 journal_exists_with_different_content';
      expect(verdicts(answers)).toEqual(['201', different, different, different]);
      for (const { body } of answers) expect(body['journalId']).toBe(id);
      paid += BigInt(answers.findIndex(({ status }) => status === 201) + 1) * 100n;

      const holds = await Promise.all(
        callers.map((caller, index) =>
          caller.post('/v1/holds', { id, account: holder, amount: eur(amounts[index] ?? '') }),
        ),
      );
      const otherTerms = '409 hold_exists_with_different_terms';
      expect(verdicts(holds)).toEqual(['201', otherTerms, otherTerms, otherTerms]);
      for (const { body } of holds) expect(body['holdId']).toBe(id);
    });
    expect(await balanceOf(one, payee)).toMatchObject({ posted: eur(cents(paid)) });
  });
});

describe('an answer', () => {
  it('is given when what it says can be read everywhere: balance and journal at once, lists from its position on', async () => {
    const { one, other } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer()];
    for (let round = 1; round <= rounds; round++) {
      const [writer, reader] = round % 2 === 0 ? [one, other] : [other, one];
      const made = await writer.post('/v1/transfers', { from: payer, to: payee, amount: eur('1.00') });
      const journalId = textOf(made.body, 'journalId');
      const position = made.headers.get('finaegis-position') ?? '';
      const [balances, journal, listed] = await Promise.all([
        reader.get(`/v1/ledger-accounts/${payee}/balances`),
        reader.get(`/v1/journals/${journalId}`),
        reader.get(`/v1/accounts/${payee}/transactions?limit=2`, { position }),
      ]);
      const posted = eur(cents(BigInt(round) * 100n));
      expect(balances.body['balances']).toMatchObject([{ asset: 'EUR', posted }]);
      expect(journal.body).toMatchObject({ journalId });
      expect(itemsOf(listed.body)[0]).toMatchObject({ journalId, balanceAfter: posted });
    }
  });

  it('that was stored and is gone is given again by the id: what was done is not done twice', async () => {
    const { bank, one, other, newId } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer('1000.00')];
    await one.make('/v1/rates', {
      from: 'EUR',
      to: 'USD',
      mid: '1.1',
      validFrom: new Date().toISOString().slice(0, 10),
    });
    await one.see('/v1/rates/EUR/USD');
    const quoteId = textOf(await one.make('/v1/quotes', { sell: eur('10.00'), buyAsset: 'USD' }), 'quoteId');
    const wrong = textOf(await one.make('/v1/transfers', { from: payee, to: payer, amount: eur('5.00') }), 'journalId');
    const [holdId, spent] = [await hold(one, payer, '20.00'), await hold(one, payer, '20.00')];
    // Something was taken of it before, so that all that remained then is neither its amount nor what remains now.
    await one.make(`/v1/holds/${spent}/captures`, { to: payee, amount: eur('5.00'), isFinal: false });
    const amount = eur('7.00');
    const requests: readonly (readonly [path: string, body: Body, other: Body])[] = [
      ['/v1/transfers', { id: newId(), from: payer, to: payee, amount }, { amount: eur('7.01') }],
      [
        '/v1/journals',
        { id: newId(), kind: 'fee', postings: [leg(payer, 'debit', '1.00'), leg(cash, 'credit', '1.00')] },
        { kind: 'gift' },
      ],
      ['/v1/deposits', { depositId: newId(), accountId: payer, amount }, { amount: eur('7.01') }],
      ['/v1/withdrawals', { withdrawalId: newId(), accountId: payer, amount }, { amount: eur('7.01') }],
      ['/v1/holds', { id: newId(), account: payer, amount }, { amount: eur('7.01') }],
      [`/v1/holds/${holdId}/captures`, { id: newId(), to: payee, amount, isFinal: false }, { amount: eur('7.01') }],
      // All that remains, of which nothing does when it is asked again.
      [`/v1/holds/${spent}/captures`, { id: newId(), to: payee }, { to: cash }],
      [
        `/v1/journals/${wrong}/reversals`,
        { id: newId() },
        { lines: [0, 1].map((line) => ({ line, amount: eur('1.00') })) },
      ],
      ['/v1/conversions', { id: newId(), quoteId, account: payer }, { toAccount: payee }],
    ];
    const ask = (caller: typeof one): Promise<readonly Answer[]> =>
      Promise.all(requests.map(([path, body], index) => caller.post(path, body, { key: `once-${index}` })));
    const first = await ask(one);
    expect(verdicts(first)).toEqual(first.map(() => '201'));
    const before = await Promise.all([payer, payee].map((account) => balanceOf(one, account)));

    await bank.adminPool.query(
      `update stored_answers set stored_at = stored_at - interval '31 days' where tenant_id = $1`,
      [bank.tenantId],
    );
    expect(await pruneAnswers(servers.second.pools.write, [bank.tenantId])).toBeGreaterThanOrEqual(requests.length);

    const again = await ask(other);
    expect(again.map(verdict)).toEqual(again.map(() => '200'));
    for (const [index, { headers, body }] of again.entries()) {
      expect(headers.get('idempotent-replayed')).toBeNull();
      const { reversedBy: _a, ...then } = first[index]?.body ?? {};
      expect(body).toMatchObject(then);
    }
    // What the answer of the first time had protected from a careless second use is still refused.
    const misused = await Promise.all(requests.map(([path, body, change]) => other.post(path, { ...body, ...change })));
    for (const answer of misused) expect(verdict(answer)).toMatch(/^409 \w+_exists_with_different_(content|terms)$/);
    expect(await Promise.all([payer, payee].map((account) => balanceOf(one, account)))).toEqual(before);
  });
});
