import type { Transaction } from '../database/transaction.ts';
import { defineView, tableName, type View } from '../view/view.ts';
import { personalDataShown } from './look/events.ts';
import type { RecordLooks } from './look/look.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  seq bigint not null,
  place int not null,
  subject text not null,
  at timestamptz(3) not null,
  principal_id text not null,
  user_id text,
  operation_id text not null,
  channel text not null,
  request_id text not null,
  primary key (tenant_id, seq, place)
);
create index on ${name} (tenant_id, subject, seq, place);
create index on ${name} (tenant_id, principal_id, seq, place)`;

/** Looks of staff at personal data, one row for each whose they were. */
export const looksView: View = defineView({
  name: 'oversight_looks',
  version: 1,
  contexts: ['oversight'],
  consumes: [personalDataShown.type],
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const rows = events.flatMap(({ seq, data }) =>
      (data as unknown as RecordLooks).looks
        .flatMap(({ subjects, ...look }) => subjects.map((subject) => ({ ...look, subject })))
        .map((look, place) => ({ seq: String(seq), place, ...look })),
    );
    await tx.query(
      `insert into ${table()} (tenant_id, seq, place, subject, at, principal_id, user_id, operation_id, channel, request_id)
        select $1, r.seq, r.place, r.subject, r.at, r."principalId", r."userId", r."operationId", r.channel, r."requestId"
        from json_to_recordset($2::json) as r (seq bigint, place int, subject text, at timestamptz, "principalId" text, "userId" text,
          "operationId" text, channel text, "requestId" text)`,
      [tenantId, JSON.stringify(rows)],
    );
  },
});

/** What a list of looks is narrowed by. */
export interface LookFilter {
  readonly subject?: string | undefined;
  readonly principalId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A look as it is listed. */
export interface LookRow {
  readonly seq: bigint;
  readonly place: number;
  readonly subject: string;
  readonly at: string;
  readonly principalId: string;
  readonly userId: string | null;
  readonly operationId: string;
  readonly channel: string;
  readonly requestId: string;
}

/** Looks, newest first. @param before the place of the last one shown */
export const listLooks = async (
  tx: Transaction,
  tenantId: string,
  { subject, principalId, from, to }: LookFilter,
  { before, limit }: { readonly before?: readonly [string, number] | undefined; readonly limit: number },
): Promise<readonly LookRow[]> => {
  const values: unknown[] = [tenantId];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'l.tenant_id = $1',
    ...(before === undefined ? [] : [`(l.seq, l.place) < (${put(before[0])}::bigint, ${put(before[1])}::int)`]),
    ...(subject === undefined ? [] : [`l.subject = ${put(subject)}`]),
    // A person is found under its own id and behind its keys.
    ...(principalId === undefined ? [] : [`${put(principalId)} in (l.principal_id, l.user_id)`]),
    ...(from === undefined ? [] : [`l.at >= ${put(from)}`]),
    ...(to === undefined ? [] : [`l.at < ${put(to)}`]),
  ];
  const { rows } = await tx.query<LookRow>(
    `select l.seq, l.place, l.subject, l.at, l.principal_id as "principalId", l.user_id as "userId", l.operation_id as "operationId", l.channel,
      l.request_id as "requestId" from ${tableName(looksView)} l where ${conditions.join(' and ')} order by l.seq desc, l.place desc limit ${put(limit)}`,
    values,
  );
  return rows;
};
