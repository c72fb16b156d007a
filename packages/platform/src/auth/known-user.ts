import type { Grant } from './grant.ts';

/** A user who may act, as authentication needs to know it. */
export interface KnownUser extends Grant {
  readonly actingFor?: string;
  /** Sessions opened before this instant are over. */
  readonly sessionsFrom: string;
}

/** Port: the active user of this id; undefined when there is none, or it may not act. */
export type FindUser = (tenantId: string, userId: string) => Promise<KnownUser | undefined>;
