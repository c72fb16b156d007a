import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { AuditBundle } from '@finaegis/kernel/audit-bundle';
import { openHeadsFile } from '@finaegis/platform/audit/heads-file';
import { startSealer } from '@finaegis/platform/audit/sealer';
import { signingKeyOf } from '@finaegis/platform/audit/signing-key';
import { type EmbeddedServer, startEmbedded } from '@finaegis/platform/database/embedded';
import { createPool } from '@finaegis/platform/database/pool';
import { roleConnections } from '@finaegis/platform/tenancy/role-passwords';
import { demoTenantId } from '@finaegis/server/demo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './cli.ts';

let folder: string;
let server: EmbeddedServer;
let publicKey: string;

interface Ran {
  readonly code: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Calls the CLI as an operator would; without a database where the test says so. */
const finaegis = async (args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ran> => {
  const pieces: string[] = [];
  const stdout = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece.toString());
      done();
    },
  });
  const stderr = new Writable({ write: (_piece, _encoding, done) => done() });
  const its = environment ?? { FINAEGIS_DATA: join(folder, 'data') };
  const code = await runCli([...args, '--json'], its, { stdout, stderr });
  const line = pieces.join('').trim();
  return { code, json: line.startsWith('{') ? (JSON.parse(line) as Ran['json']) : {} };
};

const path = (name: string): string => join(folder, name);
const query = async (text: string): Promise<readonly Readonly<Record<string, string>>[]> => {
  const pool = createPool(server.adminConnection, { applicationName: 'finaegis-cli-test', max: 1 });
  try {
    return (await pool.query<Record<string, string>>(text)).rows;
  } finally {
    await pool.end();
  }
};

/** Seals everything with the key the installation made for itself, and exports the heads. */
const seal = async (): Promise<void> => {
  const systemPool = createPool(roleConnections(server.adminConnection).system, { applicationName: 'test-sealer' });
  const key = signingKeyOf(Buffer.from(await readFile(join(folder, 'data', 'audit.key'), 'utf8'), 'hex'));
  publicKey = Buffer.from(key.publicKey).toString('hex');
  const sealer = startSealer({ systemPool, key, pollMs: 10, openSink: () => openHeadsFile(path('heads.jsonl')) });
  const [{ seq = '0' } = {}] = await query(`select seq::text from tenant_heads where tenant_id = '${demoTenantId}'`);
  expect(await sealer.sealed({ tenantId: demoTenantId, seq: BigInt(seq) }, 10_000)).toBe(true);
  await sealer.close();
  await systemPool.end();
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'finaegis-cli-audit-'));
  await finaegis(['migrate']);
  server = await startEmbedded({ dataFolder: join(folder, 'data', 'postgres') });
  await finaegis(['demo']);
  await seal();
}, 60_000);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the audit commands', { timeout: 60_000 }, () => {
  it('verify a log against its heads and those kept elsewhere, and say how fast', async () => {
    const beside = `--threads 2 --heads ${path('heads.jsonl')} --key ${publicKey}`.split(' ');
    const { code, json } = await finaegis(['audit', 'verify', '--tenant', 'Demo', ...beside]);
    expect({ code, ...json }).toMatchObject({ code: 0, isIntact: true, sealed: json['events'] });
    expect(json['eventsPerSecondPerCore']).toBeGreaterThan(0);
    expect(json['heads']).toBe(1);
    expect((await finaegis(['audit', 'verify', '--tenant', 'Demo', '--key', '00'.repeat(32)])).json).toMatchObject({
      fault: { code: 'key_not_trusted' },
    });
    expect((await finaegis(['audit', 'verify', '--key', 'abc'])).code).toBe(2);
  });

  it('verify the logs of all tenants, tell of each, and fail if one is wrong or missing', async () => {
    const all = ['audit', 'verify', '--all'];
    const { code, json } = await finaegis([...all, '--heads', path('heads.jsonl'), '--key', publicKey]);
    expect({ code, ...json }).toMatchObject({ code: 0, isIntact: true, intact: 2, wrong: 0 });
    const tenants = json['tenants'] as readonly Readonly<Record<string, unknown>>[];
    expect(tenants.map(({ name, isIntact }) => [name, isIntact])).toEqual([
      ['platform', true],
      ['Demo', true],
    ]);
    expect((await finaegis([...all, '--tenant', 'Demo'])).code).toBe(2);

    const [{ seq = '', type = '' } = {}] = await query(
      "select seq::text, type from tenancy_events where type = 'TenantCreated'",
    );
    const rename = (to: string) =>
      query(`alter table tenancy_events disable trigger user; update tenancy_events set type = '${to}' where seq = ${seq};
        alter table tenancy_events enable trigger user`);
    await rename('TenantForgotten');
    const wrong = await finaegis(all);
    await rename(type);
    expect(wrong).toMatchObject({ code: 1, json: { isIntact: false, intact: 1, wrong: 1 } });
    expect(wrong.json['tenants']).toMatchObject([
      { name: 'platform', isIntact: false, fault: { code: 'column_differs' } },
      { name: 'Demo', isIntact: true },
    ]);

    // A tenant that is in no register any more, and of whom only a head kept elsewhere tells.
    const [line = ''] = (await readFile(path('heads.jsonl'), 'utf8'))
      .split('\n')
      .filter((one) => one.includes('"head"'));
    await writeFile(
      path('more-heads.jsonl'),
      line.replace(/"tenant":"[^"]+"/, `"tenant":"${'9'.repeat(8)}-0000-4000-8000-000000000009"`),
    );
    const gone = await finaegis([...all, '--heads', path('more-heads.jsonl')]);
    expect(gone).toMatchObject({ code: 1, json: { intact: 2, wrong: 1 } });
  });

  it('begin a new epoch when that is confirmed and no process of the bank is connected', async () => {
    const epoch = async (): Promise<unknown> => (await query('select epoch from log_epoch'))[0]?.['epoch'];
    const before = await epoch();
    const again = ['migrate', '--new-epoch'];
    const unconfirmed = await finaegis(again);
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.json['error']).toMatch(/position_unknown.*say --yes/);
    const serving = createPool(roleConnections(server.adminConnection).write, { applicationName: 'finaegis-write' });
    await serving.query('select 1');
    const refused = await finaegis([...again, '--yes']);
    await serving.end();
    expect(refused.code).toBe(1);
    expect(refused.json['error']).toContain('still connected: finaegis_write (finaegis-write)');
    expect((await finaegis(['migrate', '--yes'])).code).toBe(2);
    expect(await epoch()).toBe(before);

    const { code, json } = await finaegis([...again, '--yes']);
    expect(code).toBe(0);
    expect(json['epoch']).toMatch(/^[0-9a-f-]{36}$/);
    expect(json['epoch']).not.toBe(before);
    expect(await epoch()).toBe(json['epoch']);
    expect((await finaegis(['migrate'])).json['epoch']).toBeUndefined();
    expect(await epoch()).toBe(json['epoch']);
  });

  it('export events as a bundle that is checked without any database', async () => {
    const file = path('bundle.json');
    const exported = await finaegis([
      'audit',
      'export',
      '--tenant',
      'Demo',
      '--from',
      '3',
      '--to',
      '12',
      '--out',
      file,
    ]);
    expect(exported).toMatchObject({ code: 0, json: { events: 10 } });
    const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing', FINAEGIS_DATA: path('nothing') };
    expect(await finaegis(['audit', 'check', file, '--key', publicKey], nowhere)).toMatchObject({
      code: 0,
      json: { isValid: true, events: 10, isKeyKnown: true },
    });

    const bundle = JSON.parse(await readFile(file, 'utf8')) as AuditBundle;
    const events = bundle.events.map((event) =>
      event.seq === 7 ? { ...event, envelope: event.envelope.replace('"version":', '"version":1') } : event,
    );
    await writeFile(path('changed.json'), JSON.stringify({ ...bundle, events }));
    expect(await finaegis(['audit', 'check', path('changed.json')], nowhere)).toMatchObject({
      code: 1,
      json: { isValid: false, fault: { code: 'event_not_proved', seq: 7 } },
    });
    await writeFile(path('text.json'), 'no bundle');
    expect((await finaegis(['audit', 'check', path('text.json')], nowhere)).json).toMatchObject({
      fault: { code: 'bundle_malformed' },
    });
  });

  it('export one event by its id, and refuse what is not there', async () => {
    const file = path('event.json');
    const [{ id = '' } = {}] = await query(`select id from events where tenant_id = '${demoTenantId}' and seq = 5`);
    expect((await finaegis(['audit', 'export', '--tenant', 'Demo', '--event', id, '--out', file])).json).toMatchObject({
      events: 1,
    });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ events: [{ seq: 5 }] });
    const refused = (...args: string[]) => finaegis(['audit', 'export', '--tenant', 'Demo', ...args, '--out', file]);
    expect((await refused('--event', demoTenantId)).code).toBe(1);
    expect((await refused('--from', '1', '--to', '99999')).code).toBe(1);
    expect((await refused('--from', '9', '--to', '1')).code).toBe(2);
    expect((await refused('--from', '1', '--event', id)).code).toBe(2);
    expect((await refused()).code).toBe(2);
  });
});
