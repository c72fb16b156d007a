import { accept } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { addDays } from '@finaegis/kernel/local-date';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { isoDate } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { bankDaysTable } from '../views/bank-days.ts';
import {
  type BankDay,
  type BankDayKey,
  bankDayAggregate,
  bankDayId,
  type CloseBankDay,
  closeBankDay,
  openBankDay,
} from './day.ts';
import { bankDayClosed } from './events.ts';

/** What the commands of days are built over. */
export interface BankDayTools {
  /** The newest day of an entity at a bank. */
  readonly lastDay: (tenantId: string, key: Pick<BankDayKey, 'entity' | 'bank'>) => Promise<BankDay | undefined>;
  readonly saga: () => SagaDefinition;
}

/** The saga of a day. */
export const bankDaySagaId = (day: BankDayKey): string => derivedUuid('saga', 'bank-day', bankDayId(day));

// Whoever comes back after a long time looks at what is recent; older days are asked for by hand.
const daysMax = 31;

const firstDay = (last: BankDay | undefined, { date }: BankDayKey): string => {
  const [next, earliest] = [last === undefined ? date : addDays(last.date, 1), addDays(date, 1 - daysMax)];
  return next > date ? date : next < earliest ? earliest : next;
};

const needsOf = (day: BankDayKey) => ({
  rows: [{ table: bankDaysTable, key: bankDayId(day) }],
  streams: [{ aggregate: bankDayAggregate, id: bankDayId(day) }],
});

const resultOf = (loaded: Loaded, day: BankDayKey): BankDay => {
  const { state } = loaded.stream(bankDayAggregate, bankDayId(day));
  if (state.status === 'unknown') throw new Error(`The day ${bankDayId(day)} was accepted and is not there.`);
  return state;
};

/** The commands of days: nobody gives them by hand. */
export const bankDayHandlers = (tools: BankDayTools) => ({
  openBankDay: openBankDayHandler(tools),
  closeBankDay: closeBankDayHandler(),
});

export type BankDayHandlers = ReturnType<typeof bankDayHandlers>;

const openBankDayHandler = (
  tools: BankDayTools,
): CommandHandler<BankDayKey, { readonly from: string }, BankDay, never> => ({
  name: 'custodian.OpenBankDay',
  schema: z.strictObject({ entity: z.string(), bank: z.string(), date: isoDate }),
  permission: 'custodian:reconcile',
  prepare: async (day, { tenantId }) => ({ from: firstDay(await tools.lastDay(tenantId, day), day) }),
  loads: (day) => {
    const { rows, streams } = needsOf(day);
    return { rows, streams: [...streams, newSagaNeed(bankDaySagaId(day))] };
  },
  decide: (loaded, day, { now, tenantId }, { from }) => {
    const opened = openBankDay(loaded.stream(bankDayAggregate, bankDayId(day)).state, { ...day, from });
    if (opened.length === 0) return accept();
    const start = { sagaId: bankDaySagaId(day), input: { ...day, from } };
    return accept(...opened, ...startSaga(tools.saga(), start, { now, tenantId }));
  },
  result: resultOf,
});

const closeBankDayHandler = (): CommandHandler<CloseBankDay, undefined, BankDay, never> => ({
  name: 'custodian.CloseBankDay',
  schema: bankDayClosed.schema,
  permission: 'custodian:reconcile',
  loads: needsOf,
  decide: (loaded, data) => accept(...closeBankDay(loaded.stream(bankDayAggregate, bankDayId(data)).state, data)),
  result: resultOf,
});
