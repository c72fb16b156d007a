import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { SignedTreeHead } from '@finaegis/kernel/tree-head';
import { examineInThreads } from '@finaegis/platform/audit/examine-in-threads';
import { type BundleSelection, exportBundle } from '@finaegis/platform/audit/export-bundle';
import { readHeadsFile } from '@finaegis/platform/audit/heads-file';
import { type LogVerdict, verifyLog } from '@finaegis/platform/audit/verify-log';
import { type BundleVerdict, checkBundle } from '@finaegis/sdk/audit/check-bundle';
import { type Command, Option } from 'commander';
import { type Cli, CliExit, exitCodes, type Session, tenantOf, withBank } from '../session.ts';

const tenantOption = (): Option => new Option('--tenant <tenant>', 'id or name; the only tenant unless given');
const keyOption = (): Option =>
  new Option('--key <publicKey>', 'public key (hexadecimal) of the audit log as you know it from elsewhere');

interface VerifyOptions {
  readonly tenant?: string;
  readonly heads?: string;
  readonly key?: string;
  readonly threads?: string;
}

interface ExportOptions {
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly event?: string;
  readonly out: string;
}

/** The log as evidence: `audit verify`, `audit export`, `audit check`. */
export const addAuditCommands = (program: Command, cli: Cli): void => {
  const audit = program.command('audit').description('the log as evidence');
  audit
    .command('verify')
    .description(
      'replay a tenant’s log and hold it against its signed heads; tells the first event that is wrong, or between which heads it lies',
    )
    .addOption(tenantOption())
    .option('--heads <file>', 'exported heads (AUDIT_HEADS_FILE), which must be beginnings of this log as well')
    .addOption(keyOption())
    .option('--threads <number>', 'threads that hash; all processors but one unless given')
    .action((options: VerifyOptions) => withBank(cli.environment, (session) => verify(session, options, cli)));
  audit
    .command('export')
    .description('write events with proofs, signed heads and keys as a bundle that anybody can check')
    .addOption(tenantOption())
    .option('--from <seq>', 'place of the first event')
    .option('--to <seq>', 'place of the last event')
    .option('--event <id>', 'one event by its id instead')
    .requiredOption('--out <file>', 'where the bundle goes')
    .action((options: ExportOptions) => withBank(cli.environment, (session) => exportTo(session, options, cli)));
  audit
    .command('check <bundle>')
    .description('check a bundle; needs no database and nothing of this installation')
    .addOption(keyOption())
    .action((bundle: string, { key }: { key?: string }) => check(bundle, key, cli));
};

const keyOf = (text: string | undefined): string | undefined => {
  if (text !== undefined && !/^[0-9a-f]{64}$/i.test(text))
    throw new CliExit(exitCodes.usage, 'A public key is 64 hexadecimal digits.');
  return text?.toLowerCase();
};

const numberOf = (text: string | undefined, name: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new CliExit(exitCodes.usage, `${name} is a number from 1 on.`);
  return value;
};

const verify = async (session: Session, options: VerifyOptions, cli: Cli): Promise<void> => {
  const tenantId = await tenantOf(session, options.tenant);
  const trustedKey = keyOf(options.key);
  const count =
    options.threads === undefined
      ? Math.max(1, availableParallelism() - 1)
      : numberOf(options.threads, 'The number of threads');
  const heads = options.heads === undefined ? [] : await headsIn(options.heads);
  const progress = cli.output().progress('events');
  const threads = examineInThreads({ connection: session.database.read, count });
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  let verdict: LogVerdict;
  try {
    verdict = await verifyLog({
      pool: session.bank.pools.read,
      tenantId,
      heads,
      trustedKey,
      examine: threads.examine,
      // One is hashed while the next is read.
      atOnce: 2 * count,
      onProgress: (done, total) => progress.set(Number(done), Number(total)),
    });
  } finally {
    progress.stop();
    await threads.close();
  }
  const { user, system } = process.cpuUsage(startCpu);
  const seconds = (performance.now() - startMs) / 1_000;
  const cores = (user + system) / 1e6 / seconds;
  tell(cli, { tenantId, verdict, rate: { eventsPerSecond: verdict.events / seconds, cores } });
};

const headsIn = async (file: string): Promise<readonly SignedTreeHead[]> => {
  const heads: SignedTreeHead[] = [];
  for await (const line of readHeadsFile(file)) if (line.kind === 'head') heads.push(line.head);
  if (heads.length === 0) throw new CliExit(exitCodes.failed, `${file} has no heads.`);
  return heads;
};

const tell = (
  cli: Cli,
  {
    tenantId,
    verdict,
    rate,
  }: {
    readonly tenantId: string;
    readonly verdict: LogVerdict;
    readonly rate: { readonly eventsPerSecond: number; readonly cores: number };
  },
): void => {
  const eventsPerSecond = Math.round(rate.eventsPerSecond);
  const perCore = Math.round(rate.eventsPerSecond / rate.cores);
  const measured = { eventsPerSecond, cores: Number(rate.cores.toFixed(2)), eventsPerSecondPerCore: perCore };
  const speed = `${eventsPerSecond} events/s on ${measured.cores} cores of this process, ${perCore} per core`;
  if (verdict.isIntact) {
    const { events, sealed, heads, root } = verdict;
    const text = `${events} events are intact, ${sealed} of them under ${heads} signed heads.\nroot ${root}\n${speed}`;
    return cli.output().result({ tenantId, ...verdict, ...measured }, text);
  }
  const { seq, stream, code, detail, between } = verdict.fault;
  const place =
    between === undefined
      ? `${seq}${stream === undefined ? '' : ` of ${stream}`}`
      : `behind ${between.lastGood} and up to ${between.firstBad}`;
  const text = `Event ${place} is wrong: ${code}, ${detail}. The ${verdict.events} before it are intact.`;
  cli.output().result({ tenantId, ...verdict, ...measured }, text);
  cli.exitCode = exitCodes.failed;
};

const selectionOf = ({ from, to, event }: ExportOptions): BundleSelection => {
  if (event !== undefined) {
    if (from !== undefined || to !== undefined)
      throw new CliExit(exitCodes.usage, 'Give either --event or --from and --to.');
    return { eventId: event };
  }
  const first = numberOf(from, '--from');
  const last = to === undefined ? first : numberOf(to, '--to');
  if (last < first) throw new CliExit(exitCodes.usage, '--to must not be smaller than --from.');
  return { from: first, to: last };
};

const exportTo = async (session: Session, options: ExportOptions, cli: Cli): Promise<void> => {
  const selection = selectionOf(options);
  const tenantId = await tenantOf(session, options.tenant);
  const bundle = await exportBundle(session.bank.pools.read, { tenantId, selection });
  await writeFile(options.out, `${JSON.stringify(bundle)}\n`);
  const { events, heads } = bundle;
  const summary = { tenantId, events: events.length, size: heads[0]?.size ?? 0, file: options.out };
  cli
    .output()
    .result(summary, `${summary.events} events, proved by the head over ${summary.size}, are in ${options.out}.`);
};

const check = async (file: string, key: string | undefined, cli: Cli): Promise<void> => {
  const trustedKey = keyOf(key);
  const verdict: BundleVerdict = checkBundle(jsonOf(await readFile(file, 'utf8')), { trustedKey });
  if (!verdict.isValid) {
    const { code, detail, seq } = verdict.fault;
    cli.exitCode = exitCodes.failed;
    return cli
      .output()
      .result(verdict, `${seq === undefined ? 'The bundle' : `Event ${seq}`} is wrong: ${code}, ${detail}.`);
  }
  const { events, provedBy, newest, isKeyKnown } = verdict;
  const text = `${events} events are as they were when the log had ${provedBy.size} events, signed at ${provedBy.timestamp}, and the log of ${newest.size} events, signed at ${newest.timestamp}, continues it.`;
  const caution = `\nThe bundle brought its own keys. Compare ${newest.keyId} with what you know from elsewhere, or give --key.`;
  cli.output().result(verdict, isKeyKnown ? text : `${text}${caution}`);
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is no bundle, and is told like any other text that is none.
    return undefined;
  }
};
