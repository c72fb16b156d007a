import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { paidInSignal, tellingWhoWaits } from './waiting-saga.ts';

const news = (type: string): NewEvent => ({ type, data: { paymentId: 'p1' } }) as unknown as NewEvent;
type Outcome = Decision<NewEvent, { readonly code: 'no' }>;

/** A command that decides so, its saga, and what the saga was told. */
const world = ({ outcome, sagaId, isKnown = true }: { outcome: Outcome; sagaId?: string; isKnown?: boolean }) => {
  const loaded: string[] = [];
  const handler: CommandHandler<object, { readonly sagaId: string | undefined }, undefined, { readonly code: 'no' }> = {
    name: 'payment.Test',
    schema: z.strictObject({}),
    permission: 'payment:rail',
    weight: () => 4,
    prepare: async () => ({ sagaId }),
    loads: () => ({}),
    decide: () => outcome,
    result: () => undefined,
  };
  const signal = {
    loads: ({ sagaId: id }: { readonly sagaId: string }) => {
      loaded.push(id);
      return {};
    },
    decide: (_: unknown, data: object) =>
      isKnown ? accept({ type: 'SagaSignalled', data } as unknown as NewEvent) : reject({ code: 'saga_unknown' }),
  };
  const tools = { sagas: () => ({ handlers: { signal } }) as never, now: () => '2026-03-02T12:00:00.000Z' };
  const told = tellingWhoWaits(tools, handler, {
    sagaOf: (refs) => refs.sagaId,
    newsIn: ({ type, data }) => (type === 'Credited' ? { paymentId: String(data['paymentId']) } : undefined),
  });
  const decide = async (): Promise<Outcome> => {
    const context = { tenantId: 'tenant', metadata: { actor: 'a', channel: 'c', correlation: 'd' } };
    const refs = await told.prepare?.({}, context as never);
    if (refs === undefined) throw new Error('Nothing was prepared.');
    told.loads({}, refs, context as never);
    return told.decide({} as Loaded, {}, {} as never, refs);
  };
  return { told, decide, loaded };
};
const typesOf = (outcome: Outcome) => (outcome.accepted ? outcome.events.map(({ type }) => type) : outcome.rejection);

describe('a command that tells who waits', () => {
  it('tells in its own commit, where to look and not what to believe', async () => {
    const { decide, told, loaded } = world({ outcome: accept(news('Announced'), news('Credited')), sagaId: 's1' });
    const outcome = await decide();
    expect(typesOf(outcome)).toEqual(['Announced', 'Credited', 'SagaSignalled']);
    expect(outcome.accepted && outcome.events[2]?.data).toEqual({
      sagaId: 's1',
      signal: paidInSignal,
      signalId: 'Credited p1',
      data: { paymentId: 'p1' },
    });
    expect([loaded, told.weight?.({})]).toEqual([['s1'], 5]);
  });

  it.each<[string, Parameters<typeof world>[0], unknown]>([
    ['nobody where nobody waits', { outcome: accept(news('Credited')) }, ['Credited']],
    ['nothing that is no news', { outcome: accept(news('Announced')), sagaId: 's1' }, ['Announced']],
    ['nothing of what did not happen', { outcome: reject({ code: 'no' }), sagaId: 's1' }, { code: 'no' }],
    [
      'nobody who is not there, and money is booked all the same',
      { outcome: accept(news('Credited')), sagaId: 's1', isKnown: false },
      ['Credited'],
    ],
  ])('tells %s', async (_, given, expected) => {
    expect(typesOf(await world(given).decide())).toEqual(expected);
  });
});
