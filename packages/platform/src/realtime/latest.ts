import type { ZodType } from 'zod';
import { isPermitted, type Principal } from '../auth/principal.ts';
import type { Positions } from '../event-store/position.ts';
import { passes } from '../published/event-filter.ts';
import { type NamedChannel, readPermission } from './channel.ts';

/**
 * What is told of an account as it is now, beside the facts that made it so. Only the newest matters: where one still waits for a client it is replaced
 * by the next, so it has no id, is not told again to whoever comes back, and may stand for many changes.
 */
export interface Latest {
  /** `context.noun.noun`, as its message is called; the scope for reading the context is needed for it. */
  readonly name: string;
  /** One sentence, for the published document. */
  readonly summary: string;
  /** Shape of `data`. */
  readonly schema: ZodType;
  /** `data` as it may look. */
  readonly sample: Readonly<Record<string, unknown>>;
  /** Published events after which it may be another, as filters of webhooks are written. */
  readonly after: readonly string[];
  /** `data` of many accounts of one tenant as they are now. An account that is not known is absent. */
  read(tenantId: string, accountIds: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
}

/** One state on its way to those who listen to its account. */
export interface LatestTold {
  readonly name: string;
  readonly accountId: string;
  /** Everything up to there is in it, and perhaps more. */
  readonly seq: bigint;
  readonly body: string;
}

/** Reads what accounts are now, ready to be told. */
export const readLatest = async (
  latest: Latest,
  {
    tenantId,
    accountIds,
    seq,
  }: { readonly tenantId: string; readonly accountIds: readonly string[]; readonly seq: bigint },
  positions: Positions,
): Promise<readonly LatestTold[]> => {
  const position = positions.encode(seq);
  const found = await latest.read(tenantId, accountIds);
  return [...found].map(([accountId, data]) => ({
    name: latest.name,
    accountId,
    seq,
    body: JSON.stringify({ type: latest.name, position, data }),
  }));
};

/** Whether something published may have changed it. */
export const changes = ({ after }: Latest, type: string): boolean => after.some((filter) => passes(filter, type));

/** Whether a channel tells a principal of it: the channel is of that account and says so, and the principal could read it. */
export const tellsLatest = (
  { declaration, ids }: NamedChannel,
  principal: Principal,
  { name, accountId }: Pick<LatestTold, 'name' | 'accountId'>,
): boolean =>
  ids.accountId === accountId &&
  declaration.latest?.includes(name) === true &&
  isPermitted(principal, readPermission(name));
