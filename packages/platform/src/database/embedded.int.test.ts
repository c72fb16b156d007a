import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedFault, type EmbeddedServer, startEmbedded } from './embedded.ts';
import { isServerOf } from './embedded-cluster.ts';
import { createPool } from './pool.ts';
import { processIdentity } from './process-identity.ts';

// Other processes run the build; it is what they would run in production.
const build = new URL('../../dist/database/embedded.js', import.meta.url);

const program = `
  import { startEmbedded } from ${JSON.stringify(build.href)};
  const server = await startEmbedded({ dataFolder: process.argv[1] });
  console.log(JSON.stringify({ pid: server.pid, attached: server.attached, host: server.adminConnection.host }));
  process.stdin.once('data', async () => { await server.stop(); process.exit(0); });`;

interface Started {
  readonly child: ChildProcess;
  readonly server: { readonly pid: number; readonly attached: boolean; readonly host: string };
}

let seed: string;
let parent: string;
let dataFolder: string;
let servers: EmbeddedServer[];
let children: ChildProcess[];

beforeAll(async () => {
  if (!existsSync(build))
    throw new Error('These tests start processes from dist/: run `npx tsc -b packages/platform` first.');
  // Made once and copied: most tests are not about the first start.
  seed = mkdtempSync(join(tmpdir(), 'embedded-seed-'));
  await (await startEmbedded({ dataFolder: seed })).stop();
});

afterAll(() => rmSync(seed, { recursive: true, force: true }));

beforeEach(() => {
  // Every test lies below a folder only we may enter.
  parent = mkdtempSync(join(tmpdir(), 'embedded-'));
  chmodSync(parent, 0o700);
  dataFolder = join(parent, 'deep', 'bank');
  mkdirSync(dirname(dataFolder));
  execFileSync('cp', ['-a', seed, dataFolder]);
  servers = [];
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(kill));
  await Promise.all(servers.map((server) => server.stop()));
  // What is left belongs to killed children.
  if (existsSync(join(dataFolder, 'postgres', 'postmaster.pid'))) await (await startEmbedded({ dataFolder })).stop();
  rmSync(parent, { recursive: true, force: true });
});

const start = async (): Promise<EmbeddedServer> => {
  const server = await startEmbedded({ dataFolder });
  servers.push(server);
  return server;
};

const spawnChild = (): ChildProcess => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, dataFolder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
};

const startInChild = async (): Promise<Started> => {
  const child = spawnChild();
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString('utf8')));
    child.once('exit', () => reject(new Error('The child ended before its server was ready.')));
  });
  return { child, server: JSON.parse(line) as Started['server'] };
};

const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = ended(child);
  child.kill('SIGKILL');
  await end;
};

const gone = async (pid: number): Promise<void> => {
  while ((await processIdentity(pid)) !== undefined) await pause(5);
};

const query = async (server: EmbeddedServer, sql: string): Promise<unknown[]> => {
  const { host, port, user, database } = server.adminConnection;
  const client = new pg.Client({ host, port, user, database });
  // A killed server also reports on the client; the query is rejected all the same.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<{ value: unknown }>(sql)).rows.map(({ value }) => value);
  } finally {
    await client.end();
  }
};

describe('the embedded PostgreSQL', () => {
  it('is a durable UTF-8 server with checksums that nobody else can reach', async () => {
    const server = await start();
    const shown = async (setting: string): Promise<unknown> =>
      (await query(server, `select current_setting('${setting}') as value`))[0];
    expect(await shown('server_encoding')).toBe('UTF8');
    expect(
      await query(
        server,
        "select datlocprovider::text || datlocale as value from pg_database where datname = 'postgres'",
      ),
    ).toEqual(['bC.UTF-8']);
    expect(await shown('data_checksums')).toBe('on');
    expect(await shown('fsync')).toBe('on');
    expect(await shown('synchronous_commit')).toBe('on');
    expect(await shown('listen_addresses')).toBe('');
    expect(await shown('jit')).toBe('off');
    expect(await shown('TimeZone')).toBe('UTC');
    expect(readFileSync(`/proc/${server.pid}/environ`, 'utf8')).not.toContain('HOME=');
  });

  it('keeps what was written over a stop and a start', async () => {
    const first = await start();
    await query(first, 'create table kept as select 42 as value');
    await first.stop();
    expect(await processIdentity(first.pid)).toBeUndefined();
    expect(existsSync(first.adminConnection.host)).toBe(false);
    const second = await start();
    expect(second.attached).toBe(false);
    expect(await query(second, 'select value from kept')).toEqual([42]);
  });

  it('is joined by a second process and stopped by the last one out', async () => {
    const first = await startInChild();
    const second = await start();
    expect(first.server.attached).toBe(false);
    expect(second.attached).toBe(true);
    expect(second.pid).toBe(first.server.pid);

    const end = ended(first.child);
    first.child.stdin?.write('stop\n');
    await end;
    expect(await query(second, 'select 1 as value')).toEqual([1]);
    await second.stop();
    await second.stop();
    expect(await processIdentity(second.pid)).toBeUndefined();
  });

  it('counts two uses by one process as two', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(first.pid).toBe(second.pid);
    await first.stop();
    expect(await query(second, 'select 1 as value')).toEqual([1]);
  });

  it('starts once when many processes start together on a new folder', async () => {
    dataFolder = join(parent, 'new');
    const started = await Promise.all([startInChild(), startInChild(), startInChild(), startInChild()]);
    expect(new Set(started.map(({ server }) => server.pid)).size).toBe(1);
    expect(started.filter(({ server }) => !server.attached)).toHaveLength(1);
  });

  it('survives a kill -9 of the process that started it, is joined by the next, and the dead one no longer counts', async () => {
    const { child, server } = await startInChild();
    await kill(child);
    const next = await start();
    expect(next.attached).toBe(true);
    expect(next.pid).toBe(server.pid);
    expect(await query(next, 'select 1 as value')).toEqual([1]);
    await next.stop();
    expect(await processIdentity(server.pid)).toBeUndefined();
  });

  it('recovers what was committed after a kill -9 of the server', async () => {
    const first = await start();
    await query(first, 'create table kept as select 42 as value');
    process.kill(first.pid, 'SIGKILL');
    await gone(first.pid);
    const second = await start();
    expect(second.attached).toBe(false);
    expect(await query(second, 'select value from kept')).toEqual([42]);
    expect(second.adminConnection.host).toBe(first.adminConnection.host);
  });

  it('comes back at the same address when it is revived, for every process that uses it', async () => {
    const first = await start();
    const second = await start();
    const { host, port, user, database } = first.adminConnection;
    const pool = createPool({ host, port, user, database }, { applicationName: 'survivor' });
    await pool.query('create table kept as select 42 as value');
    const dead = first.pid;
    process.kill(dead, 'SIGKILL');
    await gone(dead);
    await expect(pool.query('select 1')).rejects.toThrow(/terminat|ECONN|ENOENT/);
    await Promise.all([first.revive(), second.revive()]);
    expect((await pool.query('select value from kept')).rows).toEqual([{ value: 42 }]);
    expect(first.pid).not.toBe(dead);
    expect(second.pid).toBe(first.pid);
    await pool.end();
  });

  it('waits for the busy children of a killed server, and ends them, before it starts again', async () => {
    const first = await start();
    const busy = query(first, 'select count(*) as value from generate_series(1, 1e12) n where n * n < 0').catch(
      () => [],
    );
    const cluster = join(dataFolder, 'postgres');
    await pause(200);
    process.kill(first.pid, 'SIGKILL');
    await gone(first.pid);
    const second = await start();
    expect(await query(second, 'select 1 as value')).toEqual([1]);
    await busy;
    expect(isServerOf(cluster, second.pid)).toBe(true);
  });

  it('starts although the id in its stale pid file now belongs to somebody else', async () => {
    const first = await start();
    const cluster = join(dataFolder, 'postgres');
    const pidFile = readFileSync(join(cluster, 'postmaster.pid'), 'utf8');
    await first.stop();
    const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {});
    children.push(stranger);
    writeFileSync(join(cluster, 'postmaster.pid'), pidFile.replace(/^\d+/, String(stranger.pid)), { mode: 0o600 });
    const second = await start();
    expect(second.attached).toBe(false);
    expect(await query(second, 'select 1 as value')).toEqual([1]);
  });

  it('is started anew when something swept its socket away', async () => {
    const first = await startInChild();
    rmSync(first.server.host, { recursive: true });
    const second = await start();
    expect(second.attached).toBe(false);
    expect(await query(second, 'select 1 as value')).toEqual([1]);
  });

  it('comes up after a kill -9 at any moment of the first start', { timeout: 60_000 }, async () => {
    dataFolder = join(parent, 'new');
    for (const delay of [60, 120, 200, 300, 450, 600]) {
      const child = spawnChild();
      await pause(delay);
      await kill(child);
    }
    const server = await start();
    expect(await query(server, 'select 1 as value')).toEqual([1]);
    expect(readdirSync(dataFolder).filter((name) => name.startsWith('draft-'))).toEqual([]);
  });

  it('says why it did not start', async () => {
    await (await start()).stop();
    const outcome = await startEmbedded({ dataFolder, settings: { shared_buffers: 'much' } }).catch(
      (error: unknown) => error,
    );
    expect(outcome).toBeInstanceOf(EmbeddedFault);
    expect((outcome as EmbeddedFault).message).toContain('invalid value for parameter "shared_buffers"');
    expect(existsSync(join(dataFolder, 'run', 'socket-folder'))).toBe(false);

    mkdirSync(join(parent, 'old', 'postgres'), { recursive: true });
    writeFileSync(join(parent, 'old', 'postgres', 'PG_VERSION'), '15\n');
    await expect(startEmbedded({ dataFolder: join(parent, 'old') })).rejects.toThrow('made by PostgreSQL 15');
  });
});
