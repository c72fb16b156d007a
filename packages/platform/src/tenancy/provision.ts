import type { PoolClient } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import type { ConnectionSettings } from '../database/connection.ts';
import { migrate } from '../database/migrate.ts';
import { createPool } from '../database/pool.ts';
import type { ContextModule } from '../module.ts';
import { createTable } from '../view/ensure.ts';
import { tableName } from '../view/view.ts';
import { type RoleConnections, roleConnections, roleVerifier } from './role-passwords.ts';
import { NotServable, servingRoles } from './roles.ts';

/** What a context needs to exist in the database. */
export type ProvisionedModule = Pick<ContextModule, 'name'> & {
  /** A context that records nothing has no partition. */
  readonly events?: readonly Pick<ContextModule['events'][number], 'type'>[];
  readonly tables: readonly Pick<ContextModule['tables'][number], 'ddl'>[];
  readonly views: readonly Pick<ContextModule['views'][number], 'name' | 'version' | 'tables'>[];
};

/** What to provision. */
export interface ProvisionOptions {
  readonly modules: readonly ProvisionedModule[];
  /**
   * Gives the serving roles passwords derived from these 32 bytes. Without it they have none, which only a server behind a private unix socket
   * (the embedded one) may allow.
   */
  readonly passwords?: { readonly masterKey: Uint8Array };
}

/** A database that is ready, and how to enter it. */
export interface Provisioned extends RoleConnections {
  /** Migrations, contexts and tables made by this run; empty when everything was there. */
  readonly created: readonly string[];
}

// Any constant does, as long as every release uses the same one; the migrations take another one inside it.
const advisoryLock = '7032110842117';
const platformSql = new URL('../../sql/', import.meta.url);

/**
 * Brings a database to this release: migrations, one event partition per context, the tables of locked and subscribed views, the platform
 * tenant, the roles' passwords, planner statistics. Every process may run it at every start: processes take turns, and whoever finds
 * everything in place changes nothing.
 * @param admin a superuser, or a role that may create roles (BYPASSRLS among them)
 * @throws NotServable on a PostgreSQL that is too old; MigrationFault; TypeError when a password is missing
 */
export const provision = async (admin: ConnectionSettings, options: ProvisionOptions): Promise<Provisioned> => {
  if (options.passwords === undefined && !admin.host.startsWith('/')) {
    throw new TypeError('A server that is reached over TCP needs passwords for its roles: set FINAEGIS_MASTER_KEY.');
  }
  const pool = createPool(admin, { applicationName: 'finaegis-provision', max: 2, pipeline: false });
  const client = await pool.connect().catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  try {
    await requireVersion(client);
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    const { applied } = await migrate(pool, [{ folder: platformSql, table: 'finaegis_migrations' }]);
    const created = [
      ...applied,
      ...(await createContexts(client, options.modules)),
      ...(await createTables(client, options.modules)),
    ];
    await createPlatformTenant(client);
    if (options.passwords !== undefined) await setPasswords(client, options.passwords.masterKey);
    // A statement planned while PostgreSQL believes a table empty stays slow for as long as its connection lives.
    if (created.length > 0) await analyse(client);
    return { ...roleConnections(admin, options.passwords?.masterKey), created };
  } finally {
    // Closing the session also gives the lock back, whatever happened.
    client.release(true);
    await pool.end();
  }
};

const requireVersion = async (client: PoolClient): Promise<void> => {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < 170_000)
    throw new NotServable(
      'server_too_old',
      `PostgreSQL 17 or newer is required, this is ${Math.floor(version / 10_000)}.`,
    );
};

const asOwner = async <T>(client: PoolClient, work: () => Promise<T>): Promise<T> => {
  await client.query('begin');
  try {
    await client.query('set local role finaegis_owner');
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
};

const isThere = async (client: PoolClient, table: string): Promise<boolean> => {
  const { rows } = await client.query<{ is_there: boolean }>('select to_regclass($1) is not null as is_there', [table]);
  return rows[0]?.is_there === true;
};

const createContexts = async (
  client: PoolClient,
  modules: readonly ProvisionedModule[],
): Promise<readonly string[]> => {
  const created: string[] = [];
  for (const { name, events } of modules) {
    if (events?.length === 0) continue;
    // The name becomes part of identifiers and of statements' texts.
    if (!/^[a-z][a-z_]{0,30}$/.test(name)) throw new TypeError(`"${name}" is not a name for a context.`);
    if (await isThere(client, `${name}_events`)) continue;
    await asOwner(client, () => client.query('select finaegis_create_context($1)', [name]));
    created.push(`${name}_events`);
  }
  return created;
};

const createTables = async (client: PoolClient, modules: readonly ProvisionedModule[]): Promise<readonly string[]> => {
  const locked = modules.flatMap(({ tables }) => tables.flatMap(({ ddl }) => ddl ?? []));
  const subscribed = modules.flatMap(({ views }) =>
    views.flatMap((view) =>
      view.tables.map(({ suffix, create }) => ({ name: tableName(view as never, suffix), create })),
    ),
  );
  const created: string[] = [];
  for (const { name, create } of [...locked, ...subscribed]) {
    if (await isThere(client, name)) continue;
    await asOwner(client, () => createTable(client, name, create(name)));
    created.push(name);
  }
  return created;
};

/** The tenant of reference data and of the register of tenants. It is older than every event, so no event creates it. */
const createPlatformTenant = async (client: PoolClient): Promise<void> => {
  await asOwner(client, async () => {
    await client.query(
      "insert into tenants (tenant_id, name, status, created_at) values ($1, 'platform', 'active', clock_timestamp()) on conflict do nothing",
      [platformTenantId],
    );
    await client.query('insert into tenant_heads (tenant_id) values ($1) on conflict do nothing', [platformTenantId]);
  });
};

const setPasswords = async (client: PoolClient, masterKey: Uint8Array): Promise<void> => {
  for (const role of servingRoles) {
    // The verifier consists of base64, digits and $ only, so it cannot end the literal.
    await again(() => client.query(`alter role ${role} password '${roleVerifier(masterKey, role)}'`));
  }
};

/** Roles belong to the cluster, so a process that provisions another database of it may touch the same row at the same moment. */
const again = async (work: () => Promise<unknown>, tries = 10): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (tries === 1 || !/tuple concurrently updated/.test((error as Error).message)) throw error;
    await again(work, tries - 1);
  }
};

const analyse = async (client: PoolClient): Promise<void> => {
  await client.query('set role finaegis_owner');
  await client.query('analyze');
  await client.query('reset role');
};
