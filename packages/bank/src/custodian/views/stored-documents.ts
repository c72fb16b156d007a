import { type RowBatch, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';

/** A resource of this context as it is kept for lists: by its id, with what lists are narrowed by. */
export interface DocumentTable<Row> extends ModuleTable<Row> {
  find(tx: Transaction, tenantId: string, id: string): Promise<Row | undefined>;
  /** By id from the highest, so that the newest comes first where ids grow with time. */
  list(tx: Transaction, tenantId: string, filter: DocumentFilter): Promise<readonly Row[]>;
}

export interface DocumentFilter {
  readonly topic?: string | undefined;
  readonly status?: string | undefined;
  /** Members the resource must have, as JSON has them. */
  readonly having?: Readonly<Record<string, string>> | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

interface Declaration<Row> {
  readonly name: string;
  readonly physicalName: string;
  readonly rank: number;
  readonly consumes: readonly string[];
  /** Which row an event is about. */
  idOf(event: RecordedEvent): string;
  folded(row: Row | undefined, event: RecordedEvent): Row;
  /** What lists are narrowed by. */
  topicOf(row: Row): string;
  statusOf(row: Row): string;
  /** Reads amounts back from their digits. */
  decode(stored: unknown): Row;
}

interface Stored {
  readonly tenant_id: string;
  readonly id: string;
  readonly document: unknown;
}

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  id text not null,
  topic text not null,
  status text not null,
  document jsonb not null,
  primary key (tenant_id, id)
);
create index on ${name} (tenant_id, topic, id) where topic <> ''`;

/**
 * A table of whole resources, in the commit that changes them. Nothing of them is summed or joined, so one column of JSON says all that is shown.
 */
export const documentTable = <Row>(declaration: Declaration<Row>): DocumentTable<Row> => {
  const { name, physicalName, rank, consumes, decode } = declaration;
  return {
    name,
    rank,
    consumes,
    ddl: [{ name: physicalName, create: ddl }],
    lock: async (tx, requests) => {
      const { rows } = await tx.query<Stored>({
        name: `lock-${physicalName}`,
        text: `select o.* from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, id)
          cross join lateral (
            select tenant_id, id, document from ${physicalName}
            where tenant_id = wanted.tenant_id and id = wanted.id offset 0 for no key update) o`,
        values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
      });
      return new Map(rows.map((row) => [rowName(row.tenant_id, row.id), decode(row.document)]));
    },
    fold: (rows, event) => {
      const id = declaration.idOf(event);
      const row = rows.get(event.tenantId, id);
      if (row === undefined && event.version > 1) throw new RowNotLocked(event);
      rows.set(event.tenantId, id, declaration.folded(row, event));
    },
    write: async (tx, rows) => {
      if (rows.changed.length > 0) await write(tx, declaration, rows);
    },
    find: async (tx, tenantId, id) => {
      const { rows } = await tx.query<Stored>({
        name: `find-${physicalName}`,
        text: `select tenant_id, id, document from ${physicalName} where tenant_id = $1 and id = $2`,
        values: [tenantId, id],
      });
      return rows.map(({ document }) => decode(document))[0];
    },
    list: async (tx, tenantId, { topic, status, having, before, limit }) => {
      const { rows } = await tx.query<Stored>({
        name: `list-${physicalName}`,
        text: `select tenant_id, id, document from ${physicalName}
          where tenant_id = $1 and ($2::text is null or topic = $2) and ($3::text is null or status = $3) and ($4::text is null or id < $4)
            and ($6::jsonb is null or document @> $6)
          order by id desc limit $5`,
        values: [
          tenantId,
          topic ?? null,
          status ?? null,
          before ?? null,
          limit,
          having === undefined ? null : JSON.stringify(having),
        ],
      });
      return rows.map(({ document }) => decode(document));
    },
  };
};

const write = <Row>(
  tx: Transaction,
  { physicalName, topicOf, statusOf }: Declaration<Row>,
  { changed }: RowBatch<Row>,
): Promise<unknown> =>
  tx.query({
    name: `write-${physicalName}`,
    text: `insert into ${physicalName} (tenant_id, id, topic, status, document)
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
      on conflict (tenant_id, id) do update set status = excluded.status, document = excluded.document`,
    values: [
      changed.map(({ tenantId }) => tenantId),
      changed.map(({ key }) => key),
      changed.map(({ row }) => topicOf(row)),
      changed.map(({ row }) => statusOf(row)),
      changed.map(({ row }) => documentOf(row)),
    ],
  });

const documentOf = (row: unknown): string =>
  JSON.stringify(row, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
