/**
 * What goes wrong: before any work (`500`, `429`, `reset`), after it (`slow`, `half`, `lost answer`), on the way there (`twice`: a proxy repeats the
 * request and gives back the second answer), or on the way of an event.
 */
export type FaultKind =
  | '500'
  | '429'
  | 'reset'
  | 'slow'
  | 'half'
  | 'lost answer'
  | 'twice'
  | 'duplicate webhook'
  | 'withhold webhook';

/** One fault to come: it strikes the next `times` requests (or events) that match, and is used up. */
export interface Fault {
  readonly with: FaultKind;
  /** How many requests or events it strikes; 1 unless told. */
  readonly times?: number;
  /** HTTP method of the requests it strikes; every method unless told. */
  readonly method?: string;
  /** Path of the requests it strikes, whole or as a pattern; every path unless told. */
  readonly path?: string | RegExp;
  /** Type of the events a webhook fault strikes, whole or as a pattern; every event unless told. */
  readonly event?: string | RegExp;
  /** How late a slow answer is; 200 ms unless told. */
  readonly delayMs?: number;
}

/** Faults that are still to strike, oldest first. */
export interface FaultQueue {
  readonly add: (fault: Fault) => void;
  /** Takes the first fault that this request meets. */
  readonly forRequest: (request: { readonly method: string; readonly path: string }) => Fault | undefined;
  /** Takes the first fault that an event of this type meets. */
  readonly forEvent: (type: string) => Fault | undefined;
}

export const createFaultQueue = (initial: readonly Fault[] = []): FaultQueue => {
  const waiting: { readonly fault: Fault; left: number }[] = [];

  const add = (fault: Fault): void => {
    const left = fault.times ?? 1;
    if (!Number.isSafeInteger(left) || left < 1)
      throw new RangeError(`A fault strikes at least once, not ${left} times`);
    waiting.push({ fault, left });
  };

  const take = (isMet: (fault: Fault) => boolean): Fault | undefined => {
    const index = waiting.findIndex(({ fault }) => isMet(fault));
    const met = waiting[index];
    if (met === undefined) return undefined;
    met.left -= 1;
    if (met.left === 0) waiting.splice(index, 1);
    return met.fault;
  };

  for (const fault of initial) add(fault);
  return {
    add,
    forRequest: ({ method, path }) =>
      take(
        (fault) =>
          !isOfWebhooks(fault) &&
          (fault.method === undefined || fault.method.toUpperCase() === method) &&
          matches(fault.path, path),
      ),
    forEvent: (type) => take((fault) => isOfWebhooks(fault) && matches(fault.event, type)),
  };
};

const isOfWebhooks = ({ with: kind }: Fault): boolean => kind === 'duplicate webhook' || kind === 'withhold webhook';

const matches = (wanted: string | RegExp | undefined, text: string): boolean =>
  wanted === undefined || (typeof wanted === 'string' ? wanted === text : wanted.test(text));
