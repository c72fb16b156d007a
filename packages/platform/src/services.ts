import type { Pool } from 'pg';
import type { Commands } from './command/commands.ts';
import { inTransaction, type Transaction } from './database/transaction.ts';
import type { EventCatalogue } from './event-store/catalogue.ts';
import type { PersonalData } from './event-store/personal-data.ts';
import type { Positions } from './event-store/position.ts';
import type { Sagas } from './saga/sagas.ts';

/** What the platform gives every context: the write side, the read side, and what both need. */
export interface Services {
  readonly commands: Commands;
  /** As finaegis_read. */
  readonly readPool: Pool;
  readonly catalogue: EventCatalogue;
  readonly personalData: PersonalData;
  readonly positions: Positions;
  readonly sagas: Sagas;
  /** A fresh time-ordered id (UUID version 7). */
  readonly newId: () => string;
  /** The instant at the edge, for defaults such as "as of now"; decisions take their time from the commit instead. */
  readonly now: () => string;
}

/** A read-only transaction as one tenant. */
export const read = <T>(
  { readPool }: Pick<Services, 'readPool'>,
  tenantId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => inTransaction(readPool, { tenants: [tenantId], readOnly: true }, work);
