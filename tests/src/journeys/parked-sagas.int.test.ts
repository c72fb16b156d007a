import { accept } from '@finaegis/kernel/decision';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import { type Json, sagaCatalogue } from '@finaegis/platform/saga/definition';
import { type Saga, sagaAggregate } from '@finaegis/platform/saga/saga';
import { moduleList } from '@finaegis/server/modules';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Body, type Caller, callerOf, itemsOf } from '../api.ts';

let bank: TestBank;
let api: TestApi;
let operator: Caller;

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  operator = callerOf(api.url, api.authorization);
  bank.bank.runSagas();
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

const none = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
const end = { bank: 'ing', account: 'main:nostro/ing', iban: 'DE89370400440532013000', bic: 'INGBDEFF' };
const requestedAt = '2026-03-02T09:00:00.000Z';

/** A kind of saga of each context, with the first of its steps that is taken back by a command; what it is about is not there, so that fails. */
const kinds: readonly (readonly [definition: string, step: string, subject: string, input: Json])[] = [
  [
    'payment.outgoing',
    'check',
    'payment',
    { paymentId: none, bank: 'ing', rail: 'sepa', executionDate: null, verdict: null },
  ],
  [
    'payment.bulk',
    'check',
    'bulk',
    { bulkId: none, digest: 'd', batchCount: 1, mode: 'best_effort', executionDate: null },
  ],
  [
    'custodian.transfer',
    'open',
    'custodian-transfer',
    {
      transferId: none,
      asset: 'EUR',
      decimals: 2,
      amount: '100',
      legs: [{ from: end, to: end, rail: 'sepa', fee: '0' }],
      clearing: 'main:clearing/custodian-transfers',
      cost: 'main:cost/bank-fees',
      executionDate: '2026-03-02',
    },
  ],
  ['cgo.investment', 'open', 'investment', { investmentId: none, requestedAt }],
  ['cgo.refund', 'open', 'investment', { investmentId: none, refundId: none, requestedAt, needsApproval: false }],
];

/** Has a saga stand in the middle of being taken back, as a crash could leave it; the worker goes on from there. */
const begin = async (name: string, step: string, input: Json): Promise<string> => {
  const sagaId = bank.bank.services.newId();
  const definition = sagaCatalogue(moduleList(bank.bank.modules).flatMap(({ sagas }) => sagas ?? [])).newest(name);
  await bank.accept(
    {
      name: 'test.Begin',
      schema: z.null(),
      permission: 'test',
      loads: () => ({ streams: [newSagaNeed(sagaId)] }),
      decide: (_, __, { tenantId, now }) => {
        const [started] = startSaga(definition, { sagaId, input }, { tenantId, now });
        const at = { sagaId, step, intent: null, dueAt: now };
        return accept(
          ...(started === undefined ? [] : [started]),
          sagaAggregate.record(sagaId, 'SagaStepIntended', { ...at, phase: 'do', key: `${sagaId} do` }),
          sagaAggregate.record(sagaId, 'SagaUndoing', { sagaId, failure: { step, code: 'payee_closed' } }),
          sagaAggregate.record(sagaId, 'SagaStepIntended', { ...at, phase: 'undo', key: `${sagaId} undo` }),
        );
      },
      result: () => null,
    },
    null,
  );
  return sagaId;
};
const parked = async (sagaId: string): Promise<Saga> => {
  const saga = await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, 20_000);
  if (saga === undefined) throw new Error(`Saga ${sagaId} neither ended nor parked: ${JSON.stringify(bank.faults)}`);
  return saga;
};
const itemOf = async (sagaId: string, status = 'open'): Promise<readonly Body[]> => {
  await bank.settle();
  const { body } = await operator.get(`/v1/work-items?kind=saga&status=${status}&limit=100`);
  return itemsOf(body).filter(({ subject }) => subject === `saga:${sagaId}`);
};
const eventsAbout = async (sagaId: string): Promise<readonly (readonly [string, string])[]> => {
  const { rows } = await bank.adminPool.query<{ type: string; booked_at: Date }>(
    `select type, booked_at from events where tenant_id = $1 and envelope like '%' || $2 || '%'
      and type in ('SagaParked', 'SagaRetried', 'SagaResumed', 'WorkItemOpened') order by seq`,
    [bank.tenantId, sagaId],
  );
  return rows.map(({ type, booked_at: at }) => [type, String(at)]);
};

test.each(kinds)(
  'a parked %s is a work item, in the commit that parks it',
  async (definition, step, subject, input) => {
    const sagaId = await begin(definition, step, input);
    expect(await parked(sagaId)).toMatchObject({ status: 'parked', current: { step, phase: 'undo' } });
    const [item, ...others] = await itemOf(sagaId);
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      kind: 'saga',
      status: 'open',
      age: '0-1',
      reference: definition,
      links: [`saga:${sagaId}`, `${subject}:${none}`],
      stoppedAt: { step, phase: 'undo' },
    });
    expect(item).toMatchObject({ reason: expect.any(String), stoppedAt: { code: item?.['reason'] } });
    expect(item).not.toHaveProperty('amount');
    const told = await eventsAbout(sagaId);
    expect(told.map(([type]) => type)).toEqual(['SagaParked', 'WorkItemOpened']);
    expect(new Set(told.map(([, at]) => at)).size).toBe(1);
  },
);

test('retried in vain it has a new item that leads to the old one, resumed it has none', async () => {
  const [definition, step, , input] = kinds[3] as (typeof kinds)[number];
  const sagaId = await begin(definition, step, input);
  await parked(sagaId);
  const [first] = await itemOf(sagaId);
  const itemPath = `/v1/work-items/${String(first?.['workItemId'])}`;

  // Nobody closes the item and leaves the saga where it stands.
  for (const resolution of ['explained', 'written_off', 'returned'])
    expect((await operator.post(`${itemPath}/resolution`, { resolution })).body).toMatchObject({
      status: 409,
      code: 'work_item_waits_for_saga',
      saga: sagaId,
    });
  expect((await operator.get(`${itemPath}/proposals`)).body).toEqual({ items: [] });
  await operator.make(`${itemPath}/assignment`, { owner: 'anna' });

  await operator.make(`/v1/sagas/${sagaId}/retry`, {});
  await expect.poll(async () => (await parked(sagaId)).parkings, { timeout: 20_000 }).toBe(2);
  const [second] = await itemOf(sagaId);
  expect(second?.['links']).toContain(`work-item:${String(first?.['workItemId'])}`);
  expect(await operator.see(itemPath)).toMatchObject({ status: 'resolved', resolution: 'retried', owner: 'anna' });

  await operator.make(`/v1/sagas/${sagaId}/resume`, { reason: 'seen_there' });
  expect(await parked(sagaId)).toMatchObject({ status: 'undone' });
  expect(await itemOf(sagaId)).toEqual([]);
  expect((await itemOf(sagaId, 'resolved')).map(({ resolution }) => resolution)).toEqual(['resumed', 'retried']);
  expect((await eventsAbout(sagaId)).map(([type]) => type)).toEqual([
    'SagaParked',
    'WorkItemOpened',
    'SagaRetried',
    'SagaParked',
    'WorkItemOpened',
    'SagaResumed',
  ]);
});
