import { toHex } from '@finaegis/kernel/hash';
import { keyStatement } from '@finaegis/kernel/tree-head';
import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import { readAuditKeys } from './heads-table.ts';
import type { SigningKey } from './signing-key.ts';

/** The configured key may not sign. */
export class SigningKeyRefused extends Error {
  override readonly name = 'SigningKeyRefused';
  readonly code: 'signing_key_retired' | 'signing_key_not_announced';

  constructor(code: SigningKeyRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

// Any constant does, as long as every release uses the same one. Signing takes it shared and a change of keys alone, so that no head of the old key
// is dated after the new one's beginning.
export const keyLock = '7032110842119';

/**
 * Makes the key the installation's newest, if it is not: the first key announces itself, every later one is announced by the key before it,
 * which must be given as `previous`.
 * @param systemPool as finaegis_system
 * @throws SigningKeyRefused for a key that was retired, or that the previous key does not announce
 */
export const admitKey = async (
  systemPool: Pool,
  { key, previous }: { readonly key: SigningKey; readonly previous?: SigningKey | undefined },
): Promise<void> =>
  inTransaction(systemPool, { tenants: [platformTenantId] }, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [keyLock]);
    const keys = await readAuditKeys(tx);
    const newest = keys.at(-1);
    if (newest?.keyId === key.keyId) return;
    if (keys.some(({ keyId }) => keyId === key.keyId))
      throw new SigningKeyRefused(
        'signing_key_retired',
        `The audit log is signed by key ${newest?.keyId}; this process has key ${key.keyId}, which was retired.`,
      );
    const announcer = newest === undefined ? key : previous;
    if (announcer === undefined || (newest !== undefined && announcer.keyId !== newest.keyId))
      throw new SigningKeyRefused(
        'signing_key_not_announced',
        `Key ${key.keyId} follows key ${newest?.keyId}, which must announce it: set AUDIT_SIGNING_KEY_PREVIOUS to its seed.`,
      );
    const statement = {
      number: keys.length + 1,
      keyId: key.keyId,
      publicKey: toHex(key.publicKey),
      validFrom: await beginning(tx, newest?.validFrom),
      announcedBy: announcer.keyId,
    };
    await tx.query(
      'insert into audit_keys (tenant_id, number, key_id, public_key, valid_from, announced_by, signature) values ($1, $2, $3, $4, $5, $6, $7)',
      [
        platformTenantId,
        statement.number,
        statement.keyId,
        Buffer.from(key.publicKey),
        statement.validFrom,
        statement.announcedBy,
        Buffer.from(await announcer.sign(keyStatement(statement))),
      ],
    );
  });

/** Now, or the newest instant anything was signed at, should the clock have been set back since. */
const beginning = async (tx: Transaction, validFrom: string | undefined): Promise<string> => {
  const { rows } = await tx.query<{ at: string }>(
    `select greatest(clock_timestamp(), $1::timestamptz, max(a.signed_at))::timestamptz(3) as at
      from tenant_heads h cross join lateral (
        select signed_at from audit_heads where tenant_id = h.tenant_id order by size desc limit 1) a`,
    [validFrom ?? null],
  );
  return rows[0]?.at ?? '';
};
