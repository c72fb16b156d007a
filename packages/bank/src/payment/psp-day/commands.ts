import { accept } from '@finaegis/kernel/decision';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { assetCode, isoDate, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { entityName } from '../../ledger/contract.ts';
import { bankName } from '../terms.ts';
import { workItemAggregate } from '../work-item/work-item.ts';
import { difference, foundDay } from './events.ts';
import {
  beginPspDay,
  type ExplainPspDay,
  explainPspDay,
  type PspAccount,
  type PspAccountState,
  type PspDay,
  pspAccountAggregate,
  pspAccountStream,
  pspDayAggregate,
  pspDayIdOf,
  pspDaySagaId,
} from './psp-day.ts';

/** Data of BeginPspDay. */
export interface BeginPspDay extends PspAccount {
  readonly date: string;
}

const account = { entity: entityName, provider: bankName, asset: assetCode };

/** The commands of days at providers: nobody gives them by hand. */
export const createPspDayHandlers = (saga: () => SagaDefinition) => ({
  beginPspDay: beginHandler(saga),
  explainPspDay: explainHandler(),
});

export type PspDayHandlers = ReturnType<typeof createPspDayHandlers>;

const beginHandler = (saga: () => SagaDefinition): CommandHandler<BeginPspDay, undefined, PspAccountState, never> => ({
  name: 'payment.BeginPspDay',
  schema: z.strictObject({ ...account, date: isoDate }),
  permission: 'payment:rail',
  loads: (data) => ({
    streams: [
      { aggregate: pspAccountAggregate, id: pspAccountStream(data) },
      newSagaNeed(pspDaySagaId(pspDayIdOf(data, data.date))),
    ],
  }),
  decide: (loaded, { date, ...its }, { now, tenantId }) => {
    const { state } = loaded.stream(pspAccountAggregate, pspAccountStream(its));
    const begun = beginPspDay(state, its, date);
    const [event] = begun;
    if (event === undefined) return accept();
    const dayId = pspDayIdOf(its, date);
    const start = { sagaId: pspDaySagaId(dayId), input: event.data as Record<string, string> };
    return accept(...begun, ...startSaga(saga(), start, { now, tenantId }));
  },
  result: (loaded, data) => loaded.stream(pspAccountAggregate, pspAccountStream(data)).state,
});

/** Its items are locked, those that are opened and those that end. */
const itemIdsOf = ({ differences, endedItems }: ExplainPspDay): readonly string[] => [
  ...differences.flatMap(({ workItemId }) => (workItemId === undefined ? [] : [workItemId])),
  ...endedItems,
];

const explainHandler = (): CommandHandler<ExplainPspDay, undefined, PspDay, never> => ({
  name: 'payment.ExplainPspDay',
  schema: z.strictObject({ ...foundDay, differences: z.array(difference), endedItems: z.array(uuid) }),
  permission: 'payment:rail',
  loads: (data) => ({
    streams: [
      { aggregate: pspDayAggregate, id: data.dayId },
      ...itemIdsOf(data).map((id) => ({ aggregate: workItemAggregate, id })),
    ],
  }),
  decide: (loaded, data, { metadata: { actor } }) =>
    explainPspDay(loaded.stream(pspDayAggregate, data.dayId).state, data, {
      itemOf: (workItemId) => loaded.stream(workItemAggregate, workItemId).state,
      actor,
    }),
  result: explained,
});

const explained = (loaded: Loaded, { dayId }: ExplainPspDay): PspDay => {
  const { state } = loaded.stream(pspDayAggregate, dayId);
  if (state.status === 'unknown') throw new Error(`The day ${dayId} was explained and is not there.`);
  return state;
};
