import { afterAll, describe } from 'vitest';
import { type DemoPartner, startDemoPartner } from './fixtures/demo-partner.ts';
import { railContract } from './fixtures/rail-contract.ts';

// What the server pays by: the registry of partner banks, a connection, guarded calls, and a bank over HTTP.
describe('the way out that the server has', () => {
  let starting: Promise<DemoPartner> | undefined;
  const dayMs = 86_400_000;
  afterAll(async () => (await starting)?.close());

  railContract('of a partner bank', async () => {
    starting ??= startDemoPartner({ latencyMs: 30 * dayMs });
    const { test, demo } = await starting;
    return {
      rail: test.bank.modules.custodian.rail,
      tenantId: test.tenantId,
      willDecline: (endToEndId) => demo.book.willReject(endToEndId, 'AC04'),
      willLoseAnswer: (_, hasArrived) =>
        demo.faults.add({ with: hasArrived ? 'lost answer' : 'reset', method: 'POST', path: '/v1/payments' }),
      settle: async (endToEndId) => demo.book.settle(endToEndId),
      sendBack: async (endToEndId) => demo.book.sendBack(endToEndId, 'AC04'),
    };
  });
});
