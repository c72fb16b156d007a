import type { Pool } from 'pg';
import { createAlarm } from '../audit/alarm.ts';
import { plainArray, textArray } from '../database/array-parameters.ts';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import { open } from '../event-store/envelope.ts';
import { readLog } from '../event-store/read.ts';
import { passes } from '../published/event-filter.ts';
import { messagesOf, type PublishedMessage, type PublisherTools } from '../published/publisher.ts';
import { type EndpointRecord, endpointColumns } from './endpoints-table.ts';

/** Turns what is committed into deliveries, behind the commits. */
export interface FanOut {
  /** Tells it that a log has grown; without this it looks by itself every `pollMs`, 100 ms unless told. */
  wake(): void;
  close(): Promise<void>;
}

/** What it needs. */
export interface FanOutOptions extends PublisherTools {
  /** As finaegis_write. */
  readonly pool: Pool;
  /** As finaegis_system: sees all heads, endpoints and positions. */
  readonly systemPool: Pool;
  readonly newId: () => string;
  readonly now: () => string;
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Told that there is something to deliver. */
  readonly onQueued?: (() => void) | undefined;
  readonly pollMs?: number | undefined;
}

/** Under this name its position stands among those of the views. */
export const fanOutName = 'webhooks';

const stretchMax = 500;
const retryMs = 1_000;
/** So many events a position is behind only where nobody was told for a while. */
const farBehind = 5_000n;
// Where another process books, this is what a message waits for at most before it is queued.
const pollMs = 100;

/** Starts it; every process may, the row lock on the position lets one of them at a time advance a tenant. */
export const startFanOut = (options: FanOutOptions): FanOut => {
  const alarm = createAlarm();
  const loop = async (): Promise<void> => {
    while (!alarm.isOver) {
      try {
        const isWhole = await round(options, () => alarm.isOver);
        if (isWhole) await alarm.sleep(options.pollMs ?? pollMs);
        else await alarm.pause(retryMs);
      } catch (error) {
        options.onError?.(error);
        await alarm.pause(retryMs);
      }
    }
  };
  const running = loop();
  return {
    wake: () => alarm.ring(),
    close: async () => {
      alarm.end();
      await running;
    },
  };
};

/** Everything that is behind; false when something of it failed. One tenant's log that cannot be told holds up no other tenant's. */
const round = async (options: FanOutOptions, isOver: () => boolean): Promise<boolean> => {
  let isWhole = true;
  const each = async (work: () => Promise<boolean>): Promise<void> => {
    try {
      while (!isOver() && (await work()));
    } catch (error) {
      isWhole = false;
      options.onError?.(error);
    }
  };
  for (const behind of await tenantsBehind(options.systemPool)) await each(() => advance(options, behind));
  for (const resend of await resendsOpen(options.systemPool)) await each(() => resendStretch(options, resend));
  return isWhole;
};

const tenantsBehind = async (
  systemPool: Pool,
): Promise<readonly { readonly tenantId: string; readonly head: bigint }[]> => {
  const { rows } = await systemPool.query<{ tenantId: string; head: bigint }>({
    name: 'webhook-tenants-behind',
    text: `select h.tenant_id as "tenantId", h.seq as head from tenant_heads h
      where exists (select from webhook_endpoints e where e.tenant_id = h.tenant_id and e.status in ('active', 'paused'))
        and h.seq > coalesce((select s.seq from subscriptions s where s.tenant_id = h.tenant_id and s.name = $1), 0)
      order by h.tenant_id`,
    values: [fanOutName],
  });
  return rows;
};

/** One stretch, whose deliveries and position are one commit: an event is in no delivery before it is committed, and in one ever after. */
const advance = async (
  options: FanOutOptions,
  { tenantId, head }: { readonly tenantId: string; readonly head: bigint },
): Promise<boolean> => {
  const { hasMore, isQueued } = await inTransaction(options.pool, { tenants: [tenantId] }, async (tx) => {
    const after = await lockPosition(tx, tenantId);
    if (after === undefined || after >= head) return { hasMore: false, isQueued: false };
    const { reached, queued } = await queueStretch(tx, options, {
      tenantId,
      after: head - after > farBehind ? await skipUntold(tx, { tenantId, after, head }) : after,
      upTo: head,
      endpoints: () => endpointsOf(tx, tenantId),
      isFor: ({ toldFrom }, { bookedAt }) => bookedAt >= toldFrom,
      isAgain: false,
    });
    await tx.query({
      name: 'webhook-move-position',
      text: 'update subscriptions set seq = $3 where tenant_id = $1 and name = $2',
      values: [tenantId, fanOutName, reached],
    });
    return { hasMore: reached < head, isQueued: queued > 0 };
  });
  if (isQueued) options.onQueued?.();
  return hasMore;
};

/** The position, locked; undefined while another process advances it. A tenant's first endpoint is told of nothing before itself. */
const lockPosition = async (tx: Transaction, tenantId: string): Promise<bigint | undefined> => {
  await tx.query({
    name: 'webhook-make-position',
    text: `insert into subscriptions (tenant_id, name, seq)
      select $1, $2, coalesce((select min(seq) - 1 from events where tenant_id = $1 and context = 'webhook' and seq > 0), 0)
      where not exists (select from subscriptions where tenant_id = $1 and name = $2) on conflict do nothing`,
    values: [tenantId, fanOutName],
  });
  const { rows } = await tx.query<{ seq: bigint }>({
    name: 'webhook-lock-position',
    text: 'select seq from subscriptions where tenant_id = $1 and name = $2 for update skip locked',
    values: [tenantId, fanOutName],
  });
  return rows[0]?.seq;
};

/** Passes over what was booked while nobody was there to be told, without reading it. */
const skipUntold = async (
  tx: Transaction,
  { tenantId, after, head }: { readonly tenantId: string; readonly after: bigint; readonly head: bigint },
): Promise<bigint> => {
  const [since] = (await endpointsOf(tx, tenantId)).map(({ toldFrom }) => toldFrom).sort();
  const start = since === undefined ? after : await seqBefore(tx, { tenantId, since, head });
  return start > after ? start : after;
};

const endpointsOf = async (tx: Transaction, tenantId: string): Promise<readonly EndpointRecord[]> => {
  const { rows } = await tx.query<EndpointRecord>({
    name: 'webhook-endpoints-told',
    text: `select ${endpointColumns} from webhook_endpoints e where e.tenant_id = $1 and e.status in ('active', 'paused') order by e.endpoint_id`,
    values: [tenantId],
  });
  return rows;
};

interface Stretch {
  readonly tenantId: string;
  readonly after: bigint;
  readonly upTo: bigint;
  /** Read after the log: an endpoint that was there before an event is then seen with it. */
  endpoints(): Promise<readonly EndpointRecord[]>;
  isFor(endpoint: EndpointRecord, message: Pick<PublishedMessage, 'bookedAt'>): boolean;
  /** Whether what was delivered before is to be delivered again. */
  readonly isAgain: boolean;
}

const queueStretch = async (
  tx: Transaction,
  options: FanOutOptions,
  { tenantId, after, upTo, endpoints, isFor, isAgain }: Stretch,
): Promise<{ readonly reached: bigint; readonly queued: number }> => {
  const { contexts } = options.published;
  const { rows } = await readLog(tx, { tenantId, contexts, after, upTo, limit: stretchMax });
  const reached = rows.length < stretchMax ? upTo : (rows.at(-1)?.seq ?? upTo);
  const its = await endpoints();
  const isWanted = (name: string): boolean => its.some(({ events }) => events.some((filter) => passes(filter, name)));
  const told = rows.filter(({ type }) => options.published.madeOf(type).some(({ name }) => isWanted(name)));
  if (told.length === 0) return { reached, queued: 0 };
  const events = told.map((row) => open(options.catalogue, row.envelope, row.seq));
  const messages = await messagesOf(tx, options, { tenantId, events });
  const deliveries = messages.flatMap((message) =>
    its
      .filter((endpoint) => isFor(endpoint, message) && isMatch(endpoint, message))
      .map(({ endpointId }) => ({ endpointId, message })),
  );
  if (deliveries.length > 0) await insertDeliveries(tx, options, { tenantId, deliveries, isAgain });
  return { reached, queued: deliveries.length };
};

/** Whether an endpoint's filters let a message pass: the type, and where accounts or assets are named, one of them. */
const isMatch = (
  { events, accounts, assets }: Pick<EndpointRecord, 'events' | 'accounts' | 'assets'>,
  message: Pick<PublishedMessage, 'name' | 'accounts' | 'assets'>,
): boolean =>
  events.some((filter) => passes(filter, message.name)) &&
  (accounts.length === 0 || message.accounts.some((account) => accounts.includes(account))) &&
  (assets.length === 0 || message.assets.some((asset) => assets.includes(asset)));

interface Queued {
  readonly tenantId: string;
  readonly deliveries: readonly { readonly endpointId: string; readonly message: PublishedMessage }[];
  readonly isAgain: boolean;
}

const insertDeliveries = async (
  tx: Transaction,
  { newId, now }: FanOutOptions,
  { tenantId, deliveries, isAgain }: Queued,
): Promise<void> => {
  const messages = [...new Map(deliveries.map(({ message }) => [message.id, message])).values()];
  await Promise.all([
    tx.query({
      name: 'webhook-insert-messages',
      text: `insert into webhook_messages (tenant_id, message_id, type, seq, body, created_at)
        select $1, m.*, $6 from unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) as m (message_id, type, seq, body)
        on conflict do nothing`,
      values: [
        tenantId,
        textArray(messages.map(({ id }) => id)),
        textArray(messages.map(({ name }) => name)),
        plainArray(messages.map(({ seq }) => seq)),
        textArray(messages.map(({ body }) => body)),
        now(),
      ],
    }),
    tx.query({
      name: `webhook-insert-deliveries-${isAgain}`,
      text: `insert into webhook_deliveries (tenant_id, delivery_id, endpoint_id, message_id, type, seq, status, due_at, created_at)
        select $1, d.delivery_id, d.endpoint_id, d.message_id, d.type, d.seq, 'pending', $7, $7
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[]) as d (delivery_id, endpoint_id, message_id, type, seq)
        on conflict (tenant_id, endpoint_id, message_id) do ${
          isAgain
            ? `update set status = 'pending', attempts = 0, due_at = excluded.due_at, finished_at = null where webhook_deliveries.status <> 'pending'`
            : 'nothing'
        }`,
      values: [
        tenantId,
        plainArray(deliveries.map(() => newId())),
        plainArray(deliveries.map(({ endpointId }) => endpointId)),
        textArray(deliveries.map(({ message }) => message.id)),
        textArray(deliveries.map(({ message }) => message.name)),
        plainArray(deliveries.map(({ message }) => message.seq)),
        now(),
      ],
    }),
  ]);
};

interface Resend {
  readonly tenantId: string;
  readonly resendId: string;
}

const resendsOpen = async (systemPool: Pool): Promise<readonly Resend[]> => {
  const { rows } = await systemPool.query<Resend>({
    name: 'webhook-resends-open',
    text: 'select tenant_id as "tenantId", resend_id as "resendId" from webhook_resends order by tenant_id, resend_id',
  });
  return rows;
};

/** One stretch of a resend, with how far it has come in the same commit; true when there is more of it. */
const resendStretch = async (options: FanOutOptions, { tenantId, resendId }: Resend): Promise<boolean> => {
  const hasMore = await inTransaction(options.pool, { tenants: [tenantId] }, async (tx) => {
    const { rows } = await tx.query<{ endpointId: string; since: string; until: string; seq: bigint | null }>({
      name: 'webhook-lock-resend',
      text: `select endpoint_id as "endpointId", since, until, seq from webhook_resends
        where tenant_id = $1 and resend_id = $2 for update skip locked`,
      values: [tenantId, resendId],
    });
    const resend = rows[0];
    if (resend === undefined) return false;
    const head = await headOf(tx, tenantId);
    const { reached } = await queueStretch(tx, options, {
      tenantId,
      after: resend.seq ?? (await seqBefore(tx, { tenantId, since: resend.since, head })),
      upTo: head,
      endpoints: async () =>
        (await endpointsOf(tx, tenantId)).filter(({ endpointId }) => endpointId === resend.endpointId),
      isFor: (_, { bookedAt }) => bookedAt >= resend.since && bookedAt < resend.until,
      isAgain: true,
    });
    await tx.query(
      reached < head
        ? {
            name: 'webhook-move-resend',
            text: 'update webhook_resends set seq = $3 where tenant_id = $1 and resend_id = $2',
            values: [tenantId, resendId, reached],
          }
        : {
            name: 'webhook-end-resend',
            text: 'delete from webhook_resends where tenant_id = $1 and resend_id = $2',
            values: [tenantId, resendId],
          },
    );
    return reached < head;
  });
  options.onQueued?.();
  return hasMore;
};

const headOf = async (tx: Transaction, tenantId: string): Promise<bigint> => {
  const { rows } = await tx.query<{ seq: bigint }>({
    name: 'webhook-head',
    text: 'select seq from tenant_heads where tenant_id = $1',
    values: [tenantId],
  });
  return rows[0]?.seq ?? 0n;
};

// Instants rise along the log but for what racing commits differ by, which this is far more than.
const disorderMs = 60_000;

/** A place in the log before everything that was booked from an instant on, found by halving. */
const seqBefore = async (
  tx: Transaction,
  { tenantId, since, head }: { readonly tenantId: string; readonly since: string; readonly head: bigint },
): Promise<bigint> => {
  const wanted = new Date(Date.parse(since) - disorderMs).toISOString();
  let [low, high] = [0n, head];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    const { rows } = await tx.query<{ isBefore: boolean }>({
      name: 'webhook-seq-before',
      text: 'select booked_at < $3 as "isBefore" from events where tenant_id = $1 and seq > 0 and seq = $2',
      values: [tenantId, middle, wanted],
    });
    if (rows[0]?.isBefore === true) low = middle;
    else high = middle - 1n;
  }
  return low;
};
