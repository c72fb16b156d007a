import { examineStretch } from '@finaegis/platform/audit/examine-stretch';
import { tileWidth } from '@finaegis/platform/audit/tiles';
import { verifyLog } from '@finaegis/platform/audit/verify-log';
import { inTransaction } from '@finaegis/platform/database/transaction';
import type { Pool } from 'pg';
import { type Books, tenantId } from './ledger-books.ts';

/**
 * Holds what is stored against what was acknowledged, step by step: each step looks at the log since the one before, and audits that much of it.
 */
export interface LedgerChecks {
  /** @throws Error naming what is wrong */
  step(after: string): Promise<void>;
  /** Replays the whole log of the tenant. @throws Error naming the first event that is wrong */
  audit(): Promise<number>;
}

interface Found {
  readonly events: bigint;
  readonly head: bigint | null;
  readonly journals: bigint;
  readonly unbalanced: bigint;
  readonly open_holds: bigint;
  readonly trial: string | null;
}

// One snapshot: every figure speaks of the same moment.
const question = `with since as (select seq, type, envelope from events where tenant_id = $1 and seq > $2),
  sums as (
    select seq, posting ->> 'asset' as asset,
      sum(case posting ->> 'side' when 'credit' then 1 else -1 end * (posting ->> 'amountMinor')::numeric) as sum
    from since cross join lateral jsonb_array_elements(envelope::jsonb -> 'data' -> 'postings') as posting
    where type = 'JournalPosted' group by seq, asset)
  select count(*) as events, max(seq) as head,
    count(*) filter (where type = 'JournalPosted') as journals,
    count(*) filter (where type = 'HoldPlaced') - count(*) filter (where type = 'HoldCaptured') as open_holds,
    (select count(*) from sums where sum <> 0) as unbalanced,
    (select string_agg(format('%s in %s', off, asset), ', ') from (
      select asset, sum(credits - debits) as off from ledger_balances where tenant_id = $1 group by entity, asset) as trial where off <> 0) as trial
  from since`;

/** Checks over the books, from the end of their log on. */
export const ledgerChecks = async (books: Books): Promise<LedgerChecks> => {
  const { read } = books.bank.pools;
  const { rows } = await read.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [tenantId]);
  let position = rows[0]?.seq ?? 0n;
  let counted = books.acknowledged;
  return {
    step: async (after) => {
      const found = await inTransaction(read, { tenants: [tenantId], readOnly: true }, (tx) =>
        tx.query<Found>(question, [tenantId, position]),
      );
      const row = found.rows[0];
      const acknowledged = books.acknowledged - counted;
      const wrong = row === undefined ? 'nothing was found' : faultOf(row, { acknowledged, position });
      if (wrong !== undefined) throw new Error(`After ${after}: ${wrong}.`);
      await auditSince(read, { after, position, head: row?.head ?? position });
      position = row?.head ?? position;
      counted = books.acknowledged;
    },
    audit: async () => {
      const verdict = await verifyLog({ pool: read, tenantId });
      if (!verdict.isIntact) throw new Error(`The audit found ${verdict.fault.code} at ${verdict.fault.seq}.`);
      return verdict.events;
    },
  };
};

// Stretches begin where a tile of sealed leaves does.
const stretchLength = 16 * tileWidth;

/** What the audit of a whole log does with every event, for the events since a position: the tree over all of them is held against the end. */
const auditSince = async (
  pool: Pool,
  { after, position, head }: { readonly after: string; readonly position: bigint; readonly head: bigint },
): Promise<void> => {
  const first = Number(position) - (Number(position) % tileWidth);
  for (let from = first; from < Number(head); from += stretchLength) {
    const stretch = { tenantId, after: from, upTo: Math.min(from + stretchLength, Number(head)), sealed: 0 };
    const { fault } = await examineStretch(pool, stretch);
    if (fault !== undefined) throw new Error(`After ${after}: the audit found ${fault.code} at ${fault.seq}.`);
  }
};

/** What is wrong with the log since a position, in words. */
const faultOf = (
  { events, head, journals, unbalanced, open_holds: openHolds, trial }: Found,
  { acknowledged, position }: { readonly acknowledged: number; readonly position: bigint },
): string | undefined => {
  if (BigInt(acknowledged) !== journals) return `${acknowledged} journals were acknowledged, ${journals} are stored`;
  if (events !== (head ?? position) - position) return `the log has a gap between ${position} and ${head}`;
  if (unbalanced !== 0n) return `${unbalanced} journals do not sum to zero`;
  if (openHolds !== 0n) return `${openHolds} holds were not captured`;
  if (trial !== null) return `the trial balance is not zero but ${trial}`;
  return undefined;
};
