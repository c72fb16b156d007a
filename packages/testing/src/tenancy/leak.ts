import { randomUUID } from 'node:crypto';
import type { ClientBase, QueryResult } from 'pg';
import { type Relation, readRelations } from './catalog.ts';
import { tablesInTenancy } from './inspect.ts';

const roles = ['finaegis_read', 'finaegis_write'] as const;

/** Two tenants; the first attacks the second, then the second the first. */
export interface Rivals {
  readonly tenantA: string;
  readonly tenantB: string;
}

/** What an attack found, and how much it attacked: an attack on nothing also finds nothing. */
export interface AttackReport {
  readonly findings: readonly string[];
  readonly tables: readonly string[];
  readonly partitions: readonly string[];
}

/**
 * Puts rows of two tenants into every table inside tenancy, and tries as each serving role to see and change the other tenant's rows, with one
 * tenant set and with none; and to change events as anybody at all. Everything happens in one transaction that is rolled back.
 * @param client a superuser's connection
 */
export const attackTenancy = async (client: ClientBase, { tenantA, tenantB }: Rivals): Promise<AttackReport> => {
  await client.query('begin');
  try {
    const tables = await tablesInTenancy(client);
    const partitions = (await readRelations(client)).filter(({ isPartition }) => isPartition);
    const findings: string[] = [];
    for (const table of tables) {
      const rows = await fill(client, table, partitions, [tenantA, tenantB]);
      for (const role of roles) {
        findings.push(...(await attackTable(client, { table, role, own: tenantA, other: tenantB, sample: rows })));
        findings.push(...(await attackTable(client, { table, role, own: tenantB, other: tenantA, sample: rows })));
      }
    }
    for (const partition of partitions) findings.push(...(await attackPartition(client, partition, tenantA)));
    for (const name of ['events', ...partitions.filter(({ parent }) => parent === 'events').map(({ name }) => name)])
      findings.push(...(await attackEvents(client, name, [tenantA, tenantB])));
    return { findings, tables: tables.map(({ name }) => name), partitions: partitions.map(({ name }) => name) };
  } finally {
    await client.query('rollback');
  }
};

type Row = Readonly<Record<string, string>>;

/** Two rows per tenant, one set for each partition; gives back a row of each tenant that was not inserted, for the attacks. */
const fill = async (
  client: ClientBase,
  table: Relation,
  partitions: readonly Relation[],
  tenants: readonly string[],
): Promise<ReadonlyMap<string, Row>> => {
  const parts = partitions.filter(({ parent }) => parent === table.name);
  for (const { name, constraints } of [table, ...parts])
    for (const constraint of constraints)
      await client.query(`alter table ${name} drop constraint if exists "${constraint}" cascade`);
  const keys =
    parts.length === 0 ? [{}] : parts.map(({ bound }) => ({ context: /'([^']+)'/.exec(bound ?? '')?.[1] ?? '' }));
  for (const tenant of tenants)
    for (const key of keys)
      for (let n = 0; n < 2; n++) await insert(client, table.name, { ...sampleRow(table, tenant), ...key });
  return new Map(tenants.map((tenant) => [tenant, { ...sampleRow(table, tenant), ...keys[0] }]));
};

let counter = 1_000;

const sampleRow = ({ name: table, columns }: Relation, tenant: string): Row => {
  const row: Record<string, string> = {};
  for (const { name, type, isRequired } of columns) {
    if (name === 'tenant_id') row[name] = tenant;
    else if (isRequired) row[name] = sampleValue(type, `${table}.${name}`);
  }
  return row;
};

const sampleValue = (type: string, column: string): string => {
  counter += 1;
  if (type.endsWith('[]')) return '{}';
  if (type === 'uuid') return randomUUID();
  if (/^(smallint|integer|bigint|numeric|double precision)/.test(type)) return String(counter);
  if (/^(text|character)/.test(type)) return `s${counter}`;
  if (type.startsWith('timestamp')) return '2026-01-02T03:04:05.678Z';
  if (type === 'date') return '2026-01-02';
  if (type === 'boolean') return 'false';
  if (/^jsonb?$/.test(type)) return '{}';
  if (type === 'bytea') return '\\x00';
  throw new Error(`The leak test has no value of type ${type} for ${column}; teach it one.`);
};

const insert = (client: ClientBase, table: string, row: Row): Promise<QueryResult> => {
  const names = Object.keys(row);
  return client.query(
    `insert into ${table} (${names.map((name) => `"${name}"`).join()}) values (${names.map((_, index) => `$${index + 1}`).join()})`,
    Object.values(row),
  );
};

interface Attempt {
  readonly role: string;
  readonly tenants: readonly string[];
}

/** What one statement did as a role with tenants set: how many rows, of which tenants, or the SQLSTATE that refused it. Nothing of it stays. */
const attempt = async (
  client: ClientBase,
  { role, tenants }: Attempt,
  run: () => Promise<QueryResult>,
): Promise<{ readonly refused: string } | { readonly count: number; readonly tenants: readonly string[] }> => {
  await client.query('savepoint attempt');
  await client.query(`set local role ${role}`);
  await client.query("select set_config('app.tenants', $1, true)", [tenants.join()]);
  try {
    const { rowCount, rows } = await run();
    return {
      count: rowCount ?? 0,
      tenants: [...new Set((rows as { tenant_id?: string }[]).flatMap(({ tenant_id }) => tenant_id ?? []))],
    };
  } catch (error) {
    return { refused: (error as { code?: string }).code ?? String(error) };
  } finally {
    await client.query('rollback to savepoint attempt');
  }
};

interface TableAttack {
  readonly table: Relation;
  readonly role: string;
  readonly own: string;
  readonly other: string;
  readonly sample: ReadonlyMap<string, Row>;
}

const attackTable = async (
  client: ClientBase,
  { table: { name, grants }, role, own, other, sample }: TableAttack,
): Promise<readonly string[]> => {
  const findings: string[] = [];
  const may = (privilege: string): boolean =>
    grants.some((grant) => grant.grantee === role && grant.privilege === privilege);
  const find = (what: string): number => findings.push(`${role} ${what} in ${name}`);
  const tries = (
    tenants: readonly string[],
    sql: string,
    values: readonly unknown[] = [],
  ): ReturnType<typeof attempt> => attempt(client, { role, tenants }, () => client.query(sql, [...values]));

  const seen = await tries([own], `select tenant_id from ${name}`);
  if ('tenants' in seen && seen.tenants.includes(other)) find('sees another tenant');
  // Without this the other checks would pass on a table that shows nothing to anybody.
  if (may('SELECT') && !('tenants' in seen && seen.tenants.includes(own))) find('does not see its own tenant');
  const blind = await tries([], `select tenant_id from ${name}`);
  if ('count' in blind && blind.count > 0) find('sees rows without a tenant');

  // A condition on a tenant shows what an attacker would ask for; RETURNING shows what was hit without one.
  for (const change of [`update ${name} set tenant_id = tenant_id`, `delete from ${name}`]) {
    const hit = await tries([own], `${change} returning tenant_id`);
    if ('tenants' in hit && hit.tenants.includes(other)) find(`changes another tenant (${change})`);
    const aimed = await tries([own], `${change} where tenant_id = $1`, [other]);
    if ('count' in aimed && aimed.count > 0) find(`changes another tenant when it asks for it (${change})`);
    const unset = await tries([], change);
    if ('count' in unset && unset.count > 0) find(`changes rows without a tenant (${change})`);
  }
  const moved = await tries([own], `update ${name} set tenant_id = $1`, [other]);
  if ('count' in moved && moved.count > 0) find('gives rows to another tenant');
  const truncated = await tries([own], `truncate ${name}`);
  if ('count' in truncated) find('truncates');

  const foreign = await attempt(client, { role, tenants: [own] }, () => insert(client, name, sample.get(other) ?? {}));
  if (!('refused' in foreign) || foreign.refused !== '42501')
    find(`inserts for another tenant (${JSON.stringify(foreign)})`);
  const own_ = await attempt(client, { role, tenants: [own] }, () => insert(client, name, sample.get(own) ?? {}));
  if (may('INSERT') && 'refused' in own_) find(`cannot insert for its own tenant (${own_.refused})`);
  return findings;
};

/** A partition asked directly would be held by its own policy only; the serving roles may not ask it at all. */
const attackPartition = async (client: ClientBase, { name }: Relation, own: string): Promise<readonly string[]> => {
  const findings: string[] = [];
  for (const role of [...roles, 'finaegis_system']) {
    const seen = await attempt(client, { role, tenants: [own] }, () => client.query(`select tenant_id from ${name}`));
    if (!('refused' in seen) || seen.refused !== '42501')
      findings.push(`${role} may read the partition ${name} directly`);
  }
  return findings;
};

/** Nobody changes an event: the serving roles have no right to, and the owner and the superuser meet the trigger. */
const attackEvents = async (
  client: ClientBase,
  name: string,
  tenants: readonly string[],
): Promise<readonly string[]> => {
  const findings: string[] = [];
  const expected = {
    finaegis_read: '42501',
    finaegis_write: '42501',
    finaegis_system: '42501',
    finaegis_owner: 'FA002',
    postgres: 'FA002',
  };
  for (const [role, code] of Object.entries(expected)) {
    for (const change of [`update ${name} set type = 'Forged'`, `delete from ${name}`, `truncate ${name}`]) {
      const result = await attempt(client, { role: role === 'postgres' ? 'none' : role, tenants }, () =>
        client.query(change),
      );
      if (!('refused' in result) || result.refused !== code)
        findings.push(`${role} is not stopped with ${code} at: ${change} (${JSON.stringify(result)})`);
    }
  }
  return findings;
};
