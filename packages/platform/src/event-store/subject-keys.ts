import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Statement } from '../database/statement.ts';
import { all, inTransaction, type Transaction } from '../database/transaction.ts';

/** The port of whoever keeps the master key: a file or environment variable here, a cloud KMS or HSM elsewhere. */
export interface KeyService {
  wrap(dataKey: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** What values of a subject are sealed under. */
export interface SubjectKey {
  readonly key: Uint8Array;
  /** Wrapped, where the subject has no key yet: the commit that stores what was sealed stores it too. */
  readonly newKey?: Uint8Array;
}

/** The data keys of subjects, one each, stored by the first commit that needs one. */
export interface SubjectKeys {
  /** The subject's key; of a subject that was erased a key nobody keeps, so that what it seals is lost at once. */
  keyOf(tenantId: string, subject: string): Promise<SubjectKey>;
  /** The same, but stored at once: for what is derived from it without a commit. */
  storedKeyOf(tenantId: string, subject: string): Promise<Uint8Array>;
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
  resolve(key: SubjectKey): void;
  reject(error: unknown): void;
}

/** SQLSTATE of finaegis_require_key: the subject's key was made by another commit, so what was sealed under ours must be sealed again. */
export const keyMadeElsewhere = 'FA004';

/** A key on its way into the database, by whose commit it may be stored. */
export interface UnstoredKey {
  readonly tenantId: string;
  readonly subject: string;
  readonly newKey: Uint8Array;
}

/** Longer than a command waits to be taken up; what waits longer and finds its key gone is sealed again. */
const unstoredKeptMs = 30_000;

/**
 * Subject keys over PostgreSQL. Callers that wait while a round trip is under way share the next one, so an import of thousands of subjects reads
 * their keys in a handful of statements. A subject's first key is stored by the first commit that holds a value under it, so that a refused command
 * leaves nothing; until then everybody in this process is given the same one, and whoever loses the race against another process is told by the
 * commit (`keyMadeElsewhere`). All seal one subject under one key, which is what makes equal values recognisable (see the salt in
 * personal-data.ts). No stored key is remembered between calls, because an erased key must be gone.
 */
export const createSubjectKeys = (options: { readonly pool: Pool; readonly keys: KeyService }): SubjectKeys => {
  const { pool, keys } = options;
  let waiting: Waiting[] = [];
  let isRunning = false;
  const unstored = new Unstored(keys);

  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting.length > 0) {
      const taken = waiting.slice(0, subjectsMax);
      waiting = waiting.slice(subjectsMax);
      try {
        const found = await find(options, unstored, taken);
        for (const one of taken) one.resolve(found.get(nameOf(one)) ?? { key: randomBytes(keyLength) });
      } catch (error) {
        for (const one of taken) one.reject(error);
      }
    }
    isRunning = false;
  };

  const keyOf: SubjectKeys['keyOf'] = (tenantId, subject) =>
    new Promise((resolve, reject) => {
      waiting.push({ tenantId, subject, resolve, reject });
      if (!isRunning) void run();
    });

  return {
    keyOf,
    storedKeyOf: async (tenantId, subject) => {
      const { key, newKey } = await keyOf(tenantId, subject);
      if (newKey === undefined) return key;
      await inTransaction(pool, { tenants: [tenantId] }, (tx) => tx.query(makeKeys([{ tenantId, subject, newKey }])));
      return (await keyOf(tenantId, subject)).key;
    },
    keyForTrial: async (tenantId, subject) => {
      const [known] = await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) =>
        readKeys(tx, [{ tenantId, subject }]),
      );
      const [, wrapped] = known ?? ['', Buffer.alloc(0)];
      return wrapped.length === 0 ? randomBytes(keyLength) : keys.unwrap(wrapped);
    },
  };
};

const nameOf = ({ tenantId, subject }: Subject): string => `${tenantId}/${subject}`;

const find = async (
  { pool, keys }: { readonly pool: Pool; readonly keys: KeyService },
  unstored: Unstored,
  asked: readonly Subject[],
): Promise<ReadonlyMap<string, SubjectKey>> => {
  const wanted = new Map(asked.map((one) => [nameOf(one), one]));
  const tenants = [...new Set(asked.map(({ tenantId }) => tenantId))];
  const stored = new Map(
    await inTransaction(pool, { tenants, readOnly: true }, (tx) => readKeys(tx, [...wanted.values()])),
  );
  // The key service may be far away, so it is asked while no transaction is open.
  const found = await Promise.all(
    [...wanted.keys()].map(async (name): Promise<readonly (readonly [string, SubjectKey])[]> => {
      const wrapped = stored.get(name);
      if (wrapped === undefined) return [[name, await unstored.of(name)]];
      unstored.forget(name);
      return wrapped.length === 0 ? [] : [[name, { key: await keys.unwrap(wrapped) }]];
    }),
  );
  return new Map(found.flat());
};

/** Keys that nobody has stored yet, for a while: whoever seals for the same subject meanwhile must get the same one. */
class Unstored {
  private readonly keys: KeyService;
  private young = new Map<string, Promise<SubjectKey>>();
  private old = new Map<string, Promise<SubjectKey>>();
  private sweeping: NodeJS.Timeout | undefined;

  constructor(keys: KeyService) {
    this.keys = keys;
  }

  of(name: string): Promise<SubjectKey> {
    const key = this.young.get(name) ?? this.old.get(name) ?? this.made();
    this.young.set(name, key);
    key.catch(() => this.forget(name));
    this.sweeping ??= setInterval(() => this.sweep(), unstoredKeptMs).unref();
    return key;
  }

  forget(name: string): void {
    this.young.delete(name);
    this.old.delete(name);
  }

  private async made(): Promise<SubjectKey> {
    const key = randomBytes(keyLength);
    return { key, newKey: await this.keys.wrap(key) };
  }

  private sweep(): void {
    this.old = this.young;
    this.young = new Map();
    if (this.old.size > 0) return;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
  }
}

/** Stores keys of subjects that have none. Sorted, so that two processes storing the same keys never wait for each other in a circle. */
export const makeKeys = (unstored: readonly UnstoredKey[]): Statement => ({
  name: 'make-subject-keys',
  text: `insert into subject_keys (tenant_id, subject, wrapped_key)
    select * from unnest($1::uuid[], $2::text[], $3::bytea[]) on conflict do nothing`,
  values: columnsOf(unstored),
});

/** Fails with `keyMadeElsewhere` where a subject has another key by now; writes nothing. */
export const requireKeys = (unstored: readonly UnstoredKey[]): Statement => ({
  name: 'require-subject-keys',
  text: `select finaegis_require_key(k.wrapped_key, v.new_key)
    from unnest($1::uuid[], $2::text[], $3::bytea[]) as v (tenant_id, subject, new_key)
    cross join lateral (select wrapped_key from subject_keys where tenant_id = v.tenant_id and subject = v.subject offset 0) k`,
  values: columnsOf(unstored),
});

const columnsOf = (unstored: readonly UnstoredKey[]): readonly unknown[] => {
  const sorted = [...new Map(unstored.map((one) => [nameOf(one), one])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
  return [
    sorted.map(({ tenantId }) => tenantId),
    sorted.map(({ subject }) => subject),
    sorted.map(({ newKey }) => Buffer.from(newKey)),
  ];
};

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
