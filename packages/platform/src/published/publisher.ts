import type { Transaction } from '../database/transaction.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { open } from '../event-store/envelope.ts';
import type { EventData, LoggedEvent } from '../event-store/event.ts';
import type { Positions } from '../event-store/position.ts';
import type { WriteAmount } from '../http/refusal-facts.ts';
import type { PublishedCatalogue } from './catalogue.ts';
import { messageBody, messageId } from './message.ts';
import type { PublishedEvent } from './published-event.ts';

/** What is told of one published event, whichever way it is sent. */
export interface PublishedMessage {
  /** The same for every receiver and every attempt: what a receiver knows a repeat by. */
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Place of the event in the tenant's log. */
  readonly seq: bigint;
  readonly bookedAt: string;
  readonly accounts: readonly string[];
  readonly assets: readonly string[];
  /** What its declaration shows of it. */
  readonly data: EventData;
  /** JSON text of all of it. */
  readonly body: string;
  readonly published: PublishedEvent;
}

/** A writer of amounts in these assets of a tenant, whose decimals are read beforehand. */
export type Amounts = (tenantId: string, assets: readonly string[]) => Promise<WriteAmount>;

/** What events of the log are shown with. */
export interface PublisherTools {
  readonly catalogue: EventCatalogue;
  readonly published: PublishedCatalogue;
  readonly positions: Positions;
  readonly amounts: Amounts;
}

interface Pair {
  readonly event: LoggedEvent;
  readonly published: PublishedEvent;
  readonly first: EventData;
}

/** The messages that a stretch of one tenant's log is published as, in its order. */
export const messagesOf = async (
  tx: Transaction,
  tools: PublisherTools,
  { tenantId, events }: { readonly tenantId: string; readonly events: readonly LoggedEvent[] },
): Promise<readonly PublishedMessage[]> => {
  const firsts = await readFirsts(tx, tools, tenantId, events);
  const pairs = events.flatMap((event) =>
    tools.published.madeOf(event.type).map((published): Pair => {
      const first = published.first === undefined ? {} : firsts.get(event.stream);
      if (first === undefined) throw new Error(`${event.stream} does not begin with ${published.first?.type}.`);
      return { event, published, first };
    }),
  );
  const concerning = pairs.map((pair) => ({ ...pair, ...pair.published.concerns(pair.event.data, pair.first) }));
  const amount = await tools.amounts(tenantId, [...new Set(concerning.flatMap(({ assets = [] }) => assets))]);
  return concerning.flatMap(({ event, published, first, accounts = [], assets = [] }) => {
    const shown = published.show(event.data, { first, amount });
    if (shown === undefined) return [];
    const { name, version } = published;
    const id = messageId(event.id, name);
    const data = published.schema.parse(shown);
    const { seq, bookedAt } = event;
    const body = messageBody(published, { id, timestamp: bookedAt, position: tools.positions.encode(seq), data });
    const concerned = { accounts: [...new Set(accounts)], assets: [...new Set(assets)] };
    return [{ id, name, version, seq, bookedAt, ...concerned, data, body, published }];
  });
};

/** Data of the events that began the streams of those whose own data does not say enough. */
const readFirsts = async (
  tx: Transaction,
  { catalogue, published }: PublisherTools,
  tenantId: string,
  events: readonly LoggedEvent[],
): Promise<ReadonlyMap<string, EventData>> => {
  const wanted = events.filter(({ type }) => published.madeOf(type).some(({ first }) => first !== undefined));
  if (wanted.length === 0) return new Map();
  const { rows } = await tx.query<{ seq: bigint; envelope: string }>({
    name: 'published-firsts',
    text: `select e.seq, e.envelope from unnest($2::text[], $3::text[]) as w (context, stream)
      cross join lateral (
        select seq, envelope from events where context = w.context and tenant_id = $1 and stream = w.stream and version = 1 offset 0) e`,
    values: [tenantId, wanted.map(({ context }) => context), wanted.map(({ stream }) => stream)],
  });
  return new Map(
    rows.map(({ seq, envelope }) => {
      const { stream, data } = open(catalogue, envelope, seq);
      return [stream, data];
    }),
  );
};
