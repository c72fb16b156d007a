import { randomUUID } from 'node:crypto';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DueDelivery, findDue, leaseDue } from './delivery-queue.ts';

let bank: TestBank;
const now = '2026-03-02T12:00:00.000Z';
const endpointsCount = 20;
const waitingEach = 240;
const room = { usual: 50, total: 1_000, byEndpoint: [] };

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  const { adminPool, tenantId } = bank;
  await adminPool.query(
    `insert into webhook_endpoints (tenant_id, endpoint_id, name, url, events, accounts, assets, header_names, is_ordered, status, secrets, created_at, changed_at, told_from)
      select $1, gen_random_uuid(), 'test', 'https://example.com', '{*}', '{}', '{}', '{}', false, 'active', '[]', $2, $2, $2 from generate_series(1, $3::int)`,
    [tenantId, now, endpointsCount],
  );
  await adminPool.query(
    `insert into webhook_messages (tenant_id, message_id, type, seq, body, created_at)
      select $1, 'msg_' || n, 'pots.pot.filled', n, '{}', $2 from generate_series(1, $3::int) n`,
    [tenantId, now, waitingEach],
  );
  await adminPool.query(
    `insert into webhook_deliveries (tenant_id, delivery_id, endpoint_id, message_id, type, seq, status, due_at, created_at)
      select $1, gen_random_uuid(), endpoint_id, message_id, type, seq, 'delivered', $2, $2 from webhook_endpoints cross join webhook_messages`,
    [tenantId, now],
  );
  // Nobody has told the planner of any of them: it still believes what it saw when the tables were empty.
  await adminPool.query("update webhook_deliveries set status = 'pending'");
});

afterAll(() => bank.close());

const pools = () => ({ pool: bank.bank.pools.write, systemPool: bank.bank.pools.system });
const idsOf = (deliveries: readonly Pick<DueDelivery, 'deliveryId'>[]) =>
  deliveries.map(({ deliveryId }) => deliveryId);

it('a long queue is taken from as quickly as a short one, so many of each endpoint, and nothing by two at once', async () => {
  const begunAt = performance.now();
  const due = await findDue(pools(), { now, room });
  expect(due).toHaveLength(endpointsCount * room.usual);
  const [one, other] = await Promise.all([
    leaseDue(pools(), { due, worker: randomUUID() }),
    leaseDue(pools(), { due, worker: randomUUID() }),
  ]);
  const taken = [...idsOf(one), ...idsOf(other)];
  expect(taken.toSorted()).toEqual(idsOf(due).toSorted());
  expect(new Set(taken).size).toBe(due.length);
  expect(performance.now() - begunAt).toBeLessThan(10_000);
  const next = await findDue(pools(), { now, room });
  expect(next.filter(({ deliveryId }) => taken.includes(deliveryId))).toEqual([]);
});
