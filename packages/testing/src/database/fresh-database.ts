import { randomBytes } from 'node:crypto';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { startEmbedded } from '@finaegis/platform/database/embedded';
import { createPool } from '@finaegis/platform/database/pool';
import { inject } from 'vitest';
import type {} from './shared-cluster.ts';

/** A database of its own for one test file. */
export interface FreshDatabase {
  /** As the superuser of the run's private cluster. */
  readonly adminConnection: ConnectionSettings;
  /** Ends whoever is connected and removes it. */
  drop(): Promise<void>;
}

/** A database made once per test run and copied for every test file that names it. */
export interface DatabaseTemplate {
  /** Lower case letters, digits and underscores. The same name is the same content. */
  readonly name: string;
  /** Fills it, for example by migrating. Must have closed its connections when it returns. */
  prepare(adminConnection: ConnectionSettings): Promise<void>;
}

/**
 * A new database in the run's private cluster: empty, or a copy of the template.
 * Roles belong to the whole cluster and are shared by all test files. What is not dropped disappears with the cluster at the end of the run.
 */
export const freshDatabase = async (template?: DatabaseTemplate): Promise<FreshDatabase> => {
  const cluster = await runningCluster();
  const source = template === undefined ? 'template0' : await preparedTemplate(cluster, template);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(cluster, `create database ${name} template ${source}`);
  return {
    adminConnection: { ...cluster, database: name },
    drop: () => execute(cluster, `drop database if exists ${name} with (force)`),
  };
};

let cluster: Promise<ConnectionSettings> | undefined;

/** Started by the first worker that needs it, joined by the others; stopped by shared-cluster.ts when the run ends. */
const runningCluster = (): Promise<ConnectionSettings> => {
  cluster ??= startEmbedded({
    dataFolder: inject('testDataFolder'),
    settings: { shared_buffers: '64MB', max_connections: '200' },
  }).then((server) => server.adminConnection);
  return cluster;
};

const preparedTemplate = async (admin: ConnectionSettings, { name, prepare }: DatabaseTemplate): Promise<string> => {
  if (!/^[a-z0-9_]{1,40}$/.test(name)) throw new TypeError(`"${name}" is not a name for a template database.`);
  const pool = createPool(admin, { applicationName: 'finaegis-test-template', max: 1 });
  const client = await pool.connect();
  try {
    // Test files run in several processes; one of them prepares, the others wait.
    await client.query('select pg_advisory_lock(7032110842116)');
    const { rowCount } = await client.query('select from pg_database where datname = $1', [`template_${name}`]);
    if (rowCount === 0) {
      await client.query(`drop database if exists draft_${name} with (force)`);
      await client.query(`create database draft_${name} template template0`);
      await prepare({ ...admin, database: `draft_${name}` });
      // Under its final name only when whole.
      await client.query(`alter database draft_${name} rename to template_${name}`);
    }
    return `template_${name}`;
  } finally {
    // Closing the session also gives the lock back.
    client.release(true);
    await pool.end();
  }
};

const execute = async (admin: ConnectionSettings, sql: string): Promise<void> => {
  const pool = createPool(admin, { applicationName: 'finaegis-test-database', max: 1 });
  try {
    await pool.query(sql);
  } finally {
    await pool.end();
  }
};
