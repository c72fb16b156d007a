import { railContract } from '../fixtures/rail-contract.ts';
import { createMemoryRail } from './memory-rail.ts';

railContract('in memory', async () => {
  const rail = createMemoryRail();
  return {
    rail,
    tenantId: '0190a000-0000-7000-8000-00000000000a',
    willDecline: (endToEndId) => rail.script(endToEndId, { kind: 'decline', code: 'AC04' }),
    willLoseAnswer: (endToEndId, hasArrived) => rail.script(endToEndId, { kind: 'time_out', hasArrived }),
    settle: async (endToEndId) => rail.settle(endToEndId),
    sendBack: async (endToEndId) => rail.sendBack(endToEndId, 'AC04'),
  };
});
