import { fold } from '@finaegis/platform/event-store/aggregate';
import { z } from 'zod';
import { type Break, type BreakState, breakAggregate } from '../break/break.ts';
import { breakFound } from '../break/events.ts';
import { documentTable } from './stored-documents.ts';

const life = z.looseObject({
  status: z.enum(['open', 'matched', 'explained', 'corrected', 'written_off']),
  foundAt: z.string(),
  matchedOn: z.string().optional(),
  proposal: z
    .object({ outcome: z.enum(['corrected', 'written_off']), against: z.string(), reason: z.string(), by: z.string() })
    .optional(),
  reason: z.string().optional(),
  offsetBy: z.array(z.string()).readonly().optional(),
  correctionJournalId: z.string().optional(),
});

const decode = (document: unknown): Break => {
  const { status, foundAt, matchedOn, proposal, reason, offsetBy, correctionJournalId, ...found } =
    life.parse(document);
  const lived = { status, foundAt, matchedOn, proposal, reason, offsetBy, correctionJournalId };
  return { ...breakFound.schema.parse(found), ...lived };
};

/** Where the breaks of one account of ours at a bank are found. */
export const breakTopic = ({ bank, asset }: Pick<Break, 'bank' | 'asset'>): string => `${bank}/${asset}`;

/** Breaks with their lives. */
export const breaksTable = documentTable<Break>({
  name: 'custodian.breaks',
  physicalName: 'custodian_breaks',
  rank: 54,
  consumes: breakAggregate.events.map(({ type }) => type),
  idOf: ({ data }) => String(data['breakId']),
  folded: (row, event) => {
    const state: BreakState = row ?? breakAggregate.initial;
    const next = fold(breakAggregate, state, event);
    if (next.status === 'unknown') throw new Error(`${event.type} left a break unknown.`);
    return next;
  },
  topicOf: breakTopic,
  statusOf: ({ status }) => status,
  decode,
});
