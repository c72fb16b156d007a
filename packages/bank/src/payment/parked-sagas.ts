import { derivedUuid } from '@finaegis/kernel/id';
import type { ParkingDesk, ParkingId } from '@finaegis/platform/saga/parking';
import { resolved, workItemAggregate } from './work-item/work-item.ts';

/** The item of one standing still of one saga. */
export const parkedSagaItemId = ({ sagaId, number }: ParkingId): string =>
  derivedUuid('parked-saga-item', sagaId, String(number));

/** Parked sagas of the whole bank as work items: opened in the commit that parks, resolved in the one in which a person has the saga go on. */
export const parkedSagaItems: ParkingDesk = {
  stream: (parking) => ({ aggregate: workItemAggregate, id: parkedSagaItemId(parking) }),
  parked: ({ sagaId, number, definition, subject, step, phase, failure: { code, facts } }) => {
    const workItemId = parkedSagaItemId({ sagaId, number });
    const before = number === 1 ? [] : [`work-item:${parkedSagaItemId({ sagaId, number: number - 1 })}`];
    return [
      workItemAggregate.record(workItemId, 'WorkItemOpened', {
        workItemId,
        kind: 'saga',
        subject: `saga:${sagaId}`,
        reason: code,
        links: [`saga:${sagaId}`, ...(subject === undefined ? [] : [subject]), ...before],
        reference: definition,
        stoppedAt: { step, phase, code, ...(facts === undefined ? {} : { facts }) },
      }),
    ];
  },
  left: (loaded, parking, resolution, resolvedBy) => {
    const workItemId = parkedSagaItemId(parking);
    // One that parked before there were items for it has none.
    const { status } = loaded.stream(workItemAggregate, workItemId).state;
    return status === 'open' ? [resolved({ workItemId, resolution, resolvedBy })] : [];
  },
};
