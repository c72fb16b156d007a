import { createHmac } from 'node:crypto';
import { sha3_256, toHex } from '@finaegis/kernel/hash';
import type { Pool } from 'pg';
import type { Statement } from '../database/statement.ts';
import { all, inTransaction, type Transaction } from '../database/transaction.ts';
import { isMasking, masked, noteSeen } from './masking.ts';
import { erased, type SealedValue, type Sealing } from './personal-ref.ts';
import { packetOf, packValues, refOf, unpackValues, valuesMax } from './sealed-packet.ts';
import { createSubjectKeys, decrypt, destroyKeys, encrypt, type KeyService, type SubjectKey } from './subject-keys.ts';
import { triedTexts } from './trial.ts';

export { type KeyService, localKeyService } from './subject-keys.ts';

/** Turns a text into the token it is searched by. */
export type BlindIndex = (text: string) => bigint;

/** Personal values outside the log: sealed under one key per subject, read back while that key exists. */
export interface PersonalData extends Sealing {
  /** The values behind references, `erased` where the key or the value is gone. Runs inside the caller's read transaction. */
  read(tx: Transaction, tenantId: string, refs: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Destroys the keys and ciphertexts of subjects, for ever; sent, before the first await, by the command that records the erasure. */
  destroy(tx: Transaction, tenantId: string, subjects: readonly string[]): Promise<void>;
  /** Puts values in the place of `{"$personal": ref}` markers of a JSON text; text without markers costs one search. */
  render(tenantId: string, json: string): Promise<string>;
  /** Tokens for searching sealed values: HMACs under a key of the tenant's own, so that the index tells nothing to who reads only the database. */
  blindIndex(tenantId: string): Promise<BlindIndex>;
}

const saltLength = 16;
const saltLabel = Buffer.from('finaegis commitment salt');

/**
 * Writes ciphertexts in one statement, those shared by several values once; the keys they need and nobody stored yet are made before it
 * (`makeKeys`), and one made elsewhere meanwhile fails it (`keyMadeElsewhere`). A value whose subject has been erased meanwhile, be it by an earlier command of the same commit, is left
 * out: nobody could read it.
 */
export const storeSealed = (sealed: readonly (SealedValue & { readonly tenantId: string })[]): Statement => {
  const values = [...new Map(sealed.map((value) => [value.ref, value])).values()];
  return {
    name: 'store-sealed',
    text: `insert into personal_data (tenant_id, ref, subject, ciphertext)
      select v.tenant_id, v.ref, v.subject, v.ciphertext
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[]) as v (tenant_id, ref, subject, ciphertext, new_key)
      cross join lateral (
        select wrapped_key from subject_keys
        where tenant_id = v.tenant_id and subject = v.subject and wrapped_key <> '' offset 0) k
      where case when v.new_key is null then true else finaegis_require_key(k.wrapped_key, v.new_key) end`,
    values: [
      values.map(({ tenantId }) => tenantId),
      values.map(({ ref }) => ref),
      values.map(({ subject }) => subject),
      values.map(({ ciphertext }) => Buffer.from(ciphertext)),
      values.map(({ newKey }) => (newKey === undefined ? null : Buffer.from(newKey))),
    ],
  };
};

/** Personal data over PostgreSQL. `newId` gives the references; `pool` enters as finaegis_write, since keys are made in it. */
export const createPersonalData = ({
  pool,
  keys,
  newId,
}: {
  readonly pool: Pool;
  readonly keys: KeyService;
  readonly newId: () => string;
}): PersonalData => {
  const subjectKeys = createSubjectKeys({ pool, keys });
  const read = readValues(keys);
  const indexKeys = new Map<string, Promise<Uint8Array>>();

  return {
    seal: async (tenantId, subject, values) => {
      if (values.length === 0) return [];
      const tried = triedTexts();
      const { key, ...unstored }: SubjectKey =
        tried === undefined
          ? await subjectKeys.keyOf(tenantId, subject)
          : { key: await subjectKeys.keyForTrial(tenantId, subject) };
      const salted = values.map((value) => saltedValue(key, value));
      const packets = Array.from({ length: Math.ceil(values.length / valuesMax) }, (_, number) =>
        salted.slice(number * valuesMax, (number + 1) * valuesMax),
      );
      return packets.flatMap((its) => {
        const packet = packetOf(newId());
        const sealed = { ref: packet, subject, ciphertext: encrypt(key, packValues(its)), ...unstored };
        return its.map((bytes, index) => {
          const ref = refOf(packet, index);
          tried?.set(ref, bytes.subarray(saltLength).toString('utf8'));
          return { reference: { ref, commitment: toHex(sha3_256(bytes)) }, sealed };
        });
      });
    },
    read,
    destroy: async (tx, tenantId, subjects) => {
      await all([
        destroyKeys(tx, tenantId, subjects),
        tx.query("delete from personal_data where tenant_id = $1 and subject = any ($2) and subject <> ''", [
          tenantId,
          subjects,
        ]),
      ]);
    },
    render: async (tenantId, json) => {
      const tried = triedTexts();
      const told = tried === undefined ? json : withValues(json, tried);
      const refs = [...told.matchAll(marker)].map(([, ref]) => ref ?? '');
      if (refs.length === 0) return told;
      const values = await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) =>
        read(tx, tenantId, refs),
      );
      return withValues(told, values);
    },
    blindIndex: async (tenantId) => {
      // This key may be remembered: it belongs to the tenant and dies with it, no person's erasure touches it.
      const known = indexKeys.get(tenantId) ?? subjectKeys.storedKeyOf(tenantId, 'blind-index');
      indexKeys.set(tenantId, known);
      const key = await known.catch((error: unknown) => {
        indexKeys.delete(tenantId);
        throw error;
      });
      return (text) => createHmac('sha256', key).update(text, 'utf8').digest().readBigInt64BE();
    },
  };
};

/**
 * Salt ‖ value. The salt is a pseudo-random function of the value under the subject's own key (SHA3 keyed by prefix, as in KMAC). Whoever lacks
 * the key cannot tell it from a random one; when the key is destroyed, so is the way from a guessed value to its commitment; and while it exists,
 * one value always meets the same salt.
 */
const saltedValue = (key: Uint8Array, value: string): Buffer => {
  const bytes = Buffer.from(value, 'utf8');
  const salt = sha3_256(Buffer.concat([key, saltLabel, bytes]));
  return Buffer.concat([salt.subarray(0, saltLength), bytes]);
};

const readValues =
  (keys: KeyService): PersonalData['read'] =>
  async (tx, tenantId, refs) => {
    const values = new Map(refs.map((ref) => [ref, isMasking() ? masked : erased]));
    if (refs.length === 0 || isMasking()) return values;
    const { rows } = await tx.query<{ ref: string; subject: string; ciphertext: Buffer; wrapped_key: Buffer }>({
      name: 'read-personal',
      text: `select d.ref, d.subject, d.ciphertext, k.wrapped_key from unnest($2::uuid[]) as wanted (ref)
        cross join lateral (select * from personal_data where tenant_id = $1 and ref = wanted.ref offset 0) d
        cross join lateral (select * from subject_keys where tenant_id = $1 and subject = d.subject and wrapped_key <> '' offset 0) k`,
      values: [tenantId, [...new Set(refs.map(packetOf))]],
    });
    const wrapped = new Map(rows.map(({ subject, wrapped_key }) => [subject, wrapped_key]));
    const unwrapped = new Map(
      await Promise.all([...wrapped].map(async ([subject, key]) => [subject, await keys.unwrap(key)] as const)),
    );
    for (const { ref, subject, ciphertext } of rows) {
      const key = unwrapped.get(subject);
      if (key === undefined) continue;
      for (const [index, salted] of unpackValues(decrypt(key, ciphertext)).entries()) {
        const its = refOf(ref, index);
        if (!values.has(its)) continue;
        values.set(its, salted.subarray(saltLength).toString('utf8'));
        noteSeen(subject);
      }
    }
    return values;
  };

/** Text in the place of the markers whose values are known. */
const withValues = (json: string, values: ReadonlyMap<string, string>): string =>
  json.replaceAll(marker, (whole, ref: string) => {
    const value = values.get(ref);
    return value === undefined ? whole : JSON.stringify(value);
  });

const marker = /\{"\$personal":"([0-9a-f-]{36})"\}/g;
