import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Pool, QueryResult } from 'pg';
import { all, inTransaction, type Transaction } from '../database/transaction.ts';

/** The port of whoever keeps the master key: a file or environment variable here, a cloud KMS or HSM elsewhere. */
export interface KeyService {
  wrap(dataKey: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** The data keys of subjects, one each, made when first asked for. */
export interface SubjectKeys {
  /** The subject's key; of a subject that was erased a key nobody keeps, so that what it seals is lost at once. */
  keyOf(tenantId: string, subject: string): Promise<Uint8Array>;
  /** The subject's key where it has one, so that a trial recognises what was said before; a key nobody keeps where it has none. Makes nothing. */
  keyForTrial(tenantId: string, subject: string): Promise<Uint8Array>;
}

const cipher = 'aes-256-gcm';
const ivLength = 12;
const tagLength = 16;
const keyLength = 32;
const subjectsMax = 1_000;

/** A key service over one 32-byte master key. */
export const localKeyService = (masterKey: Uint8Array): KeyService => {
  if (masterKey.length !== keyLength) throw new TypeError('The master key must be 32 bytes.');
  return {
    wrap: async (dataKey) => encrypt(masterKey, dataKey),
    unwrap: async (wrapped) => decrypt(masterKey, wrapped),
  };
};

/** AES-256-GCM under a fresh nonce: nonce ‖ tag ‖ ciphertext. */
export const encrypt = (key: Uint8Array, plain: Uint8Array): Uint8Array => {
  const iv = randomBytes(ivLength);
  const sealing = createCipheriv(cipher, key, iv);
  const body = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), body]);
};

/**
 * Opens what `encrypt` made.
 * @throws Error when the key is another one or a byte was changed
 */
export const decrypt = (key: Uint8Array, sealed: Uint8Array): Uint8Array => {
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, ivLength));
  opening.setAuthTag(sealed.subarray(ivLength, ivLength + tagLength));
  return Buffer.concat([opening.update(sealed.subarray(ivLength + tagLength)), opening.final()]);
};

/**
 * Destroys the keys of subjects for ever: an empty key stays in the place of each, so that no late command can give the subject a new one.
 * Sends its statements before the first await.
 */
export const destroyKeys = async (tx: Transaction, tenantId: string, subjects: readonly string[]): Promise<void> => {
  await all([
    tx.query('delete from subject_keys where tenant_id = $1 and subject = any ($2)', [tenantId, subjects]),
    tx.query(
      `insert into subject_keys (tenant_id, subject, wrapped_key) select $1, subject, '' from unnest($2::text[]) as gone (subject)`,
      [tenantId, [...new Set(subjects)].sort()],
    ),
  ]);
};

interface Subject {
  readonly tenantId: string;
  readonly subject: string;
}

interface Waiting extends Subject {
  resolve(key: Uint8Array): void;
  reject(error: unknown): void;
}

/**
 * Subject keys over PostgreSQL. Callers that wait while a round trip is under way share the next one, so an import of thousands of subjects makes
 * their keys in a handful of statements. Keys are committed before anything is sealed: all processes seal one subject under one key, which is what
 * makes equal values recognisable (see the salt in personal-data.ts). Nothing is remembered between calls, because an erased key must be gone.
 */
export const createSubjectKeys = (options: { readonly pool: Pool; readonly keys: KeyService }): SubjectKeys => {
  let waiting: Waiting[] = [];
  let isRunning = false;

  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting.length > 0) {
      const taken = waiting.slice(0, subjectsMax);
      waiting = waiting.slice(subjectsMax);
      try {
        const found = await findOrMake(options, taken);
        for (const one of taken) one.resolve(found.get(nameOf(one)) ?? randomBytes(keyLength));
      } catch (error) {
        for (const one of taken) one.reject(error);
      }
    }
    isRunning = false;
  };

  return {
    keyOf: (tenantId, subject) =>
      new Promise((resolve, reject) => {
        waiting.push({ tenantId, subject, resolve, reject });
        if (!isRunning) void run();
      }),
    keyForTrial: async (tenantId, subject) => {
      const { pool, keys } = options;
      const [known] = await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) =>
        readKeys(tx, [{ tenantId, subject }]),
      );
      const [, wrapped] = known ?? ['', Buffer.alloc(0)];
      return wrapped.length === 0 ? randomBytes(keyLength) : keys.unwrap(wrapped);
    },
  };
};

const nameOf = ({ tenantId, subject }: Subject): string => `${tenantId}/${subject}`;

const findOrMake = async (
  { pool, keys }: { readonly pool: Pool; readonly keys: KeyService },
  asked: readonly Subject[],
): Promise<ReadonlyMap<string, Uint8Array>> => {
  // Sorted, so that two processes making the same keys never wait for each other in a circle.
  const wanted = [...new Map(asked.map((one) => [nameOf(one), one])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
  const tenants = [...new Set(wanted.map(({ tenantId }) => tenantId))];
  const stored = new Map(await inTransaction(pool, { tenants, readOnly: true }, (tx) => readKeys(tx, wanted)));
  const missing = wanted.filter((one) => !stored.has(nameOf(one)));
  const plain = new Map<string, Uint8Array>();
  if (missing.length > 0) {
    // The key service may be far away, so it is asked while no transaction is open.
    const fresh = await Promise.all(missing.map(async (one) => freshKey(keys, one)));
    // One statement cannot see a row another transaction commits meanwhile, hence the second select after the insert.
    const [, made] = await inTransaction(pool, { tenants }, (tx) => all([makeKeys(tx, fresh), readKeys(tx, missing)]));
    for (const [name, wrapped] of made) stored.set(name, wrapped);
    for (const { name, key, wrapped } of fresh) if (stored.get(name)?.equals(wrapped) === true) plain.set(name, key);
  }
  const sealed = [...stored].filter(([name, wrapped]) => !plain.has(name) && wrapped.length > 0);
  for (const [name, key] of await Promise.all(
    sealed.map(async ([name, wrapped]) => [name, await keys.unwrap(wrapped)] as const),
  ))
    plain.set(name, key);
  return plain;
};

interface FreshKey extends Subject {
  readonly name: string;
  readonly key: Uint8Array;
  readonly wrapped: Uint8Array;
}

const freshKey = async (keys: KeyService, one: Subject): Promise<FreshKey> => {
  const key = randomBytes(keyLength);
  return { ...one, name: nameOf(one), key, wrapped: await keys.wrap(key) };
};

const makeKeys = (tx: Transaction, fresh: readonly FreshKey[]): Promise<QueryResult> =>
  tx.query({
    name: 'make-subject-keys',
    text: `insert into subject_keys (tenant_id, subject, wrapped_key)
      select * from unnest($1::uuid[], $2::text[], $3::bytea[]) on conflict do nothing`,
    values: [
      fresh.map(({ tenantId }) => tenantId),
      fresh.map(({ subject }) => subject),
      fresh.map(({ wrapped }) => Buffer.from(wrapped)),
    ],
  });

const readKeys = async (
  tx: Transaction,
  wanted: readonly Subject[],
): Promise<readonly (readonly [string, Buffer])[]> => {
  const { rows } = await tx.query<{ tenant_id: string; subject: string; wrapped_key: Buffer }>({
    name: 'read-subject-keys',
    text: `select k.tenant_id, k.subject, k.wrapped_key
      from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, subject)
      cross join lateral (select * from subject_keys where tenant_id = wanted.tenant_id and subject = wanted.subject offset 0) k`,
    values: [wanted.map(({ tenantId }) => tenantId), wanted.map(({ subject }) => subject)],
  });
  return rows.map((row) => [nameOf({ tenantId: row.tenant_id, subject: row.subject }), row.wrapped_key]);
};
