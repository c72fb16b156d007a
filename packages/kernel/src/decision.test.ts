import { expect, test } from 'vitest';
import { accept, type Decider, type Decision, type Facts, reject, unreachable } from './decision.ts';

type Opened = { readonly type: 'AccountOpened'; readonly holders: readonly string[] };
type Closed = { readonly type: 'AccountClosed' };
type Refusal =
  | { readonly code: 'account_closed' }
  | { readonly code: 'balance_not_zero'; readonly postedMinor: bigint };
type Outcome = Decision<Opened | Closed, Refusal>;

test('accepting carries the new events in order, of several kinds', () => {
  const outcome: Outcome = accept({ type: 'AccountOpened', holders: ['ann'] }, { type: 'AccountClosed' });
  expect(outcome).toEqual({
    accepted: true,
    events: [{ type: 'AccountOpened', holders: ['ann'] }, { type: 'AccountClosed' }],
  });
});

test('accepting without events says that it had been done before', () => {
  const outcome: Outcome = accept();
  expect(outcome).toEqual({ accepted: true, events: [] });
});

test('refusing names one reason with its numbers', () => {
  const outcome: Outcome = reject({ code: 'balance_not_zero', postedMinor: 5n });
  expect(outcome).toEqual({ accepted: false, rejection: { code: 'balance_not_zero', postedMinor: 5n } });
});

test('a decider opens an account once and answers a retry without events', () => {
  type Command = { readonly type: 'OpenAccount' };
  const account: Decider<'none' | 'open', Command, Opened, Refusal> = {
    initial: 'none',
    decide: (state, _command, _facts: Facts) =>
      state === 'open' ? accept() : accept({ type: 'AccountOpened', holders: [] }),
    evolve: (_state, event) => (event.type === 'AccountOpened' ? 'open' : unreachable(event.type)),
  };
  const facts = { now: '2026-01-31T09:30:00.000Z' };
  const first = account.decide(account.initial, { type: 'OpenAccount' }, facts);
  const state = first.accepted ? first.events.reduce(account.evolve, account.initial) : account.initial;
  expect(state).toBe('open');
  expect(account.decide(state, { type: 'OpenAccount' }, facts)).toEqual(accept());
});

test('a case the types rule out throws with its kind and without its content', () => {
  const fromTheFuture = { type: 'AccountTeleported', iban: 'secret' } as never;
  expect(() => unreachable(fromTheFuture)).toThrow('Unreachable case: AccountTeleported');
  expect(() => unreachable('mystery' as never)).toThrow('mystery');
  expect(() => unreachable({ iban: 'secret' } as never)).toThrow('an object without a type');
  for (const [value, kind] of [
    [undefined, 'undefined'],
    [null, 'object'],
    [7, 'number'],
  ] as const)
    expect(() => unreachable(value as never)).toThrow(`Unreachable case: ${kind}`);
});
