import type { Principal } from '@finaegis/platform/auth/principal';
import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountBank, type Answered, startAccountBank } from './fixtures/account-bank.ts';

let bank: AccountBank;
let owner: string;
let accountId: string;

const party = async (): Promise<string> => {
  const partyId = bank.services.newId();
  await bank.run(bank.modules.party.handlers.registerParty, {
    partyId,
    kind: 'person',
    details: { name: { given: 'Jana', family: 'Nováková' } },
  });
  return partyId;
};
const openFor = async (partyId: string): Promise<string> => {
  const opened = await bank.call('openAccount', { body: { asset: 'EUR', holders: [{ partyId }] } });
  return String(opened.body['accountId']);
};

beforeAll(async () => {
  bank = await startAccountBank();
  owner = await party();
  accountId = await openFor(owner);
});

afterAll(() => bank.close());

const customer = (partyId: string): { readonly as: Partial<Principal> } => ({
  as: { id: `key of ${partyId}`, actingFor: partyId },
});
const rent = (more: object = {}) => ({
  amount: { amount: '850.00', asset: 'EUR' },
  frequency: 'monthly',
  counterparty: { bank: 'KOMBCZPP', account: 'CZ6508000000192000145399', name: 'Petr Svoboda' },
  remittance: 'Rent of flat 3',
  purpose: 'household',
  firstOn: '2025-02-01',
  ...more,
});
const register = (body: object, more: object = {}, params = { accountId }): Promise<Answered> =>
  bank.call('registerStandingOrder', { params, body, ...more });
const cancel = (orderId: string, more: object = {}, params = { accountId }): Promise<Answered> =>
  bank.call('cancelStandingOrder', { params: { ...params, orderId }, ...more });
const list = (more: object = {}): Promise<Answered> =>
  bank.call('listStandingOrders', { params: { accountId }, ...more });

describe('standing orders', () => {
  it('are registered by the customer, listed, and cancelled; each asked for again changes nothing', async () => {
    const orderId = bank.services.newId();
    const registered = await register(rent({ orderId }), customer(owner));
    expect(registered).toMatchObject({
      status: 201,
      body: { orderId, accountId, status: 'active', ...rent() },
    });
    expect((await register(rent({ orderId }))).status).toBe(200);
    expect(await register(rent({ orderId, remittance: 'Rent of flat 4' }))).toMatchObject({
      status: 409,
      body: { code: 'standing_order_exists_with_different_content' },
    });
    expect((await list(customer(owner))).body['items']).toEqual([registered.body]);
    const cancelled = await cancel(orderId, customer(owner));
    expect(cancelled).toMatchObject({ status: 200, body: { orderId, status: 'cancelled' } });
    expect((await cancel(orderId)).body).toEqual(cancelled.body);
    expect((await list()).body['items']).toEqual([cancelled.body]);
    const { rows } = await bank.adminPool.query<{ type: string; envelope: string }>(
      'select type, envelope from events where tenant_id = $1 and stream = $2 order by version',
      [tenantId, `standing-order:${orderId}`],
    );
    expect(rows.map(({ type }) => type)).toEqual(['StandingOrderRegistered', 'StandingOrderCancelled']);
    expect(JSON.stringify(rows)).not.toMatch(/Svoboda|flat/);
  });

  it('in another asset than the account’s first are shown in their own decimals when they end', async () => {
    const orderId = bank.services.newId();
    const amount = { amount: '0.00000001', asset: 'BTC' };
    await register(rent({ orderId, amount }));
    expect(await cancel(orderId)).toMatchObject({ status: 200, body: { amount } });
  });

  it('are paged through from the highest id', async () => {
    const other = await openFor(owner);
    const ids = [];
    for (const amount of ['1.00', '2.00', '3.00']) {
      const { body } = await register(rent({ amount: { amount, asset: 'EUR' } }), {}, { accountId: other });
      ids.unshift(body['orderId']);
    }
    const page = (query: object) => list({ params: { accountId: other }, query });
    const first = (await page({ limit: '2' })).body;
    const second = (await page({ limit: '2', cursor: first['nextCursor'] })).body;
    const items = [first, second].flatMap(({ items: its }) => its as unknown as { readonly orderId: string }[]);
    expect(items.map(({ orderId }) => orderId)).toEqual(ids);
    expect(second['nextCursor']).toBeUndefined();
  });

  it('tried out leave nothing behind', async () => {
    const orderId = bank.services.newId();
    expect((await register(rent({ orderId }), { query: { dryRun: 'true' } })).status).toBe(201);
    expect(await cancel(orderId)).toMatchObject({ status: 404, body: { code: 'standing_order_unknown' } });
  });

  it('of somebody else do not exist, and on a stranger’s account none can be made', async () => {
    const { body } = await register(rent());
    const stranger = await party();
    const theirs = await openFor(stranger);
    for (const answer of [
      await register(rent(), customer(stranger)),
      await list(customer(stranger)),
      await cancel(String(body['orderId']), customer(stranger)),
      await cancel(String(body['orderId']), customer(stranger), { accountId: theirs }),
    ])
      expect(answer.status).toBe(404);
    expect((await cancel(String(body['orderId']))).status).toBe(200);
  });

  it('are neither made nor ended by who may only look', async () => {
    const { body } = await register(rent());
    const viewer = await party();
    await bank.run(bank.modules.party.handlers.grantMandate, {
      mandateId: bank.services.newId(),
      partyId: viewer,
      accountId,
      kind: 'viewer',
      limits: [],
    });
    expect((await list(customer(viewer))).status).toBe(200);
    for (const answer of [
      await register(rent(), customer(viewer)),
      await cancel(String(body['orderId']), customer(viewer)),
    ])
      expect(answer).toMatchObject({ status: 403, body: { code: 'mandate_missing' } });
  });

  it('on a closed account are refused, those it has can still be ended, and an unknown account has none', async () => {
    const closing = { accountId: await openFor(owner) };
    const { body } = await register(rent(), {}, closing);
    await bank.call('closeAccount', { params: closing });
    expect(await register(rent(), {}, closing)).toMatchObject({ status: 422, body: { code: 'account_closed' } });
    expect((await cancel(String(body['orderId']), {}, closing)).status).toBe(200);
    expect((await register(rent(), {}, { accountId: bank.services.newId() })).status).toBe(404);
  });

  it('are refused by the command itself for an account, asset or amount that is none', async () => {
    const { registerStandingOrder } = bank.modules.account.handlers;
    const order = (more: object) =>
      bank.submit(registerStandingOrder, {
        orderId: bank.services.newId(),
        accountId,
        asset: 'EUR',
        amountMinor: 1n,
        frequency: 'yearly',
        counterparty: { bank: 'YZ', account: '1' },
        ...more,
      });
    const refused = (code: string) => ({ accepted: false, refusal: { code } });
    expect(await order({ accountId: bank.services.newId() })).toMatchObject(refused('account_unknown'));
    expect(await order({ asset: 'QQQ' })).toMatchObject(refused('asset_not_registered'));
    expect(await order({ amountMinor: 0n })).toMatchObject(refused('amount_not_positive'));
  });

  it.each([
    ['zero', { amount: { amount: '0.00', asset: 'EUR' } }],
    ['a purpose in free text', { purpose: 'for my flat' }],
    ['a first day of another age', { firstOn: '0000-01-01' }],
    ['a frequency nobody knows', { frequency: 'daily' }],
  ])('are not understood with %s', async (_, wrong) => {
    expect(await register(rent(wrong))).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });
});
