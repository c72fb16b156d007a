import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceOf, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';

let bank: TestBank;
let api: TestApi;
let caller: Caller;
const made: { anna?: string; ben?: string; partyId?: string; transferId?: string } = {};
const ids = () => made as Required<typeof made>;

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  caller = callerOf(api.url, api.authorization);
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

describe('a fintech developer with ten minutes and an API key', () => {
  it('registers two customers and opens an account for each, with an IBAN', async () => {
    await caller.make('/v1/entities/main/bank-details', {
      country: 'CZ',
      bankCode: '2010',
      bic: 'TESTCZPP',
      name: 'Test Bank',
    });
    for (const [name, family] of [
      ['anna', 'Malá'],
      ['ben', 'Velký'],
    ] as const) {
      const party = await caller.make('/v1/parties', { kind: 'person', name: { given: name, family } });
      made.partyId = textOf(party, 'partyId');
      const account = await caller.make('/v1/accounts', {
        asset: 'EUR',
        holders: [{ partyId: made.partyId }],
        name: `Account of ${name}`,
      });
      expect(account).toMatchObject({ status: 'open', product: 'current', name: `Account of ${name}` });
      expect(JSON.stringify(account['identifiers'])).toMatch(/"iban","value":"CZ\d{22}"/);
      made[name] = textOf(account, 'accountId');
    }
    expect(itemsOf(await caller.see('/v1/accounts'))).toHaveLength(2);
  });

  it('deposits money and sees it', async () => {
    const deposit = await caller.make('/v1/deposits', { accountId: ids().anna, amount: eur('100.00') });
    expect(deposit).toMatchObject({ status: 'credited', creditedTo: ids().anna, from: 'main:cash' });
    expect(await balanceOf(caller, ids().anna)).toMatchObject({ posted: eur('100.00'), available: eur('100.00') });
    expect(await balanceOf(caller, 'main:cash')).toMatchObject({ posted: eur('100.00') });
  });

  it('transfers with a fee, and the same request again is answered byte for byte and books nothing', async () => {
    const transfer = { from: ids().anna, to: ids().ben, amount: eur('50.00'), fee: eur('0.50'), description: 'Rent' };
    const first = await caller.post('/v1/transfers', transfer, { key: 'rent' });
    expect(first.status).toBe(201);
    const again = await caller.post('/v1/transfers', transfer, { key: 'rent' });
    expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    made.transferId = textOf(first.body, 'journalId');
    expect(await balanceOf(caller, ids().anna)).toMatchObject({ posted: eur('49.50') });
    expect(await balanceOf(caller, ids().ben)).toMatchObject({ posted: eur('50.00') });
    expect(await balanceOf(caller, 'main:income/transfer-fee')).toMatchObject({ posted: eur('0.50') });
  });

  it('asks with dryRun what a transfer would do, and is told without anything happening', async () => {
    const transfer = { from: ids().anna, to: ids().ben, amount: eur('49.51') };
    const tried = await caller.post('/v1/transfers?dryRun=true', transfer);
    expect(tried.body).toMatchObject({ code: 'insufficient_funds', spendable: eur('49.50'), needed: eur('49.51') });
    expect(await balanceOf(caller, ids().anna)).toMatchObject({ posted: eur('49.50') });
  });

  it('holds an amount, captures part of it and releases the rest', async () => {
    const hold = await caller.make('/v1/holds', { account: ids().anna, amount: eur('40.00') });
    expect(await balanceOf(caller, ids().anna)).toMatchObject({
      posted: eur('49.50'),
      heldOut: eur('40.00'),
      available: eur('9.50'),
    });
    const path = `/v1/holds/${textOf(hold, 'holdId')}`;
    await caller.make(`${path}/captures`, { to: ids().ben, amount: eur('25.00'), isFinal: false });
    expect(await balanceOf(caller, ids().anna)).toMatchObject({
      posted: eur('24.50'),
      heldOut: eur('15.00'),
      available: eur('9.50'),
    });
    expect(await caller.make(`${path}/void`, {})).toMatchObject({ status: 'voided', captured: eur('25.00') });
    expect(await balanceOf(caller, ids().anna)).toMatchObject({
      posted: eur('24.50'),
      heldOut: eur('0.00'),
      available: eur('24.50'),
    });
  });

  it('reads what happened, newest first and page by page, and the whole story of one movement', async () => {
    const path = `/v1/accounts/${ids().anna}/transactions`;
    const whole = itemsOf(await caller.see(path));
    expect(whole.map((one) => [one['kind'], one['side'], one['amount']])).toEqual([
      ['capture', 'debit', eur('25.00')],
      ['transfer', 'debit', eur('0.50')],
      ['transfer', 'debit', eur('50.00')],
      ['deposit', 'credit', eur('100.00')],
    ]);
    const first = await caller.see(`${path}?limit=3`);
    const second = await caller.see(`${path}?limit=3&cursor=${textOf(first, 'nextCursor')}`);
    expect([...itemsOf(first), ...itemsOf(second)]).toEqual(whole);
    const story = await caller.see(`${path}/${ids().transferId}`);
    expect(story).toMatchObject({ journalId: ids().transferId, kind: 'transfer', description: 'Rent', reversedBy: [] });
  });

  it('closes the month and takes the statement as JSON, CSV, PDF and camt.053', async () => {
    const day = (name: string, businessDate: string) =>
      caller.make(`/v1/entities/main/business-day/${name}`, { businessDate });
    await day('close', '2026-03-02');
    await day('open', '2026-03-31');
    await day('close', '2026-03-31');
    await bank.settle();
    expect(await caller.make('/v1/statement-runs', { date: '2026-03-31' })).toMatchObject({ issued: 2, refused: [] });
    expect(await caller.make('/v1/statement-runs', { date: '2026-03-31' })).toMatchObject({ issued: 0, unchanged: 2 });
    const path = `/v1/accounts/${ids().anna}/statements/EUR/1`;
    expect(await caller.see(path)).toMatchObject({ number: 1 });
    expect((await caller.get(`${path}?format=csv`)).text).toContain('50.00');
    expect((await caller.get(path, { headers: { accept: 'application/pdf' } })).text.slice(0, 5)).toBe('%PDF-');
    expect((await caller.get(path, { headers: { accept: 'application/xml' } })).text).toContain(
      'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08',
    );
  });
});
