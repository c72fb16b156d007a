import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';

let bank: TestBank;
let api: TestApi;
let staff: Caller;
let auditor: Caller;
let anna: string;
let ben: string;
let transfer: string;
let middle: string;

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  staff = callerOf(api.url, api.authorization);
  auditor = callerOf(api.url, `Bearer ${await bank.createKey({ scopes: ['ledger:read', 'account:read'] })}`);
  anna = (await bank.openCustomer({ amountMinor: 100_000n })).accountId;
  ben = (await bank.openCustomer()).accountId;
  const posted = await staff.make('/v1/transfers', {
    from: anna,
    to: ben,
    amount: eur('50.00'),
    fee: eur('0.50'),
    endToEndId: 'INV-7',
    valueDate: '2026-02-27',
  });
  transfer = textOf(posted, 'journalId');
  middle = textOf(posted, 'bookedAt');
  await staff.make('/v1/holds', { account: anna, amount: eur('10.00') });
  await staff.make(`/v1/journals/${transfer}/reversals`, {
    lines: [
      { line: 0, amount: eur('20.00') },
      { line: 1, amount: eur('20.00') },
    ],
  });
  await bank.settle();
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

const postedOf = (answer: Body): unknown => (answer['balances'] as readonly Body[])[0]?.['posted'];

describe('an auditor with a key that may only read', () => {
  it('finds the books of the entity in balance, asset by asset', async () => {
    const balance = await auditor.see('/v1/entities/main/trial-balance');
    expect(balance).toMatchObject({ isBalanced: true });
    for (const asset of balance['assets'] as readonly Body[]) expect(asset['debits']).toEqual(asset['credits']);
  });

  it('reads the chart as a tree whose totals add up, down to what customers are owed', async () => {
    const root = await auditor.see('/v1/entities/main/chart');
    const nets = new Map<string, unknown>();
    const walk = (place: Body): void => {
      nets.set(textOf(place, 'code'), (place['totals'] as readonly Body[])[0]?.['net']);
      (place['children'] as readonly Body[]).forEach(walk);
    };
    walk(root);
    expect(nets.get('cash')).toEqual(eur('-1000.00'));
    expect(nets.get('customers')).toEqual(eur('999.50'));
    expect(nets.get('income/transfer-fee')).toEqual(eur('0.50'));
  });

  it('asks for a balance as it was at an instant, at the end of a booking day, and by value date', async () => {
    const path = `/v1/ledger-accounts/${anna}/balances`;
    expect(postedOf(await auditor.see(path))).toEqual(eur('969.50'));
    expect(postedOf(await auditor.see(`${path}?at=${middle}`))).toEqual(eur('949.50'));
    expect(postedOf(await auditor.see(`${path}?bookingDate=2026-03-02`))).toEqual(eur('969.50'));
    expect(postedOf(await auditor.see(`${path}?valueDate=2026-02-28`))).toEqual(eur('-30.50'));
  });

  it('follows a journal to what reversed it, and its reference to the payer’s own', async () => {
    const story = await auditor.see(`/v1/journals/${transfer}`);
    expect(story).toMatchObject({
      kind: 'transfer',
      endToEndId: 'INV-7',
      valueDate: '2026-02-27',
      bookingDate: '2026-03-02',
    });
    expect(textOf(story, 'reference')).toMatch(/^[A-Z0-9]{1,35}$/);
    const [reversal] = story['reversedBy'] as readonly Body[];
    const mirrored = await auditor.see(`/v1/journals/${textOf(reversal ?? {}, 'journalId')}`);
    expect(mirrored).toMatchObject({ kind: 'reversal', reverses: transfer, valueDate: '2026-02-27' });
  });

  it('changes nothing: every command asks for a permission this key has not', async () => {
    const tries: readonly (readonly [string, unknown])[] = [
      ['/v1/transfers', { from: anna, to: ben, amount: eur('1.00') }],
      [`/v1/journals/${transfer}/reversals`, {}],
      ['/v1/entities/main/business-day/close', { businessDate: '2026-03-02' }],
      ['/v1/api-keys', { name: 'more', scopes: ['ledger:read'] }],
    ];
    for (const [path, body] of tries) {
      const { status, body: problem } = await auditor.post(path, body);
      expect([status, problem['code']], path).toEqual([403, 'permission_missing']);
    }
  });

  it('counts every event of the log once, in one order without a gap, each under the hash of its own text', async () => {
    const { rows } = await bank.adminPool.query<{ events: bigint; newest: bigint; distinct_seqs: bigint }>(
      'select count(*) as events, max(seq) as newest, count(distinct seq) as distinct_seqs from events where tenant_id = $1',
      [bank.tenantId],
    );
    const { rows: heads } = await bank.adminPool.query<{ seq: bigint }>(
      'select seq from tenant_heads where tenant_id = $1',
      [bank.tenantId],
    );
    expect(rows[0]).toEqual({ events: heads[0]?.seq, newest: heads[0]?.seq, distinct_seqs: heads[0]?.seq });
  });

  it('reads every journal of the entity, page by page, none twice', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await auditor.see(`/v1/journals?limit=2${cursor}`);
      seen.push(...itemsOf(page).map((one) => textOf(one, 'journalId')));
      cursor = typeof page['nextCursor'] === 'string' ? `&cursor=${page['nextCursor']}` : '';
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(3);
    expect(seen[1]).toBe(transfer);
  });
});
