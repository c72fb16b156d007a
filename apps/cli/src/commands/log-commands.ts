import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { toHex } from '@finaegis/kernel/hash';
import { inTransaction, type Transaction } from '@finaegis/platform/database/transaction';
import { tableName } from '@finaegis/platform/view/view';
import { moduleList } from '@finaegis/server/modules';
import { type Command, Option } from 'commander';
import { explain } from '../explanation.ts';
import { type Cli, CliExit, exitCodes, type Session, tenantOf, withBank } from '../session.ts';

const tenantOption = (): Option => new Option('--tenant <tenant>', 'id or name; the only tenant unless given');

/** What reads whole logs: `export`. */
export const addLogCommands = (program: Command, cli: Cli): void => {
  explain(program.command('export'), {
    details: [
      '`{"kind":"event","seq":"17","hash":"…","event":{…}}` in the order of the log, then `{"kind":"row","table":"ledger_balances","row":{…}}`. All of them are of one moment.',
    ],
    examples: ['finaegis export --tenant Demo --out demo.jsonl'],
  })
    .description(
      'write a tenant’s events and views as JSON lines; personal values stay behind, references go with them',
    )
    .addOption(tenantOption())
    .option('--out <file>', 'a file instead of standard output')
    .action(({ tenant, out }: { tenant?: string; out?: string }) =>
      withBank(cli.environment, (session) => exportTenant(session, { tenant, out }, cli)),
    );
};

const stretch = 2_000;
const followTimeoutMs = 600_000;

/** @throws what the system says of a file that cannot be written, before anything is read for it */
const writableFile = async (path: string): Promise<Writable> => {
  const sink = createWriteStream(path);
  await once(sink, 'open');
  return sink;
};

/** Everything of one moment: the log in its order, then each view's rows. */
const exportTenant = async (
  session: Session,
  { tenant, out }: { readonly tenant: string | undefined; readonly out: string | undefined },
  cli: Cli,
): Promise<void> => {
  const { bank } = session;
  const tenantId = await tenantOf(session, tenant);
  const sink: Writable = out === undefined ? process.stdout : await writableFile(out);
  const write = async (value: unknown): Promise<void> => {
    if (
      !sink.write(
        `${JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))}\n`,
      )
    )
      await once(sink, 'drain');
  };
  const tables = moduleList(bank.modules).flatMap(({ tables: locked, views }) => [
    ...locked.flatMap(({ ddl }) => (ddl ?? []).map(({ name }) => name)),
    ...views.flatMap((view) => view.tables.map(({ suffix }) => tableName(view, suffix))),
  ]);
  await followToHead(session, tenantId);
  const progress = cli.output().progress('records');
  const counts = await inTransaction(
    bank.pools.read,
    { tenants: [tenantId], readOnly: true, isolation: 'repeatable read' },
    async (tx) => {
      const events = await eachRow<{ seq: bigint; hash: Buffer; envelope: string }>(
        tx,
        { from: 'select seq, hash, envelope from events where tenant_id = $1 and seq > 0 order by seq', tenantId },
        async ({ seq, hash, envelope }) => {
          progress.increase();
          await write({
            kind: 'event',
            seq: seq.toString(),
            hash: toHex(hash),
            event: JSON.parse(envelope) as unknown,
          });
        },
      );
      let rows = 0;
      for (const table of tables) {
        rows += await eachRow<{ row: unknown }>(
          tx,
          { from: `select to_jsonb(t) - 'tenant_id' as row from ${table} t where tenant_id = $1`, tenantId },
          async ({ row }) => {
            progress.increase();
            await write({ kind: 'row', table, row });
          },
        );
      }
      return { events, rows };
    },
  ).finally(() => progress.stop());
  if (out === undefined) return cli.output().note(`${counts.events} events and ${counts.rows} rows.`);
  sink.end();
  await once(sink, 'finish');
  cli
    .output()
    .result({ tenantId, ...counts, file: out }, `${counts.events} events and ${counts.rows} rows are in ${out}.`);
};

/** Brings the subscribed views up to the log, whether or not a server is running. */
const followToHead = async ({ bank }: Session, tenantId: string): Promise<void> => {
  const { rows } = await bank.pools.system.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
    tenantId,
  ]);
  const follower = bank.follow();
  if (await follower.caughtUp({ tenantId, seq: rows[0]?.seq ?? 0n }, followTimeoutMs)) return;
  throw new CliExit(exitCodes.failed, `The views are behind: ${[...follower.stopped].join('; ')}`);
};

/** Reads through a cursor, so that a tenant of any size is exported in constant memory. */
const eachRow = async <Row extends object>(
  tx: Transaction,
  { from, tenantId }: { readonly from: string; readonly tenantId: string },
  work: (row: Row) => Promise<void>,
): Promise<number> => {
  await tx.query(`declare exported no scroll cursor for ${from}`, [tenantId]);
  let count = 0;
  for (;;) {
    const { rows } = await tx.query<Row & Record<string, unknown>>(`fetch ${stretch} from exported`);
    for (const row of rows) await work(row);
    count += rows.length;
    if (rows.length < stretch) break;
  }
  await tx.query('close exported');
  return count;
};
