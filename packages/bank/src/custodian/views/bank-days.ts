import { fold } from '@finaegis/platform/event-store/aggregate';
import { z } from 'zod';
import { type BankDay, type BankDayKey, type BankDayState, bankDayAggregate, bankDayId } from '../day/day.ts';
import { documentTable } from './stored-documents.ts';

const stored: z.ZodType<BankDay> = z.object({
  status: z.enum(['open', 'reconciled', 'no_statement']),
  entity: z.string(),
  bank: z.string(),
  date: z.string(),
  from: z.string(),
  openedAt: z.string(),
  entries: z.int().exactOptional(),
  openBreaks: z.int().exactOptional(),
});

/** What the days of an entity at a bank are listed by. */
export const bankDayTopic = ({ entity, bank }: Pick<BankDayKey, 'entity' | 'bank'>): string => `${entity}/${bank}`;

/** Business days at partner banks, the newest first. */
export const bankDaysTable = documentTable<BankDay>({
  name: 'custodian.bank-days',
  physicalName: 'custodian_bank_days',
  rank: 55,
  consumes: bankDayAggregate.events.map(({ type }) => type),
  idOf: ({ data }) => bankDayId(data as unknown as BankDayKey),
  folded: (row, event) => {
    const state: BankDayState = row ?? bankDayAggregate.initial;
    const next = fold(bankDayAggregate, state, event);
    if (next.status === 'unknown') throw new Error(`${event.type} left a day unknown.`);
    return next;
  },
  topicOf: bankDayTopic,
  statusOf: ({ status }) => status,
  decode: (document) => stored.parse(document),
});
