import { derivedUuid } from '@finaegis/kernel/id';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import { defineSaga } from '@finaegis/platform/saga/definition';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { declareSagas } from '@finaegis/testing/declare-sagas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { bankGauges, sagaMetrics } from './bank-metrics.ts';

let bank: TestBank;
const metrics = createMetrics();
const errand = defineSaga<string>({
  name: 'testing.errand',
  version: 1,
  input: z.string(),
  steps: [
    {
      name: 'go',
      run: async ({ input }) =>
        input === 'lost' ? Promise.reject(new TypeError('a mistake of ours')) : { kind: 'done' },
      retry: { attempts: 1, firstMs: 1, factor: 1, waitMaxMs: 1 },
    },
  ],
});

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false, onSagaSettled: sagaMetrics(metrics) });
  declareSagas(bank.bank, [errand]);
  bankGauges(metrics, bank.bank);
});
afterAll(() => bank.close());

const begin = async (input: string): Promise<string> => {
  const sagaId = derivedUuid('errand', input);
  const { start } = bank.bank.services.sagas.handlers;
  await bank.accept(start, { definition: 'testing.errand', sagaId, input });
  return sagaId;
};
const shown = async (name: string): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

test('sagas nobody takes in hand are counted as overdue after a minute, and not before', async () => {
  const sagaIds = [await begin('slow'), await begin('lost')];
  expect(await shown('finaegis_sagas_overdue')).toEqual(['finaegis_sagas_overdue 0']);
  await bank.adminPool.query("update saga_queue set due_at = now() - interval '61 seconds'");
  expect(await shown('finaegis_sagas_overdue')).toEqual(['finaegis_sagas_overdue 2']);
  await bank.adminPool.query("update saga_queue set lease_until = now() + interval '5 seconds' where saga_id = $1", [
    sagaIds[0],
  ]);
  expect(await shown('finaegis_sagas_overdue')).toEqual(['finaegis_sagas_overdue 1']);
  await bank.adminPool.query('update saga_queue set lease_until = null');
});

test('sagas that end are counted by how, and those that stand still for as long as they do', async () => {
  expect(await shown('finaegis_sagas_parked')).toEqual(['finaegis_sagas_parked 0']);
  const worker = bank.bank.runSagas();
  for (const input of ['slow', 'lost'])
    await worker.settled({ tenantId: bank.tenantId, sagaId: derivedUuid('errand', input) }, 5_000);
  expect(await shown('finaegis_sagas_parked')).toEqual(['finaegis_sagas_parked 1']);
  expect((await shown('finaegis_sagas_settled_total')).sort()).toEqual([
    'finaegis_sagas_settled_total{outcome="completed"} 1',
    'finaegis_sagas_settled_total{outcome="parked"} 1',
  ]);
  expect(await shown('finaegis_sagas_overdue')).toEqual(['finaegis_sagas_overdue 0']);
  const { cancel } = bank.bank.services.sagas.handlers;
  await bank.accept(cancel, { sagaId: derivedUuid('errand', 'lost'), reason: 'test_over' });
  expect(await shown('finaegis_sagas_parked')).toEqual(['finaegis_sagas_parked 0']);
});
