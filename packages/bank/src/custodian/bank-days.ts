import type { EventMetadata } from '@finaegis/platform/event-store/event';
import { read, type Services } from '@finaegis/platform/services';
import type { LedgerReads } from '../ledger/contract.ts';
import type { PartnerBank } from './bank/bank.ts';
import { type BankDayHandlers, bankDaySagaId } from './day/commands.ts';
import type { BankDay, BankDayKey } from './day/day.ts';
import { bankDaysTable, bankDayTopic } from './views/bank-days.ts';

/** What beginning days takes. */
export interface BankDayTools {
  readonly services: Services;
  readonly entities: Pick<LedgerReads, 'entities'>;
  banks(tenantId: string): Promise<readonly PartnerBank[]>;
  readonly openBankDay: BankDayHandlers['openBankDay'];
}

const metadata: EventMetadata = { actor: 'bank-days', channel: 'system', correlation: 'bank-days' };

/** The newest day of an entity at a bank. */
export const lastBankDay = async (
  services: Services,
  tenantId: string,
  key: Pick<BankDayKey, 'entity' | 'bank'>,
): Promise<BankDay | undefined> => {
  const topic = bankDayTopic(key);
  const [last] = await read(services, tenantId, (tx) => bankDaysTable.list(tx, tenantId, { topic, limit: 1 }));
  return last;
};

/** Days whose last word is waited for, of all entities at a bank. */
export const openBankDays = async (services: Services, tenantId: string, bank: string): Promise<readonly BankDay[]> =>
  read(services, tenantId, (tx) => bankDaysTable.list(tx, tenantId, { status: 'open', having: { bank }, limit: 100 }));

/**
 * Begins the business day of every entity at every bank where it has an account, also at those that are suspended: money is there all the same. May be
 * asked again, here or in another process: a day is begun once. Gives back the days it saw begin.
 */
export const beginBankDays = async (
  { services, entities, banks, openBankDay }: BankDayTools,
  tenantId: string,
): Promise<readonly BankDayKey[]> => {
  const begun: BankDayKey[] = [];
  const known = await banks(tenantId);
  if (known.length === 0) return begun;
  for (const { entity, businessDate: date } of await entities.entities(tenantId))
    for (const { bank, nostros } of known) {
      if (!nostros.some(({ account }) => account.startsWith(`${entity}:`))) continue;
      const day = { entity, bank, date };
      const last = await lastBankDay(services, tenantId, day);
      if (last !== undefined && last.date >= date) continue;
      const settled = await services.commands.submit(openBankDay, day, { tenantId, metadata });
      if (settled.kind !== 'decided' || !settled.outcome.accepted) continue;
      services.sagas.adopt({ tenantId, sagaId: bankDaySagaId(day) });
      begun.push(day);
    }
  return begun;
};
