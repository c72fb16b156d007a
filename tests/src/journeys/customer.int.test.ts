import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, balanceOf, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';

let bank: TestBank;
let api: TestApi;
let staff: Caller;
let anna: Caller;
let annas: { readonly partyId: string; readonly accountId: string };
let bens: { readonly partyId: string; readonly accountId: string };
let bensHold: string;
let bensTransfer: string;

const unknownAccount = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  staff = callerOf(api.url, api.authorization);
  annas = await bank.openCustomer({ amountMinor: 100_000n });
  bens = await bank.openCustomer({ amountMinor: 100_000n });
  anna = callerOf(api.url, `Bearer ${await bank.createKey({ actingFor: annas.partyId })}`);
  bensHold = textOf(await staff.make('/v1/holds', { account: bens.accountId, amount: eur('10.00') }), 'holdId');
  const third = await bank.openCustomer();
  bensTransfer = textOf(
    await staff.make('/v1/transfers', { from: bens.accountId, to: third.accountId, amount: eur('1.00') }),
    'journalId',
  );
  await bank.settle();
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

describe('a customer with a key of its own', () => {
  it('sees its account and nobody else’s', async () => {
    expect(itemsOf(await anna.see('/v1/accounts')).map((one) => one['accountId'])).toEqual([annas.accountId]);
    expect(itemsOf(await anna.see('/v1/parties')).map((one) => one['partyId'])).toEqual([annas.partyId]);
    expect(await balanceOf(anna, annas.accountId)).toMatchObject({ posted: eur('1000.00') });
  });

  it('pays another customer, who is not shown the fee the payer was charged', async () => {
    const paid = await anna.make('/v1/transfers', {
      from: annas.accountId,
      to: bens.accountId,
      amount: eur('25.00'),
      fee: eur('0.25'),
    });
    expect(await balanceOf(staff, bens.accountId)).toMatchObject({ posted: eur('1024.00') });
    const ben = callerOf(api.url, `Bearer ${await bank.createKey({ actingFor: bens.partyId })}`);
    const purposes = async (caller: Caller): Promise<unknown> => {
      const { postings } = await caller.see(`/v1/journals/${textOf(paid, 'journalId')}`);
      return (postings as readonly Body[]).map((posting) => posting['purpose']);
    };
    expect(await purposes(anna)).toContain('fee');
    expect(await purposes(ben)).toEqual(['principal', 'principal']);
  });

  it('spends no more than its mandate allows per transfer, and only in the assets it names', async () => {
    const [mandate] = itemsOf(await staff.see(`/v1/mandates?accountId=${annas.accountId}`));
    const path = `/v1/mandates/${textOf(mandate ?? {}, 'mandateId')}/limits`;
    await staff.make(path, { limits: [{ perTransfer: eur('20.00') }] });
    const refused = await anna.post('/v1/transfers', {
      from: annas.accountId,
      to: bens.accountId,
      amount: eur('20.01'),
    });
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { code: 'mandate_limit_exceeded', needed: eur('20.01'), limit: eur('20.00') },
    ]);
    await anna.make('/v1/transfers', { from: annas.accountId, to: bens.accountId, amount: eur('20.00') });
    await staff.make(path, { limits: [] });
  });

  it('as a viewer looks and does not touch, and from the moment the mandate is revoked sees nothing', async () => {
    const mandate = await staff.make('/v1/mandates', {
      partyId: annas.partyId,
      accountId: bens.accountId,
      kind: 'viewer',
    });
    expect(await balanceOf(anna, bens.accountId)).toHaveProperty('posted');
    const refused = await anna.post('/v1/transfers', {
      from: bens.accountId,
      to: annas.accountId,
      amount: eur('1.00'),
    });
    expect([refused.status, refused.body['code']]).toEqual([403, 'mandate_missing']);
    await staff.make(`/v1/mandates/${textOf(mandate, 'mandateId')}/revocation`, {});
    expect((await anna.get(`/v1/ledger-accounts/${bens.accountId}/balances`)).status).toBe(404);
  });
});

describe('a customer who attacks another', () => {
  const attacks = (): readonly (readonly [
    string,
    () => Promise<{ readonly status: number; readonly text: string }>,
  ])[] => [
    ['reads the account', () => anna.get(`/v1/accounts/${bens.accountId}`)],
    ['reads the balances', () => anna.get(`/v1/ledger-accounts/${bens.accountId}/balances`)],
    ['reads the transactions', () => anna.get(`/v1/accounts/${bens.accountId}/transactions`)],
    [
      'reads one transaction through its own account',
      () => anna.get(`/v1/accounts/${annas.accountId}/transactions/${bensTransfer}`),
    ],
    ['reads the turnovers', () => anna.get(`/v1/accounts/${bens.accountId}/turnovers?from=2026-01-01&to=2026-12-31`)],
    ['reads the statements', () => anna.get(`/v1/accounts/${bens.accountId}/statements`)],
    ['reads the journal', () => anna.get(`/v1/journals/${bensTransfer}`)],
    ['reads the holds', () => anna.get(`/v1/holds?account=${bens.accountId}`)],
    ['reads one hold', () => anna.get(`/v1/holds/${bensHold}`)],
    ['reads the party', () => anna.get(`/v1/parties/${bens.partyId}`)],
    [
      'takes money',
      () => anna.post('/v1/transfers', { from: bens.accountId, to: annas.accountId, amount: eur('1.00') }),
    ],
    [
      'takes money in a batch',
      () =>
        anna.post('/v1/transfer-batches', {
          mode: 'linked',
          transfers: [{ from: bens.accountId, to: annas.accountId, amount: eur('1.00') }],
        }),
    ],
    ['withdraws', () => anna.post('/v1/withdrawals', { accountId: bens.accountId, amount: eur('1.00') })],
    ['holds', () => anna.post('/v1/holds', { account: bens.accountId, amount: eur('1.00') })],
    ['captures a hold', () => anna.post(`/v1/holds/${bensHold}/captures`, { to: annas.accountId })],
    ['releases a hold', () => anna.post(`/v1/holds/${bensHold}/void`, {})],
  ];

  it('is told that there is nothing there, in the very words of an account that does not exist', async () => {
    const absent = await anna.get(`/v1/accounts/${unknownAccount}`);
    const found: string[] = [];
    for (const [name, attack] of attacks()) {
      const { status, text } = await attack();
      if (status !== 404) found.push(`${name}: ${status} ${text}`);
      else if (text.includes(bens.partyId) || text.includes('1024') || text.includes('1044'))
        found.push(`${name} leaks: ${text}`);
    }
    expect(found).toEqual([]);
    const { instance: _a, ...there } = (await anna.get(`/v1/accounts/${bens.accountId}`)).body;
    const { instance: _b, ...notThere } = absent.body;
    expect(there).toEqual(notThere);
  });

  it('finds nothing by listing with the other’s ids', async () => {
    for (const path of [`/v1/accounts?partyId=${bens.partyId}`, `/v1/mandates?partyId=${bens.partyId}`]) {
      expect(itemsOf((await anna.get(path)).body), path).toEqual([]);
    }
  });

  it('does nothing of the bank’s business, whatever scopes its key has', async () => {
    const tries: readonly (readonly [string, unknown])[] = [
      ['/v1/deposits', { accountId: annas.accountId, amount: eur('1000.00') }],
      [
        '/v1/journals',
        {
          kind: 'gift',
          postings: [
            { account: 'main:cash', side: 'debit', amount: eur('5.00') },
            { account: annas.accountId, side: 'credit', amount: eur('5.00') },
          ],
        },
      ],
      [`/v1/journals/${bensTransfer}/reversals`, {}],
      [`/v1/accounts/${annas.accountId}/overdraft-limits`, { limit: eur('1000.00') }],
      [`/v1/ledger-accounts/${annas.accountId}/overdraft-limits`, { limit: eur('1000.00') }],
      [`/v1/accounts/${bens.accountId}/blocks`, { kind: 'debit', reason: 'other' }],
      ['/v1/mandates', { partyId: annas.partyId, accountId: bens.accountId, kind: 'owner' }],
      [`/v1/parties/${annas.partyId}/kyc`, { status: 'verified' }],
      ['/v1/entities/main/business-day/close', { businessDate: '2026-03-02' }],
      [
        '/v1/entities',
        {
          entity: 'other',
          name: 'Other',
          functionalAsset: 'EUR',
          timeZone: 'Europe/Prague',
          calendar: 'target',
          businessDate: '2026-03-02',
        },
      ],
      ['/v1/tenants', { name: 'Mine' }],
      ['/v1/accounts', { asset: 'EUR', holders: [{ partyId: annas.partyId }] }],
      [`/v1/accounts/${bens.accountId}/closing`, {}],
      ['/v1/products', { product: 'free', version: 1, name: 'Free', statementCycle: 'monthly', allowsOverdraft: true }],
      [`/v1/parties/${bens.partyId}/erasure`, { reason: 'data_subject_request' }],
      ['/v1/statement-runs', { date: '2026-03-31' }],
    ];
    const done: string[] = [];
    for (const [path, body] of tries) {
      const { status, text } = await anna.post(path, body);
      if (status !== 403 && status !== 404) done.push(`${path}: ${status} ${text}`);
    }
    expect(done).toEqual([]);
  });

  it('makes no key for anybody else', async () => {
    const refused = await anna.post('/v1/api-keys', { name: 'mine', scopes: ['*'], actingFor: bens.partyId });
    expect([refused.status, refused.body['code']]).toEqual([403, 'acting_for_not_held']);
    expect(refused.body['errors']).toMatchObject([{ field: '/body/actingFor' }]);
    const forTenant = await anna.post('/v1/api-keys', { name: 'mine', scopes: ['*'] });
    expect([forTenant.status, forTenant.body['code']]).toEqual([403, 'acting_for_not_held']);
    expect(forTenant.body['errors']).toMatchObject([{ field: '/headers/authorization' }]);
  });
});
