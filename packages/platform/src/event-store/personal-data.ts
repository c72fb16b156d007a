import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { sha3_256, toHex } from '@finaegis/kernel/hash';
import { z } from 'zod';
import type { Pool } from 'pg';
import { type Statement, type Transaction, inTransaction } from '../database/transaction.ts';

/** What an event holds in place of a personal value: where it lies, and a salted hash that proves it later without telling it. */
export interface PersonalRef {
  readonly ref: string;
  /** SHA3-256(salt ‖ value), hex; the salt lies beside the value and is lost with it. */
  readonly commitment: string;
}

/** The schema of a reference inside event data. */
export const personalRef: z.ZodType<PersonalRef> = z.strictObject({ ref: z.string(), commitment: z.string() });

/** A ciphertext waiting for the commit of the event that refers to it. */
export interface SealedValue {
  readonly ref: string;
  readonly subject: string;
  readonly ciphertext: Uint8Array;
}

/** The port of whoever keeps the master key: a file or environment variable here, a cloud KMS or HSM elsewhere. */
export interface KeyService {
  wrap(dataKey: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** What a value is shown as once its subject's key is gone. */
export const erased = 'erased';

/** Personal values outside the log: sealed under one key per subject, read back while that key exists. */
export interface PersonalData {
  /** Seals values of one subject (`party:…`, `account:…`); the ciphertexts are written by the command that refers to them. */
  seal(tenantId: string, subject: string, values: readonly string[]): Promise<readonly { readonly reference: PersonalRef; readonly sealed: SealedValue }[]>;
  /** The values behind references, `erased` where the key or the value is gone. Runs inside the caller's read transaction. */
  read(tx: Transaction, tenantId: string, refs: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Statement that destroys the keys and ciphertexts of subjects; sent by the command that records the erasure. */
  destroy(tx: Transaction, tenantId: string, subjects: readonly string[]): Promise<void>;
  /** Puts values in the place of `{"$personal": ref}` markers of a JSON text; text without markers costs one search. */
  render(tenantId: string, json: string): Promise<string>;
}

const cipher = 'aes-256-gcm';
const ivLength = 12;
const tagLength = 16;
const saltLength = 16;

/** A key service over one 32-byte master key. */
export const localKeyService = (masterKey: Uint8Array): KeyService => {
  if (masterKey.length !== 32) throw new TypeError('The master key must be 32 bytes.');
  return { wrap: async (dataKey) => encrypt(masterKey, dataKey), unwrap: async (wrapped) => decrypt(masterKey, wrapped) };
};

/** Writes ciphertexts in one statement. */
export const storeSealed = (values: readonly (SealedValue & { readonly tenantId: string })[]): Statement => ({
  name: 'store-sealed',
  text: `insert into personal_data (tenant_id, ref, subject, ciphertext)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[])`,
  values: [values.map(({ tenantId }) => tenantId), values.map(({ ref }) => ref), values.map(({ subject }) => subject), values.map(({ ciphertext }) => Buffer.from(ciphertext))],
});

/** Personal data over PostgreSQL. `newId` gives the references. */
export const createPersonalData = ({ pool, keys, newId }: { readonly pool: Pool; readonly keys: KeyService; readonly newId: () => string }): PersonalData => {
  const read: PersonalData['read'] = async (tx, tenantId, refs) => {
    const values = new Map(refs.map((ref) => [ref, erased]));
    if (refs.length === 0) return values;
    const { rows } = await tx.query<{ ref: string; subject: string; ciphertext: Buffer; wrapped_key: Buffer }>({
      name: 'read-personal',
      text: `select d.ref, d.subject, d.ciphertext, k.wrapped_key from personal_data d join subject_keys k using (tenant_id, subject)
        where d.tenant_id = $1 and d.ref = any ($2::uuid[])`,
      values: [tenantId, refs],
    });
    const unwrapped = new Map<string, Uint8Array>();
    for (const { ref, subject, ciphertext, wrapped_key } of rows) {
      const key = unwrapped.get(subject) ?? (await keys.unwrap(wrapped_key));
      unwrapped.set(subject, key);
      values.set(ref, Buffer.from(decrypt(key, ciphertext).subarray(saltLength)).toString('utf8'));
    }
    return values;
  };

  return {
    seal: async (tenantId, subject, values) => {
      const key = await subjectKey({ pool, keys }, tenantId, subject);
      return values.map((value) => {
        const salted = Buffer.concat([randomBytes(saltLength), Buffer.from(value, 'utf8')]);
        const reference = { ref: newId(), commitment: toHex(sha3_256(salted)) };
        return { reference, sealed: { ref: reference.ref, subject, ciphertext: encrypt(key, salted) } };
      });
    },
    read,
    destroy: async (tx, tenantId, subjects) => {
      await Promise.all([
        tx.query('delete from subject_keys where tenant_id = $1 and subject = any ($2)', [tenantId, subjects]),
        tx.query('delete from personal_data where tenant_id = $1 and subject = any ($2)', [tenantId, subjects]),
      ]);
    },
    render: async (tenantId, json) => {
      const refs = [...json.matchAll(marker)].map(([, ref]) => ref ?? '');
      if (refs.length === 0) return json;
      const values = await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) => read(tx, tenantId, refs));
      return json.replaceAll(marker, (_, ref: string) => JSON.stringify(values.get(ref) ?? erased));
    },
  };
};

const marker = /\{"\$personal":"([0-9a-f-]{36})"\}/g;

/** What stands in a stored answer in place of a personal value, so that a replay after erasure says `erased`. */
export const personalMarker = ({ ref }: { readonly ref: string }): { readonly $personal: string } => ({ $personal: ref });

const subjectKey = async ({ pool, keys }: { readonly pool: Pool; readonly keys: KeyService }, tenantId: string, subject: string): Promise<Uint8Array> => {
  const fresh = await keys.wrap(randomBytes(32));
  const { rows } = await inTransaction(pool, { tenants: [tenantId] }, (tx) =>
    // One statement cannot see a row another transaction commits meanwhile, hence the second select after the insert.
    tx
      .query({ name: 'make-subject-key', text: 'insert into subject_keys (tenant_id, subject, wrapped_key) values ($1, $2, $3) on conflict do nothing', values: [tenantId, subject, Buffer.from(fresh)] })
      .then(() => tx.query<{ wrapped_key: Buffer }>({ name: 'subject-key', text: 'select wrapped_key from subject_keys where tenant_id = $1 and subject = $2', values: [tenantId, subject] })),
  );
  return keys.unwrap(rows[0]?.wrapped_key ?? fresh);
};

const encrypt = (key: Uint8Array, plain: Uint8Array): Uint8Array => {
  const iv = randomBytes(ivLength);
  const sealing = createCipheriv(cipher, key, iv);
  const body = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), body]);
};

const decrypt = (key: Uint8Array, sealed: Uint8Array): Uint8Array => {
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, ivLength));
  opening.setAuthTag(sealed.subarray(ivLength, ivLength + tagLength));
  return Buffer.concat([opening.update(sealed.subarray(ivLength + tagLength)), opening.final()]);
};
