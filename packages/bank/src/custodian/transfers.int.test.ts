import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CustodianBank, nostroIbans, startCustodianBank } from './fixtures/custodian-bank.ts';

let bank: CustodianBank;

beforeAll(async () => {
  bank = await startCustodianBank();
});
afterAll(() => bank.close());

const codes = ['nostro/ing', 'nostro/kb', 'nostro/bbva', 'clearing/custodian-transfers', 'cost/bank-fees'] as const;
let before: Record<string, bigint>;
const posted = async (): Promise<Record<string, bigint>> =>
  Object.fromEntries(await Promise.all(codes.map(async (code) => [code, await bank.posted(code)] as const)));
/** What changed on our books since the test began. */
const moved = async (): Promise<Record<string, number>> => {
  const now = await posted();
  return Object.fromEntries(
    codes.flatMap((code) =>
      now[code] === before[code] ? [] : [[code, Number((now[code] ?? 0n) - (before[code] ?? 0n))]],
    ),
  );
};
const held = async (name: 'ing' | 'kb' | 'bbva'): Promise<bigint> =>
  (await bank.world.banks[name].balances(AbortSignal.timeout(1_000)))[0]?.amountMinor ?? 0n;
beforeEach(async () => {
  before = await posted();
  bank.world.closedIbans.length = 0;
});

const request = async (from: string, to: string, amount = '100.00', transferId = bank.services.newId()) => {
  const answer = await bank.call('requestCustodianTransfer', {
    body: { transferId, from, to, amount: { amount, asset: 'EUR' } },
  });
  return { transferId, answer };
};
const get = async (transferId: string) => (await bank.call('getCustodianTransfer', { params: { transferId } })).body;

describe('a transfer between custodians', () => {
  it('goes directly where there is a common rail; both nostro accounts and the fee are booked', async () => {
    const heldBefore = await held('bbva');
    const { transferId, answer } = await request('ing', 'bbva');
    expect(answer).toMatchObject({
      status: 202,
      body: {
        transferId,
        status: 'requested',
        route: 'direct',
        legs: [{ from: 'ing', to: 'bbva', rail: 'sepa', fee: { amount: '0.20', asset: 'EUR' } }],
      },
    });
    expect((await bank.ended(transferId)).status).toBe('completed');
    expect(await get(transferId)).toMatchObject({ status: 'completed' });
    expect(await moved()).toEqual({ 'nostro/ing': -10_020, 'nostro/bbva': 10_000, 'cost/bank-fees': 20 });
    expect((await held('bbva')) - heldBefore).toBe(10_000n);
  });

  it('is booked by its saga alone: its entry at the bank is handed on as booked, another with a reference like it is not', async () => {
    const { transferId } = await request('ing', 'bbva');
    await bank.ended(transferId);
    const { world, modules } = bank;
    const forged = 'C0000000000000000000000042';
    world.banks.bbva.receive({ iban: nostroIbans.bbva, amountMinor: 100n, endToEndId: forged });
    const date = new Date(world.nowMs).toISOString().slice(0, 10);
    const run = { tenantId, bank: 'bbva', entity: 'main', date, abort: AbortSignal.timeout(10_000) };
    world.entries.length = 0;
    const taken = await modules.custodian.takeStatements(run);
    expect(taken).toMatchObject({ isWhole: false, fates: { seen: world.entries.length } });
    expect(world.entries.find(({ endToEndId }) => endToEndId === forged)?.isBookedElsewhere).toBe(false);
    const legs = world.entries.filter(({ endToEndId }) => endToEndId !== forged);
    expect(legs.length).toBeGreaterThan(0);
    expect(legs.map(({ isBookedElsewhere }) => isBookedElsewhere)).toEqual(legs.map(() => true));
    expect(await modules.custodian.takeStatements({ ...run, entity: 'other' })).toMatchObject({ entries: 0 });
  });

  it('goes over a third bank where there is none', async () => {
    const heldBefore = await held('kb');
    const { transferId, answer } = await request('ing', 'kb');
    expect(answer.body).toMatchObject({
      route: 'bridge',
      legs: [
        { to: 'bbva', rail: 'sepa' },
        { from: 'bbva', rail: 'swift' },
      ],
    });
    expect((await bank.ended(transferId)).status).toBe('completed');
    expect(await moved()).toEqual({
      'nostro/ing': -10_020,
      'nostro/bbva': -300,
      'nostro/kb': 10_000,
      'cost/bank-fees': 320,
    });
    expect((await held('kb')) - heldBefore).toBe(10_000n);
  });

  it('that the first bank declines has moved nothing', async () => {
    bank.world.closedIbans.push(nostroIbans.bbva);
    const { transferId } = await request('ing', 'bbva');
    expect((await bank.ended(transferId)).status).toBe('undone');
    expect(await get(transferId)).toMatchObject({ status: 'failed', reason: 'bank_declined' });
    expect(await moved()).toEqual({});
  });

  it('whose second payment is declined goes back where it came from', async () => {
    const [ing, bbva] = [await held('ing'), await held('bbva')];
    bank.world.closedIbans.push(nostroIbans.kb);
    const { transferId } = await request('ing', 'kb');
    expect((await bank.ended(transferId)).status).toBe('undone');
    expect(await get(transferId)).toMatchObject({ status: 'failed', reason: 'bank_declined' });
    expect(await moved()).toEqual({});
    expect([await held('ing'), await held('bbva')]).toEqual([ing, bbva]);
  });

  it('that cannot go back either waits in clearing for a person', async () => {
    bank.world.closedIbans.push(nostroIbans.kb, nostroIbans.ing);
    const { transferId } = await request('ing', 'kb');
    expect((await bank.ended(transferId)).status).toBe('parked');
    expect(await get(transferId)).toMatchObject({ status: 'requested' });
    expect(await moved()).toEqual({ 'nostro/ing': -10_000, 'clearing/custodian-transfers': 10_000 });
    expect(await held('bbva')).toBeGreaterThan(1_000_000n);
  });

  it('asked for twice is one; with other content it is refused', async () => {
    const { transferId } = await request('ing', 'bbva', '7.00');
    await bank.ended(transferId);
    expect((await request('ing', 'bbva', '7.00', transferId)).answer).toMatchObject({
      status: 200,
      body: { status: 'completed' },
    });
    expect(await moved()).toEqual({ 'nostro/ing': -720, 'nostro/bbva': 700, 'cost/bank-fees': 20 });
    expect((await request('ing', 'bbva', '7.01', transferId)).answer).toMatchObject({
      status: 409,
      body: { code: 'transfer_exists_with_different_content' },
    });
  });

  it('is refused with the reason, and nothing is written', async () => {
    const count = async () => (await bank.query('select count(*)::int as n from events'))[0]?.['n'];
    const events = await count();
    const refused = async (from: string, to: string) => (await request(from, to)).answer.body['code'];
    expect(await refused('ing', 'elsewhere')).toBe('transfer_bank_unusable');
    expect(await refused('kb', 'ing')).toBe('transfer_without_route');
    expect((await request('ing', 'bbva', '0.00')).answer.status).toBe(400);
    expect(await count()).toBe(events);
    expect(await bank.call('getCustodianTransfer', { params: { transferId: bank.services.newId() } })).toMatchObject({
      status: 404,
    });
  });

  it('is found in the list by status and bank', async () => {
    const { body } = await bank.call('listCustodianTransfers', { query: { status: 'failed', from: 'ing' } });
    expect(body.items?.map(({ status }) => status)).toEqual(['failed', 'failed']);
    const first = await bank.call('listCustodianTransfers', { query: { limit: '1' } });
    const second = await bank.call('listCustodianTransfers', {
      query: { limit: '1', cursor: String(first.body['nextCursor']) },
    });
    expect(second.body.items?.[0]?.['transferId']).not.toBe(first.body.items?.[0]?.['transferId']);
  });

  it('is nobody’s business who acts for a customer', async () => {
    const as = { actingFor: bank.services.newId() };
    expect(await bank.call('listCustodianTransfers', { as })).toMatchObject({
      status: 403,
      body: { code: 'staff_only' },
    });
  });
});

describe('net settlement between custodians', () => {
  const owes = (from: string, to: string, amount: string) => ({ from, to, amount: { amount, asset: 'EUR' } });
  const ask = (settlementId: string, obligations: readonly object[], more: object = {}) =>
    bank.call('settleCustodians', {
      body: { settlementId, obligations, minimum: { amount: '100.00', asset: 'EUR' } },
      ...more,
    });
  const settle = async (settlementId: string, obligations: readonly object[]) =>
    (await ask(settlementId, obligations)).body.items;

  it('is only tried by a dry run', async () => {
    const before = await moved();
    const settlementId = bank.services.newId();
    const tried = await ask(settlementId, [owes('ing', 'bbva', '125.00')], { query: { dryRun: 'true' } });
    expect(tried.body.items).toMatchObject([{ status: 'requested' }]);
    const transferId = String(tried.body.items?.[0]?.['transferId']);
    expect(await bank.call('getCustodianTransfer', { params: { transferId } })).toMatchObject({ status: 404 });
    expect(await moved()).toEqual(before);
  });

  it('asked again under its key is answered as before', async () => {
    const settlementId = bank.services.newId();
    const obligations = [owes('ing', 'elsewhere', '100.00')];
    const first = await ask(settlementId, obligations, { key: 'net-1' });
    const second = await ask(settlementId, obligations, { key: 'net-1' });
    expect(second).toEqual({ ...first, isReplay: true });
    expect(await ask(bank.services.newId(), obligations, { key: 'net-1' })).toMatchObject({
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('transfers what is left of many obligations, once, and leaves what is below the minimum', async () => {
    const settlementId = bank.services.newId();
    const obligations = [
      owes('ing', 'bbva', '150.00'),
      owes('bbva', 'ing', '40.00'),
      owes('ing', 'bbva', '15.00'),
      owes('kb', 'bbva', '99.99'),
      owes('kb', 'ing', '5.00'),
      owes('ing', 'kb', '5.00'),
    ];
    const items = await settle(settlementId, obligations);
    expect(items).toMatchObject([
      {
        from: 'ing',
        to: 'bbva',
        net: { amount: '125.00' },
        gross: { amount: '205.00' },
        count: 3,
        status: 'requested',
      },
      { from: 'kb', to: 'bbva', net: { amount: '99.99' }, status: 'below_minimum' },
      { from: 'ing', to: 'kb', net: { amount: '0.00' }, count: 2, status: 'settled' },
    ]);
    const transferId = String(items?.[0]?.['transferId']);
    expect((await bank.ended(transferId)).status).toBe('completed');
    const after = { 'nostro/ing': -12_520, 'nostro/bbva': 12_500, 'cost/bank-fees': 20 };
    expect(await moved()).toEqual(after);
    expect((await settle(settlementId, obligations))?.[0]).toMatchObject({ status: 'requested', transferId });
    expect((await settle(settlementId, [owes('bbva', 'ing', '500.00')]))?.[0]).toMatchObject({
      status: 'refused',
      refusal: 'transfer_exists_with_different_content',
    });
    expect(await moved()).toEqual(after);
  });

  it('says of a pair why it cannot be settled', async () => {
    expect((await settle(bank.services.newId(), [owes('ing', 'elsewhere', '100.00')]))?.[0]).toMatchObject({
      status: 'refused',
      refusal: 'transfer_bank_unusable',
    });
  });
});
