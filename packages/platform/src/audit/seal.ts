import { setImmediate } from 'node:timers/promises';
import { toHex } from '@finaegis/kernel/hash';
import { leafHash } from '@finaegis/kernel/merkle';
import { headStatement, type SignedTreeHead } from '@finaegis/kernel/tree-head';
import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import { keyLock, SigningKeyRefused } from './admit-key.ts';
import { insertHead } from './heads-table.ts';
import type { SigningKey } from './signing-key.ts';
import { edgePlaces, type GrowingTree, growingTree, hashBytes, type TileSlice } from './tiles.ts';

/** A log that lacks an event, or a stored tree that is not what its head says: nothing more of it may be signed. */
export class CannotSeal extends Error {
  override readonly name = 'CannotSeal';
  readonly code = 'cannot_seal';
}

// Folding this many takes the process some milliseconds; it shares its thread with the API, so it pauses in between as well.
const eventsMax = 2_000;
const eventsBetweenPauses = 200;

interface Place {
  readonly epoch: string;
  readonly head: bigint;
  readonly size: bigint;
  readonly at: string;
  readonly key_id: string | null;
}

/**
 * Folds the next stretch of a tenant's log into its tree and signs the head, in one transaction. Any process may try: the lock lets one in at a time,
 * and the next one finds the tree where this one left it. Two that did not see each other would compute the same.
 * @returns the head, or undefined when there was nothing to seal or another process is at it
 * @throws SigningKeyRefused, CannotSeal
 */
export const sealTenant = (systemPool: Pool, tenantId: string, key: SigningKey): Promise<SignedTreeHead | undefined> =>
  inTransaction(systemPool, { tenants: [tenantId] }, async (tx) => {
    const [{ rows: locks }, { rows }] = await Promise.all([
      tx.query<{ taken: boolean }>({
        name: 'seal-lock',
        text: 'select pg_try_advisory_xact_lock_shared($1) and pg_try_advisory_xact_lock(hashtextextended($2, $1)) as taken',
        values: [keyLock, tenantId],
      }),
      // A statement of its own, behind the lock: what it reads is what the last holder committed.
      tx.query<Place>(placeStatement(tenantId)),
    ]);
    const [place] = rows;
    if (locks[0]?.taken !== true || place === undefined || place.head <= place.size) return undefined;
    if (place.key_id !== key.keyId)
      throw new SigningKeyRefused(
        'signing_key_retired',
        `The audit log is signed by key ${place.key_id}, not by this process's key ${key.keyId}.`,
      );
    const tree = await grown(tx, tenantId, place);
    await writeTiles(tx, tenantId, tree.take());
    const statement = {
      tenant: tenantId,
      epoch: place.epoch,
      size: tree.size,
      root: toHex(tree.root()),
      timestamp: place.at,
      keyId: key.keyId,
    };
    const head = { ...statement, signature: toHex(await key.sign(headStatement(statement))) };
    await insertHead(tx, head);
    return head;
  });

const placeStatement = (tenantId: string) => ({
  name: 'seal-place',
  // Instants never decrease, whichever process signs and whatever its server's clock was set to.
  text: `select e.epoch, h.seq as head, coalesce(a.size, 0) as size, k.key_id,
      greatest(clock_timestamp(), a.signed_at, k.valid_from)::timestamptz(3) as at
    from log_epoch e cross join tenant_heads h
    left join lateral (select size, signed_at from audit_heads where tenant_id = h.tenant_id order by size desc limit 1) a on true
    left join lateral (select key_id, valid_from from audit_keys where tenant_id = $2 order by number desc limit 1) k on true
    where h.tenant_id = $1`,
  values: [tenantId, platformTenantId],
});

const grown = async (tx: Transaction, tenantId: string, { size, head }: Place): Promise<GrowingTree> => {
  const places = edgePlaces(Number(size));
  const [edge, events] = await Promise.all([
    tx.query<{ level: number; index: bigint; hashes: Buffer }>({
      name: 'seal-edge',
      text: `select t.level, t.index, t.hashes from unnest($2::smallint[], $3::bigint[]) as wanted (level, index)
        join audit_tiles t on t.tenant_id = $1 and t.level = wanted.level and t.index = wanted.index`,
      values: [tenantId, places.map(({ level }) => level), places.map(({ index }) => index)],
    }),
    tx.query<{ seq: bigint; hash: Buffer }>({
      name: 'seal-events',
      text: 'select seq, hash from events where tenant_id = $1 and seq > 0 and seq > $2 and seq <= $3 order by seq limit $4',
      values: [tenantId, size, head, eventsMax],
    }),
  ]);
  const tree = treeOf(tenantId, Number(size), edge.rows);
  for (const { seq, hash } of events.rows) {
    if (seq !== BigInt(tree.size) + 1n) throw gap(tenantId, tree.size + 1);
    tree.add(leafHash(hash));
    if (tree.size % eventsBetweenPauses === 0) await setImmediate();
  }
  if (events.rows.length === 0) throw gap(tenantId, tree.size + 1);
  return tree;
};

const treeOf = (
  tenantId: string,
  size: number,
  edge: readonly { readonly level: number; readonly index: bigint; readonly hashes: Buffer }[],
): GrowingTree => {
  try {
    return growingTree(
      size,
      edge.map(({ level, index, hashes }) => ({ level, index: Number(index), hashes })),
    );
  } catch (cause) {
    throw new CannotSeal(`The tiles of tenant ${tenantId} are not those of its head over ${size} events.`, { cause });
  }
};

const gap = (tenantId: string, seq: number): CannotSeal =>
  new CannotSeal(`The log of tenant ${tenantId} has no event ${seq}; it is not sealed any further.`);

const writeTiles = async (tx: Transaction, tenantId: string, slices: readonly TileSlice[]): Promise<void> => {
  const { rows } = await tx.query<{ level: number; index: bigint; length: number }>({
    name: 'seal-tiles',
    text: `insert into audit_tiles (tenant_id, level, index, hashes)
      select $1, level, index, hashes from unnest($2::smallint[], $3::bigint[], $4::bytea[]) as grown (level, index, hashes)
      on conflict (tenant_id, level, index) do update set hashes = audit_tiles.hashes || excluded.hashes
      returning level, index, octet_length(hashes) as length`,
    values: [
      tenantId,
      slices.map(({ level }) => level),
      slices.map(({ index }) => index),
      slices.map(({ hashes }) => Buffer.from(hashes)),
    ],
  });
  const lengths = new Map(rows.map(({ level, index, length }) => [`${level}/${index}`, length]));
  for (const { level, index, offset, hashes } of slices)
    if (lengths.get(`${level}/${index}`) !== offset * hashBytes + hashes.length)
      throw new CannotSeal(`Tile ${index} of level ${level} of tenant ${tenantId} is not as long as the tree says.`);
};
