import type { Transaction } from '../database/transaction.ts';
import type { LoggedEvent } from '../event-store/event.ts';
import { defineView, type View } from '../view/view.ts';
import type { SecurityEvent } from './security-event.ts';

const linesDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  seq bigint not null,
  place int not null,
  at timestamptz(3) not null,
  kind text not null,
  principal_id text not null,
  user_id text,
  about text not null,
  detail text,
  count int not null,
  request_id text not null,
  primary key (tenant_id, seq, place)
);
create index on ${name} (tenant_id, kind, seq, place);
create index on ${name} (tenant_id, about, seq, place);
create index on ${name} (tenant_id, principal_id, seq, place)`;

const namesDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  about text not null,
  user_id text not null,
  primary key (tenant_id, about)
)`;

const name = 'oversight_security';
const version = 1;

/** What contexts declare as theirs, by the context that records it. */
export type SecurityEvents = readonly { readonly context: string; readonly events: readonly SecurityEvent[] }[];

/** Everything that happened to the doors of a tenant. Whoever declares another event raises the version, so that those before it are folded too. */
export const createSecurityView = (declared: SecurityEvents): View => {
  const byType = new Map(declared.flatMap(({ events }) => events.map((event) => [event.type, event])));
  return defineView({
    name,
    version,
    contexts: [...new Set(declared.map(({ context }) => context))],
    consumes: [...byType.keys()],
    tables: [
      { suffix: '', create: linesDdl },
      { suffix: 'names', create: namesDdl },
    ],
    apply: async (tx, { tenantId, table }, events) => {
      await insertLines(
        tx,
        { tenantId, table: table() },
        events.flatMap((event) => rowsOf(byType.get(event.type), event)),
      );
      const names = events.flatMap(({ type, data }) => byType.get(type)?.nameOf?.(data) ?? []);
      await setNames(tx, { tenantId, table: table('names') }, names);
    },
  });
};

const rowsOf = (declared: SecurityEvent | undefined, event: LoggedEvent) =>
  (declared?.linesOf?.(event) ?? []).map((line, place) => ({
    seq: String(event.seq),
    place,
    at: line.at ?? event.bookedAt,
    kind: line.kind,
    principal_id: line.principalId ?? event.metadata.actor,
    user_id: line.userId ?? null,
    about: line.about,
    detail: line.detail ?? null,
    count: line.count ?? 1,
    request_id: event.metadata.correlation,
  }));

interface Target {
  readonly tenantId: string;
  readonly table: string;
}

const insertLines = async (
  tx: Transaction,
  { tenantId, table }: Target,
  rows: readonly ReturnType<typeof rowsOf>[number][],
): Promise<void> => {
  if (rows.length === 0) return;
  await tx.query(
    `insert into ${table} (tenant_id, seq, place, at, kind, principal_id, user_id, about, detail, count, request_id)
      select $1, r.* from json_to_recordset($2::json) as r (seq bigint, place int, at timestamptz, kind text, principal_id text, user_id text,
        about text, detail text, count int, request_id text)`,
    [tenantId, JSON.stringify(rows)],
  );
};

const setNames = async (
  tx: Transaction,
  { tenantId, table }: Target,
  names: readonly { readonly about: string; readonly userId: string }[],
): Promise<void> => {
  // The last word on each counts; one statement cannot say two of them about one row.
  const last = new Map(names.map(({ about, userId }) => [about, userId]));
  if (last.size === 0) return;
  await tx.query(
    `insert into ${table} (tenant_id, about, user_id) select $1, * from unnest($2::text[], $3::text[])
      on conflict (tenant_id, about) do update set user_id = excluded.user_id`,
    [tenantId, [...last.keys()], [...last.values()]],
  );
};

/** What a list of such lines is narrowed by. */
export interface SecurityFilter {
  readonly kind?: string | undefined;
  readonly principalId?: string | undefined;
  readonly about?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A line as it is listed. */
export interface SecurityRow {
  readonly seq: bigint;
  readonly place: number;
  readonly at: string;
  readonly kind: string;
  readonly principalId: string;
  readonly userId: string | null;
  readonly about: string;
  readonly detail: string | null;
  readonly count: number;
  readonly requestId: string;
}

/** Lines, newest first. @param before the place of the last one shown */
export const listSecurity = async (
  tx: Transaction,
  tenantId: string,
  { kind, principalId, about, from, to }: SecurityFilter,
  { before, limit }: { readonly before?: readonly [string, number] | undefined; readonly limit: number },
): Promise<readonly SecurityRow[]> => {
  const values: unknown[] = [tenantId];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'l.tenant_id = $1',
    ...(before === undefined ? [] : [`(l.seq, l.place) < (${put(before[0])}::bigint, ${put(before[1])}::int)`]),
    ...(kind === undefined ? [] : [`l.kind = ${put(kind)}`]),
    ...(principalId === undefined ? [] : [`${put(principalId)} in (l.principal_id, l.user_id, n.user_id)`]),
    ...(about === undefined ? [] : [`l.about = ${put(about)}`]),
    ...(from === undefined ? [] : [`l.at >= ${put(from)}`]),
    ...(to === undefined ? [] : [`l.at < ${put(to)}`]),
  ];
  const { rows } = await tx.query<SecurityRow>(
    `select l.seq, l.place, l.at, l.kind, l.principal_id as "principalId", coalesce(l.user_id, n.user_id) as "userId", l.about, l.detail, l.count,
      l.request_id as "requestId" from ${name}_v${version} l
      left join ${name}_names_v${version} n on n.tenant_id = l.tenant_id and n.about = l.about
      where ${conditions.join(' and ')} order by l.seq desc, l.place desc limit ${put(limit)}`,
    values,
  );
  return rows;
};
