import { unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf } from '@finaegis/platform/event-store/event';
import type { AccountClass } from '../terms.ts';
import { journalPosted, journalReversed } from './events.ts';

type Posted = EventOf<typeof journalPosted>['data'];

/** A journal as it stands: what was posted, and how much of each posting has been reversed since. */
export interface Journal extends Posted {
  readonly status: 'posted';
  readonly bookedAt: string;
  /** Reversed so far, by index of the posting. */
  readonly reversedMinor: readonly bigint[];
  readonly reversedBy: readonly { readonly journalId: string; readonly lines: readonly ReversalLine[] }[];
}

export type JournalState = { readonly status: 'unknown' } | Journal;

/** How much of one posting is undone. */
export interface ReversalLine {
  readonly index: number;
  readonly amountMinor: bigint;
}

const definitions = [journalPosted, journalReversed] as const;
type JournalEvent = EventOf<(typeof definitions)[number]>;

/** Made for every transfer there is: a spread that is then added to costs several times as much. The type sees to it that no property is forgotten. */
const posted = (data: Posted, bookedAt: string): Journal => {
  const journal: { readonly [Name in keyof Required<Journal>]: Journal[Name] } = {
    status: 'posted',
    bookedAt,
    journalId: data.journalId,
    entity: data.entity,
    kind: data.kind,
    reference: data.reference,
    bookingDate: data.bookingDate,
    valueDate: data.valueDate,
    postings: data.postings,
    captures: data.captures,
    fulfils: data.fulfils,
    reverses: data.reverses,
    quoteId: data.quoteId,
    forced: data.forced,
    endToEndId: data.endToEndId,
    description: data.description,
    metadata: data.metadata,
    reversedMinor: data.postings.map(() => 0n),
    reversedBy: [],
  };
  return journal;
};

const evolve = (state: JournalState, event: Recorded<JournalEvent>): JournalState => {
  switch (event.type) {
    case 'JournalPosted':
      return posted(event.data, event.meta.bookedAt);
    case 'JournalReversed': {
      const journal = state as Journal;
      const { by, lines } = event.data;
      const reversedMinor = journal.reversedMinor.map((sum, index) =>
        lines.reduce((total, line) => (line.index === index ? total + line.amountMinor : total), sum),
      );
      return { ...journal, reversedMinor, reversedBy: [...journal.reversedBy, { journalId: by, lines }] };
    }
    default:
      return unreachable(event);
  }
};

/** One stream per journal: its posting, then the reversals that used it up. */
export const journalAggregate: Aggregate<JournalState, JournalEvent> = defineAggregate({
  context: 'ledger',
  name: 'journal',
  initial: { status: 'unknown' } as JournalState,
  isWrittenOnce: true,
  events: definitions,
  evolve,
});

/** What never changes about an account, and so may be known before anything is locked. */
export interface AccountFacts {
  readonly accountId: string;
  readonly entity: string;
  readonly kind: 'house' | 'customer';
  readonly class: AccountClass;
  readonly hasFloor: boolean;
  readonly code?: string | undefined;
}
