import type { CommandHandler } from '@finaegis/platform/command/handler';
import { uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import type { Parties } from '../../party/contract.ts';
import { bankCode } from '../bank/commands.ts';
import { allocationsTable } from '../views/allocations.ts';
import { partnerBanksTable } from '../views/banks.ts';
import {
  type Allocation,
  type AllocationRefusal,
  allocationAggregate,
  type SetAllocation,
  setAllocation,
} from './allocation.ts';
import { wholeBasisPoints } from './split.ts';

/** An allocation as plain JSON. */
export const setAllocationSchema: z.ZodType<SetAllocation> = z.strictObject({
  partyId: uuid,
  shares: z
    .array(z.strictObject({ bank: bankCode, basisPoints: z.int().min(1).max(wholeBasisPoints) }))
    .min(1)
    .max(20),
  primary: bankCode,
});

/** Sets how a customer's money is spread over the partner banks. */
export const setAllocationHandler = (
  parties: Pick<Parties, 'find'>,
): CommandHandler<SetAllocation, { readonly isPartyKnown: boolean }, Allocation, AllocationRefusal> => ({
  name: 'custodian.SetAllocation',
  schema: setAllocationSchema,
  permission: 'custodian:allocate',
  prepare: async ({ partyId }, { tenantId }) => ({
    isPartyKnown: (await parties.find(tenantId, partyId))?.status === 'active',
  }),
  loads: ({ partyId, shares }) => ({
    rows: [
      // Shared: a bank must not be suspended between the check and the commit.
      ...shares.map(({ bank }) => ({ table: partnerBanksTable, key: bank, mode: 'share' }) as const),
      { table: allocationsTable, key: partyId },
    ],
    streams: [{ aggregate: allocationAggregate, id: partyId }],
  }),
  decide: (loaded, data, _facts, { isPartyKnown }) =>
    setAllocation(loaded.stream(allocationAggregate, data.partyId).state, data, {
      isPartyKnown,
      statusOf: (bank) => loaded.row(partnerBanksTable, bank)?.status,
    }),
  result: (loaded, { partyId }) => {
    const { state } = loaded.stream(allocationAggregate, partyId);
    if (state.status === 'none') throw new Error(`The allocation of ${partyId} was accepted and is not there.`);
    return state;
  },
});
