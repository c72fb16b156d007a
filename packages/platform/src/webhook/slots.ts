import type { DueDelivery, Room } from './delivery-queue.ts';

type OfEndpoint = Pick<DueDelivery, 'tenantId' | 'endpointId'>;

/** Who may have how many deliveries under way in this process. */
export interface Slots {
  /** What there is room for now. */
  room(): Room;
  /** Counts deliveries of one endpoint as under way until `work` is over. */
  track(run: readonly OfEndpoint[], work: Promise<void>): void;
  /** A receiver that takes gets more at once, one that does not gets one. */
  settle(endpoint: OfEndpoint, isTaken: boolean): void;
  /** Until nothing is under way. */
  idle(): Promise<void>;
}

const usual = 8;
const most = 64;

const nameOf = ({ tenantId, endpointId }: OfEndpoint): string => `${tenantId}/${endpointId}`;

/** Slots of one process, `totalMax` in all. */
export const createSlots = (totalMax: number): Slots => {
  const endpoints = new Map<string, OfEndpoint & { underWay: number; bound: number }>();
  const working = new Set<Promise<void>>();
  let underWay = 0;
  const find = ({ tenantId, endpointId }: OfEndpoint) => {
    const name = nameOf({ tenantId, endpointId });
    const known = endpoints.get(name) ?? { tenantId, endpointId, underWay: 0, bound: usual };
    endpoints.set(name, known);
    return known;
  };
  return {
    room: () => ({
      usual,
      total: totalMax - underWay,
      byEndpoint: [...endpoints.values()].map(({ tenantId, endpointId, ...its }) => ({
        tenantId,
        endpointId,
        room: Math.max(0, its.bound - its.underWay),
      })),
    }),
    track: (run, work) => {
      const [first] = run;
      if (first === undefined) return;
      const its = find(first);
      its.underWay += run.length;
      underWay += run.length;
      const tracked = work.finally(() => {
        its.underWay -= run.length;
        underWay -= run.length;
        working.delete(tracked);
      });
      working.add(tracked);
    },
    settle: (endpoint, isTaken) => {
      const its = find(endpoint);
      its.bound = isTaken ? Math.min(most, its.bound + 1) : 1;
    },
    idle: async () => {
      await Promise.all(working);
    },
  };
};
