import type { Access } from '@finaegis/platform/auth/access';
import type { Principal } from '@finaegis/platform/auth/principal';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { open } from '@finaegis/platform/event-store/envelope';
import { ProblemError } from '@finaegis/platform/http/problem';
import { otherTenantId, tenantId } from '@finaegis/testing/context';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, type PartyBank, startPartyBank } from '../fixtures/bank.ts';

let bank: PartyBank;
let access: Access;

beforeAll(async () => {
  bank = await startPartyBank();
  access = bank.module.access;
});

afterEach(() => bank.setNow(undefined));
afterAll(() => bank.close());

const party = async (family = 'Nováková'): Promise<string> =>
  String(
    (await bank.call('registerParty', { body: { kind: 'person', name: { given: 'Jana', family } } })).body['partyId'],
  );
const grant = (body: object, headers = {}): Promise<Answered> => bank.call('grantMandate', { body, headers });
const revoke = (mandateId: string): Promise<Answered> => bank.call('revokeMandate', { params: { mandateId } });
const idOf = ({ body }: Answered): string => String(body['mandateId']);
const customer = (partyId: string, tenant = tenantId): Principal => ({
  kind: 'key',
  id: 'key-2',
  tenantId: tenant,
  scopes: ['*'],
  actingFor: partyId,
});
const staff: Principal = { kind: 'key', id: 'key-1', tenantId, scopes: ['*'] };
const eur = (amountMinor: bigint): { asset: string; amountMinor: bigint } => ({ asset: 'EUR', amountMinor });

let accounts = 0;
const account = (): string => `account-${accounts++}`;

/** The code of the problem, or `allowed`. */
const verdict = async (...asked: Parameters<Access['require']>): Promise<string> => {
  try {
    await access.require(...asked);
    return 'allowed';
  } catch (error) {
    if (error instanceof ProblemError) return error.code;
    throw error;
  }
};

describe('a mandate', () => {
  it('is granted with limits in the amounts of its assets, and read back', async () => {
    const body = {
      partyId: await party(),
      accountId: account(),
      kind: 'disponent',
      validFrom: '2026-01-01T00:00:00Z',
      limits: [{ perTransfer: { amount: '1000', asset: 'EUR' } }],
    };
    const granted = await grant(body);
    expect(granted).toMatchObject({
      status: 201,
      body: {
        status: 'granted',
        validFrom: '2026-01-01T00:00:00.000Z',
        limits: [{ perTransfer: { amount: '1000.00', asset: 'EUR' } }],
      },
    });
    expect(await bank.call('getMandate', { params: { mandateId: idOf(granted) } })).toEqual({
      ...granted,
      status: 200,
    });
  });

  it('is granted once under its own id', async () => {
    const body = { mandateId: bank.services.newId(), partyId: await party(), accountId: account(), kind: 'owner' };
    expect((await grant(body)).status).toBe(201);
    expect((await grant(body)).status).toBe(200);
    expect(await grant({ ...body, kind: 'viewer' })).toMatchObject({
      status: 409,
      body: { code: 'mandate_exists_with_different_content' },
    });
  });

  it.each<[string, object, number, object]>([
    ['a party nobody knows', { partyId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12' }, 404, { code: 'party_not_found' }],
    [
      'an account nobody knows',
      { accountId: 'no-such-account' },
      400,
      { errors: [{ field: '/body/accountId', code: 'account_unknown' }] },
    ],
    [
      'an asset nobody knows',
      { limits: [{ perTransfer: { amount: '1', asset: 'XXX' } }] },
      400,
      { errors: [{ field: '/body/limits/0/perTransfer/asset', code: 'asset_unknown' }] },
    ],
    [
      'an amount finer than its asset',
      { limits: [{ perTransfer: { amount: '1.005', asset: 'EUR' } }] },
      400,
      { errors: [{ field: '/body/limits/0/perTransfer/amount', code: 'amount_scale_too_fine' }] },
    ],
    [
      'one asset twice',
      { limits: [{ perTransfer: { amount: '1', asset: 'EUR' } }, { perTransfer: { amount: '2', asset: 'EUR' } }] },
      400,
      { errors: [{ field: '/body/limits' }] },
    ],
    ['a period that is over', { validTo: '2020-01-01T00:00:00Z' }, 422, { code: 'mandate_period_empty' }],
  ])('for %s is refused', async (_, wrong, status, problem) => {
    expect(await grant({ partyId: await party(), accountId: account(), kind: 'owner', ...wrong })).toMatchObject({
      status,
      body: problem,
    });
  });

  it('has its limits replaced until it is revoked, once', async () => {
    const mandateId = idOf(await grant({ partyId: await party(), accountId: account(), kind: 'joint' }));
    const limit = (amount: string): Promise<Answered> =>
      bank.call('changeMandateLimits', {
        params: { mandateId },
        body: { limits: [{ perTransfer: { amount, asset: 'BTC' } }] },
      });
    expect(await limit('0.5')).toMatchObject({
      status: 200,
      body: { limits: [{ perTransfer: { amount: '0.50000000' } }] },
    });
    const revoked = await revoke(mandateId);
    expect(revoked).toMatchObject({
      status: 200,
      body: { status: 'revoked', limits: [{ perTransfer: { amount: '0.50000000' } }] },
    });
    expect(await revoke(mandateId)).toEqual(revoked);
    expect(await limit('1')).toMatchObject({ status: 409, body: { code: 'mandate_revoked' } });
    const nobody = { params: { mandateId: bank.services.newId() } };
    expect(await bank.call('revokeMandate', nobody)).toMatchObject({
      status: 404,
      body: { code: 'mandate_not_found' },
    });
    expect(await bank.call('getMandate', nobody)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is listed by party and account, newest first, page by page', async () => {
    const [one, two] = [await party(), await party()];
    const shared = account();
    const first = idOf(await grant({ partyId: one, accountId: shared, kind: 'owner' }));
    const second = idOf(await grant({ partyId: two, accountId: shared, kind: 'viewer' }));
    const third = idOf(await grant({ partyId: two, accountId: account(), kind: 'owner' }));
    await bank.settle();
    const list = async (query: Record<string, string>, as?: Principal) =>
      (await bank.call('listMandates', { query, ...(as === undefined ? {} : { as }) })).body['items'] as unknown as {
        mandateId: string;
      }[];
    const ids = async (...asked: Parameters<typeof list>): Promise<string[]> =>
      (await list(...asked)).map(({ mandateId }) => mandateId);
    expect(await ids({ accountId: shared })).toEqual([second, first]);
    expect(await ids({ partyId: two })).toEqual([third, second]);
    expect(await ids({ partyId: two, accountId: shared })).toEqual([second]);
    const page = await bank.call('listMandates', { query: { partyId: two, limit: '1' } });
    expect(await ids({ partyId: two, limit: '1', cursor: String(page.body['nextCursor']) })).toEqual([second]);

    // A customer sees its own, whatever it asks for.
    expect(await ids({}, customer(one))).toEqual([first]);
    expect(await ids({ accountId: shared }, customer(one))).toEqual([first]);
    expect(await ids({ partyId: two }, customer(one))).toEqual([]);
    expect(await bank.call('getMandate', { params: { mandateId: second }, as: customer(one) })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(await ids({}, { ...staff, tenantId: otherTenantId })).toEqual([]);
  });

  it('keeps its party from being erased, and so does the law for five years after', async () => {
    const partyId = await party();
    const mandateId = idOf(await grant({ partyId, accountId: account(), kind: 'owner' }));
    const erase = (): Promise<Answered> =>
      bank.call('eraseParty', { params: { partyId }, body: { reason: 'data_subject_request' } });
    expect(await erase()).toMatchObject({
      status: 409,
      body: { code: 'erasure_refused_retention', reason: 'mandate_open', openMandates: 1 },
    });
    await revoke(mandateId);
    const refused = await erase();
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'erasure_refused_retention', reason: 'customer_due_diligence' },
    });
    expect(Number(String(refused.body['until']).slice(0, 4))).toBe(new Date().getUTCFullYear() + 5);
  });

  it('takes the texts of accounts nobody else owned along when its party is erased, and leaves those of shared ones', async () => {
    const [partyId, other] = [await party(), await party()];
    const [own, shared] = [account(), account()];
    const past = { validFrom: '2010-01-01T00:00:00.000Z', validTo: '2015-01-01T00:00:00.000Z' };
    const mandates = [
      await grant({ partyId, accountId: own, kind: 'owner', ...past }),
      await grant({ partyId, accountId: shared, kind: 'joint', ...past }),
    ];
    await grant({ partyId: other, accountId: shared, kind: 'joint' });
    await bank.adminPool.query(
      "insert into subject_keys (tenant_id, subject, wrapped_key) select $1, subject, 'x' from unnest($2::text[]) as s (subject)",
      [tenantId, [`account:${own}`, `account:${shared}`]],
    );
    for (const mandate of mandates) await revoke(idOf(mandate));
    expect(
      await bank.call('eraseParty', { params: { partyId }, body: { reason: 'data_subject_request' } }),
    ).toMatchObject({ status: 200 });
    const { rows } = await bank.adminPool.query<{ subject: string; is_gone: boolean }>(
      "select subject, wrapped_key = '' as is_gone from subject_keys where subject = any ($1)",
      [[`account:${own}`, `account:${shared}`]],
    );
    expect(new Map(rows.map(({ subject, is_gone: isGone }) => [subject, isGone]))).toEqual(
      new Map([
        [`account:${own}`, true],
        [`account:${shared}`, false],
      ]),
    );
  });

  it('to look only keeps nobody longer than it lasts', async () => {
    const partyId = await party();
    await revoke(idOf(await grant({ partyId, accountId: account(), kind: 'viewer' })));
    expect(
      await bank.call('eraseParty', { params: { partyId }, body: { reason: 'data_subject_request' } }),
    ).toMatchObject({ status: 200 });
    expect(await grant({ partyId, accountId: account(), kind: 'viewer' })).toMatchObject({
      status: 409,
      body: { code: 'party_erased' },
    });
  });
});

describe('customer against customer', () => {
  it('an account of another party does not exist', async () => {
    const [own, other, strange] = [await party(), await party(), await party()];
    const [ownAccount, otherAccount] = [account(), account()];
    await grant({ partyId: own, accountId: ownAccount, kind: 'owner' });
    await grant({ partyId: other, accountId: otherAccount, kind: 'owner' });
    expect(await verdict(customer(own), ownAccount, 'operate', [eur(1n)])).toBe('allowed');
    expect(await verdict(customer(own), otherAccount, 'view')).toBe('not_found');
    expect(await verdict(customer(own), otherAccount, 'operate')).toBe('not_found');
    expect(await verdict(customer(strange), ownAccount, 'view')).toBe('not_found');
    expect(await verdict(customer(own, otherTenantId), ownAccount, 'view')).toBe('not_found');
    expect(await verdict(customer("' or true --"), ownAccount, 'view')).toBe('not_found');
    expect(await access.visibleAccounts(customer(own))).toEqual([ownAccount]);
    expect(await access.visibleAccounts(customer(strange))).toEqual([]);
  });

  it('nobody grants, limits or revokes a mandate for himself', async () => {
    const own = await party();
    const accountId = account();
    const mandateId = idOf(
      await grant({
        partyId: own,
        accountId,
        kind: 'disponent',
        limits: [{ perTransfer: { amount: '1', asset: 'EUR' } }],
      }),
    );
    const as = customer(own);
    const attempts = await Promise.all([
      bank.call('grantMandate', { body: { partyId: own, accountId: account(), kind: 'owner' }, as }),
      bank.call('changeMandateLimits', { params: { mandateId }, body: { limits: [] }, as }),
      bank.call('revokeMandate', { params: { mandateId }, as }),
    ]);
    expect(attempts.map(({ status, body }) => [status, body['code']])).toEqual(attempts.map(() => [403, 'staff_only']));
  });

  it('whoever may look may not operate', async () => {
    const partyId = await party();
    const accountId = account();
    await grant({ partyId, accountId, kind: 'viewer' });
    expect(await verdict(customer(partyId), accountId, 'view')).toBe('allowed');
    expect(await verdict(customer(partyId), accountId, 'operate')).toBe('mandate_missing');
  });

  it('a mandate counts from its first instant until before its last', async () => {
    const partyId = await party();
    const accountId = account();
    await grant({
      partyId,
      accountId,
      kind: 'owner',
      validFrom: '2030-01-01T00:00:00Z',
      validTo: '2031-01-01T00:00:00Z',
    });
    for (const [now, expected] of [
      ['2029-12-31T23:59:59.999Z', 'not_found'],
      ['2030-01-01T00:00:00.000Z', 'allowed'],
      ['2030-12-31T23:59:59.999Z', 'allowed'],
      ['2031-01-01T00:00:00.000Z', 'not_found'],
    ] as const) {
      bank.setNow(now);
      expect([now, await verdict(customer(partyId), accountId, 'view')]).toEqual([now, expected]);
      expect(await access.visibleAccounts(customer(partyId))).toEqual(expected === 'allowed' ? [accountId] : []);
    }
  });

  it('a revocation counts for the very next request', async () => {
    const partyId = await party();
    const accountId = account();
    const mandateId = idOf(await grant({ partyId, accountId, kind: 'owner' }));
    expect(await verdict(customer(partyId), accountId, 'operate')).toBe('allowed');
    await revoke(mandateId);
    expect(await verdict(customer(partyId), accountId, 'view')).toBe('not_found');
  });

  it('a mandate with limits allows no more per transfer, nor any other asset', async () => {
    const partyId = await party();
    const accountId = account();
    const mandateId = idOf(
      await grant({
        partyId,
        accountId,
        kind: 'disponent',
        limits: [{ perTransfer: { amount: '100', asset: 'EUR' } }],
      }),
    );
    const asked = (...debits: { asset: string; amountMinor: bigint }[]): Promise<string> =>
      verdict(customer(partyId), accountId, 'operate', debits);
    expect(await asked()).toBe('allowed');
    expect(await asked(eur(100_00n))).toBe('allowed');
    expect(await asked(eur(100_01n))).toBe('mandate_limit_exceeded');
    expect(await asked(eur(60_00n), eur(40_01n))).toBe('mandate_limit_exceeded');
    expect(await asked({ asset: 'BTC', amountMinor: 1n })).toBe('mandate_limit_exceeded');
    await expect(access.require(customer(partyId), accountId, 'operate', [eur(100_01n)])).rejects.toMatchObject({
      extras: {
        facts: {
          asset: 'EUR',
          needed: { amount: '100.01', asset: 'EUR' },
          limit: { amount: '100.00', asset: 'EUR' },
        },
        about: { accountId },
      },
    });
    await expect(
      access.require(customer(partyId), accountId, 'operate', [{ asset: 'BTC', amountMinor: 1n }]),
    ).rejects.toMatchObject({
      extras: {
        facts: {
          asset: 'BTC',
          needed: { amount: '0.00000001', asset: 'BTC' },
          limit: { amount: '0.00000000', asset: 'BTC' },
        },
      },
    });
    await bank.call('changeMandateLimits', { params: { mandateId }, body: { limits: [] } });
    expect(await asked(eur(10n ** 20n))).toBe('allowed');
  });

  it('two mandates do not add up, but the wider one decides', async () => {
    const partyId = await party();
    const accountId = account();
    for (const amount of ['10', '25'])
      await grant({ partyId, accountId, kind: 'disponent', limits: [{ perTransfer: { amount, asset: 'EUR' } }] });
    expect(await verdict(customer(partyId), accountId, 'operate', [eur(25_00n)])).toBe('allowed');
    await expect(access.require(customer(partyId), accountId, 'operate', [eur(35_00n)])).rejects.toMatchObject({
      code: 'mandate_limit_exceeded',
      extras: { facts: { needed: { amount: '35.00' }, limit: { amount: '25.00' } } },
    });
  });

  it('the bank itself needs no mandate', async () => {
    expect(await verdict(staff, account(), 'operate', [eur(1n)])).toBe('allowed');
    expect(await access.visibleAccounts(staff)).toBeUndefined();
  });
});

describe('a neighbour', () => {
  it('knows a party without anything personal, and shows names only while they exist', async () => {
    const { parties } = bank.module;
    const [one, two, unknown] = [await party('Nováková'), await party('Smazaná'), bank.services.newId()];
    expect(await parties.find(tenantId, one)).toEqual({
      partyId: one,
      kind: 'person',
      status: 'active',
      kyc: { status: 'none' },
    });
    expect(await parties.find(tenantId, unknown)).toBeUndefined();
    await bank.call('eraseParty', { params: { partyId: two }, body: { reason: 'data_subject_request' } });
    expect(await parties.displayNames(tenantId, [one, two, one, unknown])).toEqual(
      new Map([
        [one, 'Jana Nováková'],
        [two, 'erased'],
      ]),
    );
  });
});

describe('the inline tables', () => {
  it('are what a replay of the log gives', async () => {
    const { services, module } = bank;
    const log = await bank.query(
      "select envelope, seq from events where tenant_id = $1 and context = 'party' order by seq",
      [tenantId],
    );
    const events = log.map((row) => open(services.catalogue, String(row['envelope']), row['seq'] as bigint));
    const replayed = <Row>(table: LockedTable<Row>): ReadonlyMap<string, Row> => {
      const rows = new Map<string, Row>();
      const batch = {
        get: (_: string, key: string) => rows.get(key),
        set: (_: string, key: string, row: Row) => rows.set(key, row),
        changed: [],
        scratch: new Map(),
      };
      for (const event of events) if (table.consumes.includes(event.type)) table.fold(batch as never, event);
      return rows;
    };
    const stored = <Row>(table: LockedTable<Row>, keys: Iterable<string>): Promise<ReadonlyMap<string, Row>> =>
      inTransaction(services.readPool, { tenants: [tenantId], readOnly: true }, (tx) => {
        const reading = {
          ...tx,
          query: (statement: { text: string; values: readonly unknown[] }) =>
            tx.query({ text: statement.text.replace('for no key update', ''), values: statement.values }),
        };
        return table.lock(
          reading as never,
          [...keys].map((key) => ({ tenantId, key, mode: 'share' })),
        );
      });
    for (const table of [module.tables[0], module.tables[1]] as unknown as LockedTable<unknown>[]) {
      const rows = replayed(table);
      expect(rows.size).toBeGreaterThan(10);
      const found = await stored(table, rows.keys());
      expect(new Map([...found].map(([name, row]) => [name.split('/')[1], row]))).toEqual(rows);
    }
  });
});
