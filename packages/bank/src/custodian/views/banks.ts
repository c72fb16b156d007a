import { fold } from '@finaegis/platform/event-store/aggregate';
import { z } from 'zod';
import { type PartnerBank, type PartnerBankState, partnerBankAggregate } from '../bank/bank.ts';
import { partnerTerms } from '../bank/events.ts';
import { documentTable } from './stored-documents.ts';

const stored: z.ZodType<PartnerBank> = z.object({
  status: z.enum(['active', 'suspended']),
  bank: z.string(),
  terms: partnerTerms,
  nostros: z.array(z.object({ asset: z.string(), account: z.string(), iban: z.string() })),
  reason: z.string().optional(),
});

/** Partner banks by code. A transfer routed by a bank's terms locks it, so that none is routed by a bank that was suspended before. */
export const partnerBanksTable = documentTable<PartnerBank>({
  name: 'custodian.banks',
  physicalName: 'custodian_banks',
  rank: 50,
  consumes: partnerBankAggregate.events.map(({ type }) => type),
  idOf: ({ data }) => String(data['bank']),
  // The row is the aggregate's own state: one fold, two readers.
  folded: (row, event) => {
    const state: PartnerBankState = row ?? partnerBankAggregate.initial;
    const next = fold(partnerBankAggregate, state, event);
    if (next.status === 'unknown') throw new Error(`${event.type} left a bank unknown.`);
    return next;
  },
  topicOf: ({ terms }) => terms.kind,
  statusOf: ({ status }) => status,
  decode: (document) => stored.parse(document),
});
