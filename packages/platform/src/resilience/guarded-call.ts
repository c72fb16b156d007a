import type { BreakerRules } from './breaker.ts';
import type { Breakers, Operation } from './breakers.ts';
import { type Bulkhead, createBulkhead } from './bulkhead.ts';
import type { CallVerdict } from './circuit-breaker.ts';
import type { Clock } from './clock.ts';
import { isDecline, OutcomeUnknown, ProviderBusy, ProviderFault, ProviderUnavailable } from './faults.ts';

/** What one operation may take: of time, of tries, of slots. Times in milliseconds. */
export interface OperationPolicy {
  /** For one try, answer read to its end. */
  readonly timeoutMs?: number;
  /** `attemptsMax` counts the first try; the wait before try n + 1 is random up to min(`waitMsMax`, `waitMs` · 2ⁿ⁻¹). */
  readonly retry?: { readonly attemptsMax: number; readonly waitMs: number; readonly waitMsMax: number };
  /** Calls under way in this process, and calls that may wait for a slot, at most `timeoutMs`. */
  readonly bulkhead?: { readonly concurrentMax: number; readonly queueMax: number };
  readonly breaker?: Partial<BreakerRules>;
}

const usualPolicy = {
  timeoutMs: 10_000,
  retry: { attemptsMax: 3, waitMs: 200, waitMsMax: 5_000 },
  bulkhead: { concurrentMax: 16, queueMax: 64 },
} as const;

/** What the work of a call is told. */
export interface CallContext {
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  /** 1 for the first try. */
  readonly attempt: number;
}

interface Waiting {
  /** Aborted by whoever asked, when it has no use for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A call that moves money, or makes anything else that must not be made twice: tried again only where nothing can have happened. */
export interface MoneyCall extends Waiting {
  readonly isMoney: true;
  readonly isRead?: never;
  /** An answer from elsewhere would be a guess about money. */
  readonly fallback?: never;
}

/** A call that changes nothing. */
export interface ReadCall extends Waiting {
  readonly isRead: true;
  readonly isMoney?: never;
  readonly fallback?: never;
}

/** A read with something to say when the provider says nothing: the last rate, a cached list. */
export interface ReadCallWithFallback<Fallback> extends Omit<ReadCall, 'fallback'> {
  readonly fallback: (fault: ProviderFault | ProviderUnavailable | ProviderBusy) => Fallback | Promise<Fallback>;
}

/** An answer that says whether it is the provider's. */
export type MaybeStale<Value, Fallback> =
  | { readonly isStale: false; readonly value: Value }
  | {
      readonly isStale: true;
      readonly value: Fallback;
      readonly fault: ProviderFault | ProviderUnavailable | ProviderBusy;
    };

type Work<Value> = (context: CallContext) => Promise<Value>;

/** The one way out to a provider. */
export interface ProviderCalls<Name extends string> {
  /**
   * Does the work behind bulkhead, breaker and timeout, again where that is harmless, and gives back what it gave: what was asked for, or a
   * `BusinessDecline`.
   * @throws ProviderBusy, ProviderUnavailable (nothing was sent), ProviderFault (it did not happen), OutcomeUnknown (money only: it may have)
   */
  call<Value>(operation: Name, work: Work<Value>, options: MoneyCall | ReadCall): Promise<Value>;
  call<Value, Fallback>(
    operation: Name,
    work: Work<Value>,
    options: ReadCallWithFallback<Fallback>,
  ): Promise<MaybeStale<Value, Fallback>>;
}

/** What calls to one provider need. */
export interface ProviderCallsOptions<Name extends string> {
  readonly provider: string;
  /** A policy for each operation; `{}` for the usual one. */
  readonly policies: Readonly<Record<Name, OperationPolicy>>;
  readonly breakers: Breakers;
  readonly clock: Clock;
  /** Between 0 and 1, for the waits between tries. */
  readonly random: () => number;
}

interface Guard {
  readonly operation: Operation;
  readonly bulkhead: Bulkhead;
  readonly timeoutMs: number;
  readonly retry: Required<OperationPolicy>['retry'];
}

interface Tools {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Declares the operations of one provider and gives back how to call them. */
export const createProviderCalls = <Name extends string>({
  provider,
  policies,
  breakers,
  ...tools
}: ProviderCallsOptions<Name>): ProviderCalls<Name> => {
  const guards = new Map(
    Object.entries<OperationPolicy>(policies).map(([operation, policy]) => {
      const { timeoutMs, retry, bulkhead } = { ...usualPolicy, ...policy };
      // A trial that takes as long as it may is not lost yet.
      const rules = { trialMs: timeoutMs + 5_000, ...policy.breaker };
      const guard: Guard = {
        operation: breakers.declare({ provider, operation }, rules),
        bulkhead: createBulkhead({ ...bulkhead, queueMs: timeoutMs }, tools.clock),
        timeoutMs,
        retry,
      };
      return [operation, guard];
    }),
  );
  const call = async <Value, Fallback>(
    name: Name,
    work: Work<Value>,
    options: MoneyCall | ReadCall | ReadCallWithFallback<Fallback>,
  ): Promise<Value | MaybeStale<Value, Fallback>> => {
    const guard = guards.get(name);
    if (guard === undefined) throw new TypeError(`${provider} has no operation ${name}.`);
    if (options.fallback === undefined) return withRetry(guard, tools, work, options);
    try {
      return { isStale: false, value: await withRetry(guard, tools, work, options) };
    } catch (fault) {
      if (!isAnswerable(fault)) throw fault;
      return { isStale: true, value: await options.fallback(fault), fault };
    }
  };
  // One function behind both signatures; which of the results it gives is decided by `fallback`, as they say.
  return { call: call as ProviderCalls<Name>['call'] };
};

// Whoever gave up wants no other answer either.
const isAnswerable = (fault: unknown): fault is ProviderFault | ProviderUnavailable | ProviderBusy =>
  fault instanceof ProviderBusy ||
  fault instanceof ProviderUnavailable ||
  (fault instanceof ProviderFault && fault.code !== abandoned);

type CallOptions = Waiting & { readonly isMoney?: true };

const withRetry = async <Value>(
  guard: Guard,
  tools: Tools,
  work: Work<Value>,
  options: CallOptions,
): Promise<Value> => {
  let last: unknown;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(guard, tools, work, { ...options, attempt, last });
    } catch (fault) {
      const waitMs = waitBeforeNext(fault, attempt, guard.retry, tools.random);
      if (waitMs === undefined) throw fault;
      last = fault;
      await pause(tools.clock, waitMs, options.signal);
    }
  }
};

/** Full jitter: callers that failed together do not come back together. */
const waitBeforeNext = (
  fault: unknown,
  attempt: number,
  { attemptsMax, waitMs, waitMsMax }: Guard['retry'],
  random: () => number,
): number | undefined => {
  if (!(fault instanceof ProviderFault) || !fault.isRetryable || attempt >= attemptsMax) return undefined;
  const askedMs = fault.retryAfterMs ?? 0;
  if (askedMs > waitMsMax) return undefined;
  return Math.max(askedMs, random() * Math.min(waitMsMax, waitMs * 2 ** (attempt - 1)));
};

interface Attempt extends CallOptions {
  readonly attempt: number;
  /** Why it is not the first one. */
  readonly last: unknown;
}

const attemptOnce = async <Value>(
  guard: Guard,
  { clock }: Tools,
  work: Work<Value>,
  options: Attempt,
): Promise<Value> => {
  const { operation, timeoutMs } = guard;
  const { breaker } = operation;
  const leave = await enter(guard, options);
  try {
    const permit = await admitted(guard, options);
    const begunAt = clock.monotonic();
    const settle = (verdict: CallVerdict, call: Parameters<Operation['observe']>[0]): void => {
      breaker.settle(permit, verdict);
      operation.observe({ ...call, durationMs: clock.monotonic() - begunAt });
    };
    try {
      const value = await withTimeout(work, { ...options, clock, timeoutMs });
      settle('success', { result: isDecline(value) ? 'declined' : 'succeeded' });
      return value;
    } catch (error) {
      const fault = faultOf(error, options);
      const { code } = fault;
      if (code === abandoned) settle('abandoned', { result: 'abandoned' });
      else settle('failure', { result: fault instanceof OutcomeUnknown ? 'unknown' : 'failed', code });
      throw fault;
    }
  } finally {
    leave();
  }
};

/** A slot, unless the breaker is open anyway: then nobody has to wait for one. */
const enter = async ({ operation, bulkhead }: Guard, { signal, last }: Attempt): Promise<() => void> => {
  try {
    operation.breaker.refuse();
    return await bulkhead.enter(signal);
  } catch (error) {
    throw unsent(operation, error, last);
  }
};

const admitted = async ({ operation }: Guard, { last }: Attempt) => {
  try {
    return await operation.breaker.admit();
  } catch (error) {
    throw unsent(operation, error, last);
  }
};

/** Counts a call that never left, and tells what the tries before it had met. */
const unsent = (operation: Operation, error: unknown, last: unknown): unknown => {
  const [result, fault] =
    error instanceof ProviderUnavailable
      ? (['refused', new ProviderUnavailable(error.retryAt, { message: error.message, cause: last })] as const)
      : error instanceof ProviderBusy
        ? (['busy', new ProviderBusy(error.code, { message: error.message, cause: last })] as const)
        : (['abandoned', givenUp(error)] as const);
  operation.observe({ result });
  return fault;
};

const abandoned = 'abandoned';

/** The caller gave up before anything was sent. */
const givenUp = (cause: unknown): ProviderFault => new ProviderFault(abandoned, { isRetryable: false, cause });

/**
 * What a thrown error says of the world. Of a read nothing can have happened, whatever became of it. With money, what nobody knows not to have
 * happened may have happened, our own bugs included.
 */
const faultOf = (error: unknown, { isMoney }: CallOptions): ProviderFault | OutcomeUnknown => {
  if (error instanceof ProviderFault) return error;
  const isKnown = error instanceof OutcomeUnknown;
  const code = isKnown ? error.code : 'unexpected';
  if (isMoney === true) return isKnown ? error : new OutcomeUnknown(code, { cause: error });
  return new ProviderFault(code, { isRetryable: isKnown && code !== abandoned, cause: error });
};

const withTimeout = <Value>(
  work: Work<Value>,
  { attempt, signal, clock, timeoutMs }: Attempt & { readonly clock: Clock; readonly timeoutMs: number },
): Promise<Value> => {
  if (signal?.aborted === true) return Promise.reject(givenUp(signal.reason));
  const controller = new AbortController();
  return new Promise<Value>((resolve, reject) => {
    const stop = (fault: OutcomeUnknown): void => {
      // Rejected first: what the work says about being aborted is no news.
      reject(fault);
      controller.abort(fault);
    };
    const cancel = clock.after(timeoutMs, () =>
      stop(new OutcomeUnknown('timed_out', { message: `No answer within ${timeoutMs} ms.` })),
    );
    const giveUp = (): void => stop(new OutcomeUnknown(abandoned, { cause: signal?.reason }));
    signal?.addEventListener('abort', giveUp, { once: true });
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', giveUp);
    };
    const working = async (): Promise<Value> => work({ signal: controller.signal, attempt });
    void working().then(resolve, reject).finally(done);
  });
};

const pause = (clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(givenUp(signal.reason));
      return;
    }
    const giveUp = (): void => {
      cancel();
      reject(givenUp(signal?.reason));
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    });
    signal?.addEventListener('abort', giveUp, { once: true });
  });
