import { derivedUuid } from '@finaegis/kernel/id';
import { startContext, type TestContext, tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { ContextModule } from '../module.ts';
import { defineSaga, type RunStep, stepCommand } from './definition.ts';
import { count, countingContext } from './fixtures/counter-context.ts';
import type { Saga } from './saga.ts';

const input = z.strictObject({ counter: z.string(), leaseSeconds: z.number() });
type Input = z.output<typeof input>;

interface Place {
  /** Where the row is stored: another place after every change. */
  readonly place: string;
  readonly worker: string | null;
  readonly leaseSeconds: number;
}
const seen: Record<string, Place> = {};

const placeOf = async (sagaId: string): Promise<Place> => {
  const [row] = await bank.query(
    `select ctid::text as place, worker, extract(epoch from lease_until - clock_timestamp())::float as "leaseSeconds"
      from saga_queue where saga_id = $1`,
    [sagaId],
  );
  return row as unknown as Place;
};
const look = (name: string): RunStep<Input> => ({
  name,
  run: async ({ id, input: { leaseSeconds } }) => {
    if (name === 'before')
      await bank.query(
        "update saga_queue set lease_until = clock_timestamp() + $2::int * interval '1 second' where saga_id = $1",
        [id, leaseSeconds],
      );
    seen[name] = await placeOf(id);
    return { kind: 'done' };
  },
});
const looking = defineSaga<Input>({
  name: 'counting.look',
  version: 1,
  input,
  steps: [
    look('before'),
    { name: 'count', command: ({ input: { counter } }) => stepCommand(count, { counter, by: 1 }) },
    look('after'),
  ],
});

let bank: TestContext<ContextModule>;
beforeAll(async () => {
  bank = await startContext(() => countingContext([looking]));
});
afterAll(() => bank.close());

const run = async (
  name: string,
  leaseSeconds: number,
): Promise<{ readonly saga: Saga | undefined; readonly sagaId: string }> => {
  const sagaId = derivedUuid('sagas-table', name);
  const { handlers, adopt, settled } = bank.services.sagas;
  await bank.submit(handlers.start, { definition: 'counting.look', sagaId, input: { counter: name, leaseSeconds } });
  adopt({ tenantId, sagaId });
  return { sagaId, saga: await settled({ tenantId, sagaId }, 5_000) };
};

test('step after step in one hand leaves its place in the queue alone', async () => {
  expect((await run('steady', 20)).saga).toMatchObject({ status: 'completed' });
  expect(seen['before']?.worker).not.toBeNull();
  expect(seen['after']?.place).toBe(seen['before']?.place);
});

test('a lease that runs short is renewed by the next step', async () => {
  await run('short', 5);
  expect(seen['after']?.place).not.toBe(seen['before']?.place);
  expect(seen['after']?.worker).toBe(seen['before']?.worker);
  expect(seen['after']?.leaseSeconds).toBeGreaterThan(20);
});

test('a saga that has ended is listed as it ended and has no place in the queue', async () => {
  const { sagaId } = await run('over', 20);
  expect(
    await bank.query('select status, step, phase, attempt, failure from platform_sagas where saga_id = $1', [sagaId]),
  ).toEqual([{ status: 'completed', step: 'after', phase: 'do', attempt: 1, failure: null }]);
  expect(await placeOf(sagaId)).toBeUndefined();
});
