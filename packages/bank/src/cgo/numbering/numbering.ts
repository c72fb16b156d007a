import { unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { paperNumberIssued } from './events.ts';

/** How far a book of numbers is. */
export interface Numbering {
  readonly last: number;
}

type NumberingEvent = EventOf<typeof paperNumberIssued>;

const evolve = (_state: Numbering, event: Recorded<NumberingEvent>): Numbering => {
  switch (event.type) {
    case 'PaperNumberIssued':
      return { last: event.data.sequence };
    default:
      return unreachable(event.type);
  }
};

/**
 * One stream per kind of paper and year. A number is the stream's own place, issued in the commit of what it numbers: none is skipped, and of two
 * processes that want the same one the store refuses the second, which then decides again.
 */
export const numberingAggregate: Aggregate<Numbering, NumberingEvent> = defineAggregate({
  context: 'cgo',
  name: 'numbering',
  initial: { last: 0 } as Numbering,
  events: [paperNumberIssued] as const,
  evolve,
  snapshot: {
    every: 500,
    stateVersion: 1,
    decode: (stored) => stored as Numbering,
  },
});

/** The two kinds of papers that are numbered. */
export type Paper = 'agreement' | 'certificate';

/** The book of a paper, by the instant it is issued at. */
export const bookOf = (paper: Paper, at: string): string => `${paper}-${at.slice(0, 4)}`;

/** The next number of a book, and the event that uses it up. */
export const issueNumber = (
  { last }: Numbering,
  {
    paper,
    at,
    investmentId,
    initial,
  }: {
    readonly paper: Paper;
    readonly at: string;
    readonly investmentId: string;
    /** Of the tier; stands in the numbers of certificates. */
    readonly initial: string;
  },
): { readonly number: string; readonly event: NewEvent } => {
  const sequence = last + 1;
  const place = `${at.slice(0, 4)}-${String(sequence).padStart(6, '0')}`;
  const number = paper === 'agreement' ? `CGO-AGR-${place}` : `CGO-${initial}-${place}`;
  const book = bookOf(paper, at);
  return {
    number,
    event: numberingAggregate.record(book, 'PaperNumberIssued', { book, sequence, number, investmentId }),
  };
};
