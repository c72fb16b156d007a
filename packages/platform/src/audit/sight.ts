import { isCustomer } from '../auth/access.ts';
import type { Principal } from '../auth/principal.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { open } from '../event-store/envelope.ts';
import { type LoggedEvent, UnknownEvent } from '../event-store/event.ts';

/**
 * How much of an event a principal may see: all its text says; that it is there and concerns an account of its own, but not its text, which says
 * things about others as well; or not even that it is there.
 */
export type Sight = 'whole' | 'part' | 'nothing';

/**
 * What a customer's principal may see of events of one context, each in its place. Implemented by the context, for its own events and by the
 * mandates in force now; staff are not asked about.
 */
export type MaySee = (principal: Principal, events: readonly LoggedEvent[]) => Promise<readonly Sight[]>;

/** What each context lets customers see; events of all others are for staff. */
export type Sights = Readonly<Record<string, MaySee>>;

/** An event as it is stored, with the context it is of. */
export interface StoredEvent {
  readonly context: string;
  readonly seq: bigint;
  readonly envelope: string;
}

/** How much of stored events a principal may see. */
export const sightOf = async (
  { catalogue, sights }: { readonly catalogue: () => EventCatalogue; readonly sights: Sights },
  principal: Principal,
  stored: readonly StoredEvent[],
): Promise<readonly Sight[]> => {
  if (!isCustomer(principal)) return stored.map(() => 'whole');
  const found = new Map<bigint, Sight>();
  for (const context of new Set(stored.map((each) => each.context))) {
    const maySee = sights[context];
    if (maySee === undefined) continue;
    const events = stored.flatMap((each) => (each.context === context ? opened(catalogue(), each) : []));
    const seen = await maySee(principal, events);
    for (const [index, event] of events.entries())
      found.set(event.seq, boundedByMetadata(principal, event, seen[index] ?? 'nothing'));
  }
  return stored.map(({ seq }) => found.get(seq) ?? 'nothing');
};

/** The envelope also says for whom the event was made. Another party's id is not for this one's eyes. */
const boundedByMetadata = ({ actingFor }: Principal, { metadata }: LoggedEvent, sight: Sight): Sight =>
  sight === 'whole' && metadata.onBehalfOf !== undefined && metadata.onBehalfOf !== actingFor ? 'part' : sight;

const opened = (catalogue: EventCatalogue, { envelope, seq }: StoredEvent): readonly LoggedEvent[] => {
  try {
    return [open(catalogue, envelope, seq)];
  } catch (error) {
    // Of an event that a newer release wrote this one cannot tell whom it concerns, so it is shown to no customer.
    if (error instanceof UnknownEvent) return [];
    throw error;
  }
};
