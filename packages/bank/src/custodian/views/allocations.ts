import { z } from 'zod';
import type { Allocation } from '../allocation/allocation.ts';
import { bankAllocationSet, bankShare } from '../allocation/events.ts';
import { documentTable } from './stored-documents.ts';

const stored: z.ZodType<Allocation> = z.object({
  status: z.literal('set'),
  partyId: z.string(),
  shares: z.array(bankShare),
  primary: z.string(),
});

/** Customers' allocations by party. */
export const allocationsTable = documentTable<Allocation>({
  name: 'custodian.allocations',
  physicalName: 'custodian_allocations',
  rank: 51,
  consumes: [bankAllocationSet.type],
  idOf: ({ data }) => String(data['partyId']),
  folded: (_, { data }) => ({ status: 'set', ...(data as Omit<Allocation, 'status'>) }),
  topicOf: ({ primary }) => primary,
  statusOf: ({ status }) => status,
  decode: (document) => stored.parse(document),
});
