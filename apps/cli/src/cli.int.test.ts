import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type EmbeddedServer, startEmbedded } from '@finaegis/platform/database/embedded';
import { createPool } from '@finaegis/platform/database/pool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './cli.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let folder: string;
let server: EmbeddedServer;

interface Ran {
  readonly code: number;
  /** The one line of JSON on standard output. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly stderr: string;
}

/** A stream that keeps what is written. */
const kept = () => {
  const pieces: string[] = [];
  const stream = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece.toString());
      done();
    },
  });
  return { stream, text: () => pieces.join('') };
};

const environmentOf = (others: Readonly<Record<string, string>>) => ({
  FINAEGIS_DATA: join(folder, 'data'),
  ...others,
});

/** Calls the CLI as an operator would, in an installation of its own. */
const finaegis = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> => {
  const [out, error] = [kept(), kept()];
  const code = await runCli([...args, '--json'], environmentOf(environment), {
    stdout: out.stream,
    stderr: error.stream,
  });
  const line = out.text().trim();
  return { code, stderr: error.text(), json: line.startsWith('{') ? (JSON.parse(line) as Ran['json']) : {} };
};

const write = async (name: string, content: string): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

const layout = (columns: readonly string[]) => ({ separator: 'semicolon', hasHeader: false, columns });
const column = (name: string) => ({ column: name });

/** A small bank of another system, some of its rows wrong. */
const writeRecords = async () => ({
  parties: await write('parties.csv', 'p1;Jana;1980-02-30\np2;Petr;1981-03-01\np3;;\np4;Eva;\n'),
  partyMapping: await write(
    'party.json',
    JSON.stringify({
      record: 'party',
      layout: layout(['id', 'name', 'born']),
      fields: {
        externalId: column('id'),
        type: { constant: 'person' },
        name: column('name'),
        birthDate: { column: 'born', date: 'YYYY-MM-DD' },
      },
    }),
  ),
  accounts: await write('accounts.csv', 'a1;EUR\na2;EUR\na3;XXQ\na4;EUR\n'),
  accountMapping: await write(
    'account.json',
    JSON.stringify({
      record: 'account',
      layout: layout(['id', 'asset']),
      fields: { externalId: column('id'), product: { constant: 'current' }, asset: column('asset') },
    }),
  ),
  mandates: await write(
    'mandates.csv',
    'm1;p2;a1;owner\nm2;p4;a1;disponent\nm3;p4;a2;owner\nm4;p2;a4;disponent\nm5;p4;a9;viewer\nm6;p2;a9;owner\nm7;p4;a3;joint\n',
  ),
  mandateMapping: await write(
    'mandate.json',
    JSON.stringify({
      record: 'mandate',
      layout: layout(['id', 'party', 'account', 'right']),
      fields: {
        externalId: column('id'),
        partyExternalId: column('party'),
        accountExternalId: column('account'),
        right: column('right'),
      },
    }),
  ),
});

let records: Awaited<ReturnType<typeof writeRecords>>;
const importParties = () =>
  finaegis(['import', 'parties', records.parties, '--mapping', records.partyMapping, '--tenant', 'Demo']);
const importAccounts = () =>
  finaegis([
    'import',
    'accounts',
    records.accounts,
    '--mapping',
    records.accountMapping,
    '--mandates',
    records.mandates,
    '--mandates-mapping',
    records.mandateMapping,
    '--tenant',
    'Demo',
    '--report',
    join(folder, 'accounts-report.csv'),
  ]);

/** How many rows the planner believes the tables have, beside how many they have. */
interface Planned {
  readonly neverAnalysed: readonly string[];
  readonly partyEvents: { readonly believed: number; readonly there: number };
}
let afterMigrating: Planned;
let afterDemo: Planned;
const planned = async (): Promise<Planned> => {
  const pool = createPool(server.adminConnection, { applicationName: 'finaegis-cli-test', max: 1 });
  const { rows: never } = await pool.query<{ relname: string }>(
    "select relname from pg_class where relkind = 'r' and relowner = 'finaegis_owner'::regrole and reltuples < 0",
  );
  const { rows } = await pool.query<Planned['partyEvents']>(
    `select (select reltuples::int from pg_class where relname = 'party_events') as believed,
      (select count(*)::int from party_events) as there`,
  );
  await pool.end();
  return { neverAnalysed: never.map(({ relname }) => relname), partyEvents: rows[0] ?? { believed: -1, there: 0 } };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'finaegis-cli-'));
  records = await writeRecords();
  await finaegis(['migrate']);
  // The installation's database keeps running between the commands: each of them joins it, as beside a server.
  server = await startEmbedded({ dataFolder: join(folder, 'data', 'postgres') });
  afterMigrating = await planned();
  await finaegis(['demo']);
  afterDemo = await planned();
}, 60_000);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('finaegis', { timeout: 60_000 }, () => {
  it('is a process that ends with the code of its call', async () => {
    const run = promisify(execFile);
    const env = environmentOf({ PATH: process.env['PATH'] ?? '' });
    expect((await run(process.execPath, [main, 'tenant', 'list', '--json'], { env })).stdout).toMatch(
      /^\{"tenants":\[.*\]\}\n$/,
    );
    await expect(run(process.execPath, [main, 'nonsense'], { env })).rejects.toMatchObject({ code: 2 });
  });

  it('says what is wrong with a command line, and ends with 2', async () => {
    expect((await finaegis(['nonsense'])).code).toBe(2);
    expect((await finaegis(['tenant', 'suspend', 'nobody', '--reason', 'x'])).json).toEqual({
      error: 'There is no tenant nobody.',
    });
    expect((await finaegis(['config'], { FINAEGIS_ROLE: 'cook' })).code).toBe(2);
    expect((await finaegis(['import', 'parties', records.parties, '--mapping', records.accountMapping])).code).toBe(2);
  });

  it('ends with 4 when the database cannot be reached, and with 1 when a file cannot', async () => {
    const nobody = { DATABASE_URL: 'postgres://somebody:secret@127.0.0.1:9/bank', FINAEGIS_MASTER_KEY: '0'.repeat(64) };
    expect((await finaegis(['tenant', 'list'], nobody)).code).toBe(4);
    expect(
      (await finaegis(['import', 'parties', join(folder, 'nowhere.csv'), '--mapping', records.partyMapping])).code,
    ).toBe(1);
  });

  it('shows the configuration without its secrets', async () => {
    const { json } = await finaegis(['config'], { FINAEGIS_MASTER_KEY: 'ab'.repeat(32) });
    expect(json).toMatchObject({ PORT: '3000', FINAEGIS_MASTER_KEY: '(hidden)' });
  });

  it('makes, suspends and resumes tenants, and gives them keys', async () => {
    const { json: tenant } = await finaegis(['tenant', 'create', 'Second']);
    expect(tenant).toMatchObject({ name: 'Second', status: 'active' });
    // Commands name a tenant by its name.
    expect((await finaegis(['tenant', 'create', 'Second'])).code).toBe(1);
    expect((await finaegis(['tenant', 'create', 'Second', '--id', String(tenant['tenantId'])])).code).toBe(0);
    const nowhere = await finaegis(['export', '--tenant', 'Second', '--out', join(folder, 'nowhere', 'x')]);
    expect([nowhere.code, JSON.stringify(nowhere.json)]).toEqual([1, expect.stringContaining('ENOENT') as string]);
    expect((await finaegis(['tenant', 'suspend', 'Second', '--reason', 'trial_over'])).json).toMatchObject({
      status: 'suspended',
    });
    expect((await finaegis(['tenant', 'resume', String(tenant['tenantId'])])).json).toMatchObject({ status: 'active' });
    const { json: key } = await finaegis([
      'key',
      'create',
      '--tenant',
      'Second',
      '--name',
      'Till',
      '--scopes',
      'ledger:read,account:*',
    ]);
    expect(key['key']).toMatch(/^fin_live_/);
    expect((await finaegis(['key', 'revoke', String(key['keyId']), '--tenant', 'Second'])).json).toMatchObject({
      status: 'revoked',
    });
    const { json: listed } = await finaegis(['key', 'list', '--tenant', 'Second']);
    expect(listed['keys']).toMatchObject([{ name: 'Till', status: 'revoked', scopes: ['ledger:read', 'account:*'] }]);
    expect(JSON.stringify(listed)).not.toContain(String(key['key']).slice(-52));
  });

  it('imports the good rows of a file, reports the bad ones with their lines, and ends with 3', async () => {
    const { code, json } = await importParties();
    expect({ code, ...json }).toMatchObject({
      code: 3,
      read: 2,
      imported: 2,
      repeated: 0,
      refused: 2,
      report: `${records.parties}.refused.csv`,
    });
    const lines = (await readFile(`${records.parties}.refused.csv`, 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toBe('file,line,field,reason');
    expect(lines[1]).toContain(',1,"birthDate",');
    expect(lines[2]).toContain(',3,"name","is missing"');
  });

  it('imports accounts with their holders; what the bank refuses is reported like what cannot be read', async () => {
    const { code, json } = await importAccounts();
    expect({ code, ...json }).toMatchObject({ code: 3, imported: 3, repeated: 0, refused: 6 });
    const report = await readFile(join(folder, 'accounts-report.csv'), 'utf8');
    expect(report).toMatch(/accounts\.csv",3,"","asset_not_registered \(asset XXQ\)"/);
    expect(report).toMatch(/accounts\.csv",4,"","holder_missing"/);
    expect(report).toMatch(/mandates\.csv",4,"accountExternalId","there is no account a4"/);
    expect(report).toMatch(/mandates\.csv",5,"accountExternalId","there is no account a9"/);
    expect(report).toMatch(/mandates\.csv",6,"accountExternalId","the account a9 was not opened/);
    expect(report).toMatch(/mandates\.csv",7,"accountExternalId","the account a3 was not opened/);
  });

  it('leaves the planner statistics of what it migrated, made and imported', async () => {
    expect(afterMigrating).toEqual({ neverAnalysed: [], partyEvents: { believed: 0, there: 0 } });
    const afterImport = await planned();
    expect(afterImport.partyEvents.there).toBeGreaterThan(afterDemo.partyEvents.there);
    for (const { neverAnalysed, partyEvents } of [afterDemo, afterImport])
      expect({ neverAnalysed, ...partyEvents }).toEqual({
        ...partyEvents,
        neverAnalysed: [],
        believed: partyEvents.there,
      });
  });

  it('imports nothing when it is run again', async () => {
    expect((await importParties()).json).toMatchObject({ imported: 0, repeated: 2, refused: 2 });
    expect((await importAccounts()).json).toMatchObject({ imported: 0, repeated: 3, refused: 6 });
  });

  it('verifies the log, rebuilds views and compares balances', async () => {
    const { json } = await finaegis(['audit', 'verify', '--tenant', 'Demo']);
    expect(json).toMatchObject({ isIntact: true });
    expect(json['root']).toMatch(/^[0-9a-f]{128}$/);
    expect((await finaegis(['view', 'rebuild', 'ledger_postings'])).json).toMatchObject({ view: 'ledger_postings_v2' });
    expect((await finaegis(['view', 'rebuild', 'balances', '--tenant', 'Demo'])).json).toMatchObject({
      differences: [],
    });
    expect((await finaegis(['view', 'rebuild', 'nothing'])).code).toBe(2);
  });

  it('repairs a balance row that differs from the log only when told to, and says so in the log', async () => {
    const pool = createPool(server.adminConnection, { applicationName: 'finaegis-cli-test', max: 1 });
    await pool.query(
      "update ledger_balances set credits = credits + 7, held_out = held_out + 1 where account_id <> 'main:cash' and has_floor",
    );
    const compare = (...more: string[]) => finaegis(['view', 'rebuild', 'balances', '--tenant', 'Demo', ...more]);
    const { code, json } = await compare();
    const differences = json['differences'] as readonly Readonly<Record<string, string>>[];
    expect({ code, repaired: json['repaired'] }).toEqual({ code: 1, repaired: 0 });
    expect(
      new Set(
        differences.map(({ field, stored = '', replayed = '' }) => `${field} ${BigInt(replayed) - BigInt(stored)}`),
      ),
    ).toEqual(new Set(['creditsMinor -7', 'heldOutMinor -1']));
    expect((await compare()).json['differences']).toEqual(differences);
    const repaired = await compare('--repair');
    expect(repaired).toMatchObject({ code: 0, json: { repaired: differences.length / 2, differences: [] } });
    const { rows } = await pool.query(
      "select (envelope::json #>> '{metadata,actor}') as actor, count(*)::int from events where type = 'BalanceRepaired' group by 1",
    );
    expect(rows).toEqual([{ actor: 'operator', count: differences.length / 2 }]);
    expect(await compare('--repair')).toMatchObject({ code: 0, json: { repaired: 0 } });
    await pool.end();
  });

  it('exports every event and row of a tenant, and nothing personal', async () => {
    const out = join(folder, 'demo.jsonl');
    const { json } = await finaegis(['export', '--tenant', 'Demo', '--out', out]);
    const text = await readFile(out, 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const events = lines.filter(({ kind }) => kind === 'event');
    expect(events.map(({ seq }) => Number(seq))).toEqual(events.map((_, index) => index + 1));
    expect(json).toMatchObject({ events: events.length, rows: lines.length - events.length });
    expect(lines.some(({ table }) => table === 'ledger_postings_v2')).toBe(true);
    expect(text).not.toMatch(/Jana|Novákov|Vodičkova|Petr/);
  });
});
