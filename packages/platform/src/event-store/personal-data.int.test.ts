import { randomBytes } from 'node:crypto';
import { sha3_256, toHex } from '@finaegis/kernel/hash';
import { uuidV7Source } from '@finaegis/kernel/id';
import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { provision } from '../tenancy/provision.ts';
import { createPersonalData, localKeyService, type PersonalData, storeSealed } from './personal-data.ts';
import { personalMarker } from './personal-ref.ts';
import { unpackValues } from './sealed-packet.ts';
import { decrypt, type KeyService, makeKeys, requireKeys, type UnstoredKey } from './subject-keys.ts';
import { whileTrying } from './trial.ts';

const tenantId = '0190a000-0000-7000-8000-00000000000a';
const otherTenantId = '0190a000-0000-7000-8000-00000000000b';
const master = randomBytes(32);
const newId = uuidV7Source(Date.now, randomBytes);

let database: FreshDatabase;
let pool: Pool;
let admin: Pool;
let wraps = 0;
let personalData: PersonalData;

const counted = (keys: KeyService): KeyService => ({
  wrap: (key) => {
    wraps++;
    return keys.wrap(key);
  },
  unwrap: keys.unwrap,
});

beforeAll(async () => {
  database = await freshDatabase();
  const connections = await provision(database.adminConnection, { modules: [] });
  pool = createPool(connections.write, { applicationName: 'personal-data-test' });
  admin = createPool(database.adminConnection, { applicationName: 'personal-data-test-admin', max: 1 });
  personalData = createPersonalData({ pool, keys: counted(localKeyService(master)), newId });
});

afterAll(async () => {
  await Promise.all([pool.end(), admin.end()]);
  await database.drop();
});

type Sealed = Awaited<ReturnType<PersonalData['seal']>>;

const newKeysOf = (sealed: Sealed, tenant: string): readonly UnstoredKey[] =>
  sealed.flatMap(({ sealed: { subject, newKey } }) =>
    newKey === undefined ? [] : [{ tenantId: tenant, subject, newKey }],
  );

/** Writes sealed values as a commit does. */
const commit = (sealed: Sealed, tenant = tenantId): Promise<unknown> =>
  inTransaction(pool, { tenants: [tenant] }, async (tx) => {
    await tx.query(makeKeys(newKeysOf(sealed, tenant)));
    await tx.query(storeSealed(sealed.map((one) => ({ tenantId: tenant, ...one.sealed }))));
  });

/** Asks what a commit asks that writes nothing of it. */
const rely = (sealed: Sealed): Promise<unknown> =>
  inTransaction(pool, { tenants: [tenantId] }, (tx) => tx.query(requireKeys(newKeysOf(sealed, tenantId))));

const keep = async (subject: string, values: readonly string[], tenant = tenantId): Promise<Sealed> => {
  const sealed = await personalData.seal(tenant, subject, values);
  await commit(sealed, tenant);
  return sealed;
};

const readBack = (refs: readonly string[], tenant = tenantId): Promise<ReadonlyMap<string, string>> =>
  inTransaction(pool, { tenants: [tenant], readOnly: true }, (tx) => personalData.read(tx, tenant, refs));

const destroy = (subject: string): Promise<void> =>
  inTransaction(pool, { tenants: [tenantId] }, (tx) => personalData.destroy(tx, tenantId, [subject]));

const keysOf = async (subject: string): Promise<readonly Buffer[]> =>
  (
    await admin.query<{ wrapped_key: Buffer }>('select wrapped_key from subject_keys where subject = $1', [subject])
  ).rows.map((row) => row.wrapped_key);

describe('personal data', () => {
  it('is read back as it was, and lies in the database as nothing readable', async () => {
    const [name] = await keep('party:1', ['Jana Nováková 🏦']);
    const ref = name?.reference.ref ?? '';
    expect((await readBack([ref])).get(ref)).toBe('Jana Nováková 🏦');
    const { rows } = await admin.query<{ ciphertext: Buffer }>('select ciphertext from personal_data where ref = $1', [
      ref,
    ]);
    expect(rows[0]?.ciphertext.includes('Nov')).toBe(false);
  });

  it('costs one row for all values sealed together, also for more than a packet holds', async () => {
    const texts = Array.from({ length: 600 }, (_, index) => (index % 7 === 0 ? '' : `value ${index}`));
    const sealed = await keep('party:many', texts);
    const values = await readBack(sealed.map((one) => one.reference.ref));
    expect(sealed.map((one) => values.get(one.reference.ref))).toEqual(texts);
    expect((await admin.query('select from personal_data where subject = $1', ['party:many'])).rowCount).toBe(3);
    expect(await personalData.seal(tenantId, 'party:none', [])).toEqual([]);
  });

  it('is committed to by a hash of salt and value, which whoever has both can check', async () => {
    const [name] = await keep('party:2', ['Petr']);
    const [wrapped] = await keysOf('party:2');
    const key = await localKeyService(master).unwrap(wrapped ?? Buffer.alloc(0));
    const [salted = Buffer.alloc(0)] = unpackValues(decrypt(key, name?.sealed.ciphertext ?? Buffer.alloc(0)));
    expect(salted.subarray(16).toString()).toBe('Petr');
    expect(toHex(sha3_256(salted))).toBe(name?.reference.commitment);
  });

  it('has equal commitments for equal values of one subject only, so that a repeat is recognised and nobody else is', async () => {
    const [first, second, other] = await personalData.seal(tenantId, 'party:3', ['Eva', 'Eva', 'Ema']);
    const [again] = await personalData.seal(tenantId, 'party:3', ['Eva']);
    const [stranger] = await personalData.seal(tenantId, 'party:4', ['Eva']);
    const [abroad] = await personalData.seal(otherTenantId, 'party:3', ['Eva']);
    expect(second?.reference.commitment).toBe(first?.reference.commitment);
    expect(again?.reference.commitment).toBe(first?.reference.commitment);
    expect(again?.reference.ref).not.toBe(first?.reference.ref);
    expect(new Set([first, other, stranger, abroad].map((one) => one?.reference.commitment)).size).toBe(4);
  });

  it('is one key per subject, whoever stores it first, in however many processes; the others are told and seal again', async () => {
    const [one, two] = [1, 2].map(() => createPersonalData({ pool, keys: localKeyService(master), newId }));
    const sealedBy = async (process: PersonalData | undefined) =>
      (await process?.seal(tenantId, 'party:5', ['Iva'])) ?? [];
    const [first, again, lost] = [await sealedBy(one), await sealedBy(one), await sealedBy(two)];
    expect(first[0]?.reference.commitment).toBe(again[0]?.reference.commitment);
    expect(first[0]?.reference.commitment).not.toBe(lost[0]?.reference.commitment);
    expect(await keysOf('party:5')).toHaveLength(0);
    await commit(first);
    await commit(again);
    await expect(commit(lost)).rejects.toMatchObject({ code: 'FA004' });
    await expect(rely(lost)).rejects.toMatchObject({ code: 'FA004' });
    await rely(again);
    expect((await sealedBy(two))[0]?.reference.commitment).toBe(first[0]?.reference.commitment);
    expect(await keysOf('party:5')).toHaveLength(1);
    const refs = [...first, ...again].map(({ reference }) => reference.ref);
    expect([...(await readBack(refs)).values()]).toEqual(['Iva', 'Iva']);
  });

  it('sealed before its subject was erased elsewhere is lost, and no reason to fail', async () => {
    const sealed = await personalData.seal(tenantId, 'party:16', ['Nela']);
    await destroy('party:16');
    await commit(sealed);
    await rely(sealed);
    expect(await keysOf('party:16')).toEqual([Buffer.alloc(0)]);
    expect((await admin.query('select from personal_data where subject = $1', ['party:16'])).rowCount).toBe(0);
  });

  it('makes the keys of many subjects in few statements and wraps none twice', async () => {
    const before = await admin.query<{ count: bigint }>(
      'select sum(xact_commit)::bigint as count from pg_stat_database where datname = current_database()',
    );
    wraps = 0;
    const subjects = Array.from({ length: 2_500 }, (_, index) => `party:bulk-${index}`);
    const sealed = await Promise.all(subjects.map((subject) => personalData.seal(tenantId, subject, ['x'])));
    expect(wraps).toBe(2_500);
    await commit(sealed.flat());
    await Promise.all(subjects.map((subject) => personalData.seal(tenantId, subject, ['x'])));
    expect(wraps).toBe(2_500);
    const after = await admin.query<{ count: bigint }>(
      'select sum(xact_commit)::bigint as count from pg_stat_database where datname = current_database()',
    );
    expect(Number((after.rows[0]?.count ?? 0n) - (before.rows[0]?.count ?? 0n))).toBeLessThan(100);
  });

  it('fails only those who asked when the key service fails, and works again with it', async () => {
    let isDown = true;
    const local = localKeyService(master);
    const shaky = createPersonalData({
      pool,
      newId,
      keys: {
        wrap: async (key) => (isDown ? Promise.reject(new Error('the key service is down')) : local.wrap(key)),
        unwrap: local.unwrap,
      },
    });
    await expect(shaky.seal(tenantId, 'party:6', ['Ota'])).rejects.toThrow('the key service is down');
    isDown = false;
    await expect(shaky.seal(tenantId, 'party:6', ['Ota'])).resolves.toHaveLength(1);
  });

  it('of another tenant is not read, whatever is asked', async () => {
    const [name] = await keep('party:7', ['Jan'], otherTenantId);
    const ref = name?.reference.ref ?? '';
    expect((await readBack([ref])).get(ref)).toBe('erased');
    expect(
      (
        await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) =>
          personalData.read(tx, otherTenantId, [ref]),
        )
      ).get(ref),
    ).toBe('erased');
  });
});

describe('erasure', () => {
  it('leaves neither key nor ciphertext, and shows erased', async () => {
    const sealed = await keep('party:8', ['Marie', 'Praha']);
    const refs = sealed.map((one) => one.reference.ref);
    await destroy('party:8');
    expect([...(await readBack(refs)).values()]).toEqual(['erased', 'erased']);
    expect(await keysOf('party:8')).toEqual([Buffer.alloc(0)]);
    expect((await admin.query('select from personal_data where subject = $1', ['party:8'])).rowCount).toBe(0);
  });

  it('is for ever: what is sealed afterwards is lost, and the subject gets no new key', async () => {
    const [before] = await keep('party:9', ['Karel']);
    await destroy('party:9');
    const [after] = await keep('party:9', ['Karel']);
    expect((await admin.query('select from personal_data where subject = $1', ['party:9'])).rowCount).toBe(0);
    expect(await keysOf('party:9')).toEqual([Buffer.alloc(0)]);
    expect(after?.reference.commitment).not.toBe(before?.reference.commitment);
    await destroy('party:9');
    expect(await keysOf('party:9')).toEqual([Buffer.alloc(0)]);
  });

  it('also drops what an earlier command of the same commit sealed', async () => {
    const sealed = await personalData.seal(tenantId, 'party:10', ['Alena']);
    await inTransaction(pool, { tenants: [tenantId] }, async (tx) => {
      await personalData.destroy(tx, tenantId, ['party:10']);
      await tx.query(storeSealed(sealed.map((one) => ({ tenantId, ...one.sealed }))));
    });
    expect((await admin.query('select from personal_data where subject = $1', ['party:10'])).rowCount).toBe(0);
  });

  it('touches no other subject', async () => {
    const [kept] = await keep('party:11', ['Hana']);
    await keep('party:12', ['Dana']);
    await destroy('party:12');
    expect((await readBack([kept?.reference.ref ?? ''])).get(kept?.reference.ref ?? '')).toBe('Hana');
  });
});

describe('a stored answer', () => {
  it('is rendered with the values of now, as JSON whatever they contain', async () => {
    const sealed = await keep('party:13', ['"O\'Neil" \\ $& {"$personal":"x"}', 'Brno']);
    const stored = JSON.stringify({
      name: personalMarker(sealed[0]?.reference ?? { ref: '' }),
      town: personalMarker(sealed[1]?.reference ?? { ref: '' }),
      kind: 'person',
    });
    expect(JSON.parse(await personalData.render(tenantId, stored))).toEqual({
      name: '"O\'Neil" \\ $& {"$personal":"x"}',
      town: 'Brno',
      kind: 'person',
    });
    await destroy('party:13');
    expect(JSON.parse(await personalData.render(tenantId, stored))).toEqual({
      name: 'erased',
      town: 'erased',
      kind: 'person',
    });
    expect(await personalData.render(tenantId, '{"a":1}')).toBe('{"a":1}');
  });
});

describe('a value that is only tried', () => {
  it('is sealed for nobody and makes no key, yet can be shown as long as the trial lasts', async () => {
    const stored = await whileTrying(async () => {
      const [sealed] = await personalData.seal(tenantId, 'party:14', ['Olga']);
      const json = JSON.stringify({ name: personalMarker(sealed?.reference ?? { ref: '' }) });
      expect(await personalData.render(tenantId, json)).toBe('{"name":"Olga"}');
      return json;
    });
    expect(await keysOf('party:14')).toEqual([]);
    expect(await personalData.render(tenantId, stored)).toBe('{"name":"erased"}');
  });

  it('is recognised as what its subject said before', async () => {
    const [kept] = await keep('party:15', ['Pavla']);
    const [tried] = await whileTrying(() => personalData.seal(tenantId, 'party:15', ['Pavla']));
    expect(tried?.reference.commitment).toBe(kept?.reference.commitment);
  });
});

describe('the blind index', () => {
  it('gives one token to one text within a tenant, over restarts, and another one in another tenant', async () => {
    const token = await personalData.blindIndex(tenantId);
    const restarted = await createPersonalData({ pool, keys: localKeyService(master), newId }).blindIndex(tenantId);
    const abroad = await personalData.blindIndex(otherTenantId);
    expect(restarted('word:novak')).toBe(token('word:novak'));
    expect(abroad('word:novak')).not.toBe(token('word:novak'));
    expect(token('word:novak')).not.toBe(token('word:novakova'));
  });
});
