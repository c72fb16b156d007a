import { describe, expect, it } from 'vitest';
import { createBreakers } from './breakers.ts';
import type { Permit } from './circuit-breaker.ts';
import { systemClock } from './clock.ts';
import { OutcomeUnknown, ProviderBusy, ProviderFault, ProviderUnavailable } from './faults.ts';
import { stillClock } from './fixtures/still-clock.ts';
import { createProviderCalls, type OperationPolicy } from './guarded-call.ts';
import { healthOf } from './provider-health.ts';

const provider = 'stripe';
const operation = 'pay';
const money = { isMoney: true } as const;
const aRead = { isRead: true } as const;

/** A provider under a policy, with a clock that stands still and waits that are as long as they may be. */
const stage = (policy: OperationPolicy = {}) => {
  const clock = stillClock();
  const breakers = createBreakers(clock);
  const { call } = createProviderCalls({ provider, policies: { pay: policy }, breakers, clock, random: () => 1 });
  const health = () => {
    const found = breakers.find({ provider, operation });
    if (found === undefined) throw new Error('The operation was not declared.');
    return healthOf(found, clock.now());
  };
  return { clock, call, health, breakers };
};

/** Work that does one thing after the other, and counts. */
const scripted = (...steps: readonly (() => Promise<unknown>)[]) => {
  const work = Object.assign(
    () => {
      const step = steps[Math.min(work.tries, steps.length - 1)];
      work.tries += 1;
      return step === undefined ? Promise.resolve('nothing to do') : step();
    },
    { tries: 0 },
  );
  return work;
};
const failing = (error: Error) => () => Promise.reject(error);
const answering = (value: unknown) => () => Promise.resolve(value);
const hanging = () => new Promise<never>(() => undefined);
const down = (options?: ConstructorParameters<typeof ProviderFault>[1]) => failing(new ProviderFault('down', options));

/** What a promise is rejected with, once so much time has passed. */
const rejection = async (
  promise: Promise<unknown>,
  clock: { pass(ms: number): Promise<void> },
  ms = 60_000,
): Promise<unknown> => {
  const caught = promise.then(
    (value) => ({ unexpected: value }),
    (error: unknown) => error,
  );
  await clock.pass(ms);
  return caught;
};

describe('a call that did not happen', () => {
  it('is made again, also with money, after waits that double', async () => {
    const { call, clock } = stage({ retry: { attemptsMax: 4, waitMs: 100, waitMsMax: 300 } });
    const begun: number[] = [];
    const work = scripted(down(), down(), down(), answering('paid'));
    const noted = () => {
      begun.push(clock.now());
      return work();
    };
    const paid = call('pay', noted, money);
    await clock.pass(10_000);
    expect(await paid).toBe('paid');
    expect(begun.map((at) => at - (begun[0] ?? 0))).toEqual([0, 100, 300, 600]);
  });

  it.each([
    [0, 0],
    [0.5, 50],
    [0.999, 99.9],
  ])('waits a random part of that, %d of it %d ms', async (random, ms) => {
    const clock = stillClock();
    const { call } = createProviderCalls({
      provider,
      policies: { pay: { retry: { attemptsMax: 2, waitMs: 100, waitMsMax: 300 } } },
      breakers: createBreakers(clock),
      clock,
      random: () => random,
    });
    const begunAt = clock.now();
    let againAt = 0;
    const noted = () => {
      againAt = clock.now();
      return Promise.resolve(1);
    };
    const paid = call('pay', ({ attempt }) => (attempt === 1 ? down()() : noted()), money);
    await clock.pass(1_000);
    await paid;
    expect(againAt - begunAt).toBeCloseTo(ms);
  });

  it('is given up after the last try, with its fault', async () => {
    const { call, clock } = stage();
    const work = scripted(down());
    expect(await rejection(call('pay', work, money), clock)).toMatchObject({ name: 'ProviderFault', code: 'down' });
    expect(work.tries).toBe(3);
  });

  it('is not made again where that is for nothing', async () => {
    const { call, clock } = stage();
    const work = scripted(down({ isRetryable: false }));
    expect(await rejection(call('pay', work, money), clock)).toBeInstanceOf(ProviderFault);
    expect(work.tries).toBe(1);
  });

  it('waits as long as the provider asks, and not at all when it asks too much', async () => {
    const { call, clock } = stage();
    const asked = scripted(down({ retryAfterMs: 4_000 }), answering('paid'));
    const paid = call('pay', asked, money);
    await clock.pass(3_999);
    expect(asked.tries).toBe(1);
    await clock.pass(1);
    expect(await paid).toBe('paid');
    const tooMuch = scripted(down({ retryAfterMs: 5_001 }));
    expect(await rejection(call('pay', tooMuch, money), clock)).toBeInstanceOf(ProviderFault);
    expect(tooMuch.tries).toBe(1);
  });
});

describe('a call whose outcome is unknown', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['the provider was not heard', failing(new OutcomeUnknown('connection_lost')), 'connection_lost'],
    ['it took too long', hanging, 'timed_out'],
    [
      'something else broke, our own code for instance',
      failing(new TypeError('undefined is not a function')),
      'unexpected',
    ],
    [
      'our own code broke before there was a promise',
      () => {
        throw new RangeError('too long');
      },
      'unexpected',
    ],
  ])('is never made again with money: %s', async (_, step, code) => {
    const { call, clock } = stage();
    const work = scripted(step, answering('paid twice'));
    const fault = await rejection(call('pay', work, money), clock);
    expect(fault).toBeInstanceOf(OutcomeUnknown);
    expect(fault).toMatchObject({ code });
    expect(work.tries).toBe(1);
  });

  it('is made again when it only reads, and is a plain fault at last', async () => {
    const { call, clock } = stage();
    const work = scripted(failing(new OutcomeUnknown('connection_lost')), hanging, answering('balance'));
    const read = call('pay', work, aRead);
    await clock.pass(60_000);
    expect(await read).toBe('balance');
    const fault = await rejection(call('pay', scripted(hanging), aRead), clock);
    expect(fault).toBeInstanceOf(ProviderFault);
    expect(fault).toMatchObject({ code: 'timed_out' });
  });

  it('tells the work to stop', async () => {
    const { call, clock } = stage({ timeoutMs: 50 });
    let signal: AbortSignal | undefined;
    const work = (context: { readonly signal: AbortSignal }) => {
      signal = context.signal;
      return hanging();
    };
    expect(await rejection(call('pay', work, money), clock)).toMatchObject({ code: 'timed_out' });
    expect(signal?.aborted).toBe(true);
  });
});

describe('a fallback', () => {
  it('answers for a read that failed, and says that it did', async () => {
    const { call, clock } = stage();
    const read = call('pay', scripted(down()), { ...aRead, fallback: ({ code }) => `yesterday's, ${code}` });
    await clock.pass(60_000);
    expect(await read).toMatchObject({ isStale: true, value: "yesterday's, down", fault: { code: 'down' } });
  });

  it('is not asked when there is an answer', async () => {
    const { call } = stage();
    expect(await call('pay', scripted(answering(1)), { ...aRead, fallback: () => 2 })).toEqual({
      isStale: false,
      value: 1,
    });
  });

  it('cannot be given with money', () => {
    const { call } = stage();
    // @ts-expect-error An answer from elsewhere would be a guess about money.
    const guess = () => call('pay', scripted(answering(1)), { ...money, fallback: () => 2 });
    expect(guess).toBeTypeOf('function');
  });

  it('is not asked for somebody who has gone', async () => {
    const { call, clock } = stage();
    const signal = AbortSignal.abort();
    const read = call('pay', scripted(answering(1)), { ...aRead, signal, fallback: () => 2 });
    expect(await rejection(read, clock)).toMatchObject({ name: 'ProviderFault', code: 'abandoned' });
  });
});

describe('the breaker of an operation', () => {
  const single = { retry: { attemptsMax: 1, waitMs: 0, waitMsMax: 0 } };

  it('opens within the call that saw the fifth failure, and says when to come back', async () => {
    const { call, clock, health } = stage(single);
    for (let index = 0; index < 5; index += 1) await rejection(call('pay', scripted(down()), money), clock, 0);
    expect(health()).toMatchObject({ state: 'open', isForced: false, retryAt: '2026-03-02T09:01:00.000Z' });
    const work = scripted(answering('paid'));
    const fault = await rejection(call('pay', work, money), clock, 0);
    expect(fault).toBeInstanceOf(ProviderUnavailable);
    expect(fault).toMatchObject({ retryAt: '2026-03-02T09:01:00.000Z' });
    expect(work.tries).toBe(0);
  });

  it('stops the tries of the call that opened it, which then says what it had met', async () => {
    const { call, clock } = stage({ retry: { attemptsMax: 9, waitMs: 1, waitMsMax: 1 } });
    const work = scripted(down());
    const fault = await rejection(call('pay', work, money), clock);
    expect(work.tries).toBe(5);
    expect(fault).toMatchObject({ name: 'ProviderUnavailable', cause: { code: 'down' } });
  });

  it('is not moved by declines, however many', async () => {
    const { call, health } = stage(single);
    for (let index = 0; index < 50; index += 1) {
      const decline = { kind: 'declined', code: 'insufficient_funds' };
      expect(await call('pay', scripted(answering(decline)), money)).toBe(decline);
    }
    expect(health()).toMatchObject({ state: 'closed', failureShare: 0, counts: { declined: 50, succeeded: 0 } });
  });

  it('is not moved by callers who give up', async () => {
    const { call, clock, health } = stage(single);
    for (let index = 0; index < 20; index += 1) {
      const controller = new AbortController();
      const paid = call('pay', hanging, { ...money, signal: controller.signal });
      await clock.pass(1);
      controller.abort();
      // It may have been sent already, so it is not known.
      expect(await rejection(paid, clock, 0)).toMatchObject({ name: 'OutcomeUnknown', code: 'abandoned' });
    }
    expect(health()).toMatchObject({ state: 'closed', counts: { abandoned: 20 } });
  });

  it('closes after two trials, of which there is one at a time', async () => {
    const { call, clock, health } = stage(single);
    for (let index = 0; index < 5; index += 1) await rejection(call('pay', scripted(down()), money), clock, 0);
    await clock.pass(60_000);
    let answer: ((value: string) => void) | undefined;
    const trial = call('pay', () => new Promise<string>((resolve) => (answer = resolve)), money);
    await clock.pass(0);
    expect(await rejection(call('pay', scripted(answering(1)), money), clock, 0)).toBeInstanceOf(ProviderUnavailable);
    answer?.('well again');
    expect(await trial).toBe('well again');
    expect(health().state).toBe('half_open');
    expect(await call('pay', scripted(answering(2)), money)).toBe(2);
    expect(health().state).toBe('closed');
  });

  it('lets another one try when the trial was given up, and opens for longer when it failed', async () => {
    const { call, clock, health } = stage(single);
    for (let index = 0; index < 5; index += 1) await rejection(call('pay', scripted(down()), money), clock, 0);
    await clock.pass(60_000);
    const controller = new AbortController();
    const trial = call('pay', hanging, { ...money, signal: controller.signal });
    await clock.pass(0);
    controller.abort();
    await rejection(trial, clock, 0);
    await rejection(call('pay', scripted(down()), money), clock, 0);
    expect(health()).toMatchObject({ state: 'open', retryAt: new Date(clock.now() + 120_000).toISOString() });
  });

  it('is one per operation', async () => {
    const clock = stillClock();
    const breakers = createBreakers(clock);
    const { call } = createProviderCalls({
      provider,
      policies: { pay: single, refund: single },
      breakers,
      clock,
      random: () => 0,
    });
    for (let index = 0; index < 5; index += 1) await rejection(call('pay', scripted(down()), money), clock, 0);
    expect(await call('refund', scripted(answering('refunded')), money)).toBe('refunded');
  });

  it('is declared once, under a name that a path can hold', () => {
    const breakers = createBreakers(stillClock());
    breakers.declare({ provider, operation });
    expect(() => breakers.declare({ provider, operation })).toThrow('stripe pay was declared before');
    expect(() => breakers.declare({ provider: 'no/name', operation })).toThrow('must be a name');
    expect(breakers.operations).toHaveLength(1);
  });

  it('does not exist for what nobody declared', async () => {
    const { call } = stage();
    await expect(call('steal' as 'pay', scripted(), money)).rejects.toThrow('stripe has no operation steal.');
  });
});

describe('the bulkhead of an operation', () => {
  const narrow = {
    timeoutMs: 1_000,
    bulkhead: { concurrentMax: 2, queueMax: 1 },
    retry: { attemptsMax: 1, waitMs: 0, waitMsMax: 0 },
  };

  it('lets so many through, so many wait, and turns the rest away', async () => {
    const { call, clock, health } = stage(narrow);
    const answers: ((value: number) => void)[] = [];
    const slow = () => new Promise<number>((resolve) => answers.push(resolve));
    const calls = [call('pay', slow, money), call('pay', slow, money), call('pay', slow, money)];
    await clock.pass(0);
    expect(answers).toHaveLength(2);
    const busy = await rejection(call('pay', slow, money), clock, 0);
    expect(busy).toBeInstanceOf(ProviderBusy);
    expect(busy).toMatchObject({ code: 'queue_full' });
    answers[0]?.(1);
    await clock.pass(0);
    expect(answers).toHaveLength(3);
    answers[1]?.(2);
    answers[2]?.(3);
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    expect(health().counts).toMatchObject({ succeeded: 3, busy: 1 });
  });

  it('waits for a slot no longer than a call may take', async () => {
    const { call, clock } = stage({ ...narrow, bulkhead: { concurrentMax: 1, queueMax: 1 } });
    const first = rejection(call('pay', hanging, money), clock, 0);
    await clock.pass(500);
    // The first one gives its slot back when its time is over.
    const second = call('pay', scripted(answering(2)), money);
    await clock.pass(500);
    expect(await second).toBe(2);
    expect(await first).toMatchObject({ code: 'timed_out' });
  });

  it('forgets who gave up waiting', async () => {
    const { call, clock } = stage({ ...narrow, bulkhead: { concurrentMax: 1, queueMax: 1 } });
    const first = rejection(call('pay', hanging, money), clock, 0);
    const controller = new AbortController();
    const second = call('pay', scripted(answering(2)), { ...money, signal: controller.signal });
    await clock.pass(0);
    controller.abort();
    // Nothing was sent, so it is known not to have happened.
    expect(await rejection(second, clock, 0)).toMatchObject({ name: 'ProviderFault', code: 'abandoned' });
    const third = call('pay', scripted(answering(3)), money);
    await clock.pass(1_000);
    expect(await third).toBe(3);
    expect(await first).toMatchObject({ code: 'timed_out' });
  });

  it('has no queue in front of an open breaker', async () => {
    const { call, clock } = stage({ ...narrow, bulkhead: { concurrentMax: 6, queueMax: 9 } });
    const hung = Array.from({ length: 6 }, () => rejection(call('pay', hanging, money), clock, 0));
    await clock.pass(1_000);
    await Promise.all(hung);
    expect(await rejection(call('pay', scripted(answering(1)), money), clock, 0)).toBeInstanceOf(ProviderUnavailable);
  });
});

describe('what is known of the calls', () => {
  it('is of the last minute: counts, share of failures, latencies, the last failure', async () => {
    const { call, clock, health } = stage({ retry: { attemptsMax: 1, waitMs: 0, waitMsMax: 0 } });
    expect(health()).toMatchObject({ failureShare: undefined, latencyMs: undefined, lastFailure: undefined });
    for (let ms = 1; ms <= 20; ms += 1) {
      const slow = call('pay', () => new Promise<void>((resolve) => clock.after(ms, resolve)), money);
      await clock.pass(ms);
      await slow;
    }
    await rejection(call('pay', scripted(down()), money), clock, 0);
    const failedAt = clock.now();
    await rejection(call('pay', scripted(failing(new OutcomeUnknown('connection_lost'))), money), clock, 0);
    expect(health()).toMatchObject({
      counts: { succeeded: 20, failed: 1, unknown: 1, declined: 0 },
      failureShare: 2 / 22,
      latencyMs: { p50: 9, p95: 19 },
      lastFailure: { code: 'connection_lost', at: failedAt },
    });
    await clock.pass(70_000);
    expect(health()).toMatchObject({ counts: { succeeded: 0, failed: 0 }, failureShare: undefined });
  });

  it('costs a call through a closed breaker no more than five microseconds', () => {
    const { breaker } = createBreakers(systemClock()).declare({ provider, operation });
    const calls = 2_000;
    const microseconds = Array.from({ length: 10 }, () => {
      const begunAt = performance.now();
      for (let index = 0; index < calls; index += 1) {
        breaker.refuse();
        breaker.settle(breaker.admit() as Permit, index % 8 === 0 ? 'failure' : 'success');
      }
      return ((performance.now() - begunAt) / calls) * 1_000;
    });
    // Whoever else is at work on the machine only adds to it, so the cheapest round is what a call costs.
    expect(Math.min(...microseconds)).toBeLessThan(5);
    expect(breaker.breaker.status).toBe('closed');
  });
});
