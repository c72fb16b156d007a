import { readFile, writeFile } from 'node:fs/promises';
import { type BundleSelection, exportBundle } from '@finaegis/platform/audit/export-bundle';
import { type BundleVerdict, checkBundle } from '@finaegis/sdk/audit/check-bundle';
import { type Command, Option } from 'commander';
import { explain } from '../explanation.ts';
import { type Cli, CliExit, exitCodes, type Session, tenantOf, withBank } from '../session.ts';
import { keyOf, numberOf, type VerifyOptions, verify } from './audit-verify.ts';

const tenantOption = (): Option => new Option('--tenant <tenant>', 'id or name; the only tenant unless given');
const keyOption = (): Option =>
  new Option('--key <publicKey>', 'public key (hexadecimal) of the audit log as you know it from elsewhere');

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
  explain(audit.command('verify'), {
    details: [
      'It recomputes every hash and prints the root of the Merkle tree. [What each fault means, and what to do](../concepts/audit.md#for-operators).',
      'With `--all` it goes on after a log that is wrong, prints a line for each tenant and a summary, and ends with 1 if any is wrong; tenants that are only in the file of heads are looked for as well. With `--json` that is `{"isIntact":…,"tenants":[…],"intact":…,"wrong":…}`.',
    ],
    examples: [
      'finaegis audit verify --tenant Demo',
      'finaegis audit verify --all --heads /mnt/worm/heads.jsonl --key 3b6a27bc…',
    ],
  })
    .description(
      'replay a tenant’s log and hold it against its signed heads; tells the first event that is wrong, or between which heads it lies',
    )
    .addOption(tenantOption())
    .addOption(new Option('--all', 'every tenant, the platform’s own among them').conflicts('tenant'))
    .option('--heads <file>', 'exported heads (AUDIT_HEADS_FILE), which must be beginnings of this log as well')
    .addOption(keyOption())
    .option('--threads <number>', 'threads that hash; all processors but one unless given')
    .action((options: VerifyOptions) => withBank(cli.environment, (session) => verify(session, options, cli)));
  explain(audit.command('export'), {
    examples: [
      'finaegis audit export --from 1 --to 500 --out bundle.json',
      'finaegis audit export --event 0190a000-0000-7000-8000-000000000001 --out event.json',
    ],
  })
    .description('write events with proofs, signed heads and keys as a bundle that anybody can check')
    .addOption(tenantOption())
    .option('--from <seq>', 'place of the first event')
    .option('--to <seq>', 'place of the last event')
    .option('--event <id>', 'one event by its id instead')
    .requiredOption('--out <file>', 'where the bundle goes')
    .action((options: ExportOptions) => withBank(cli.environment, (session) => exportTo(session, options, cli)));
  explain(audit.command('check').argument('<bundle>', 'file that `audit export` wrote'), {
    details: ['Without the key it says only that the bundle agrees with itself.'],
    examples: ['finaegis audit check bundle.json --key 3b6a27bc…'],
  })
    .description('check a bundle; needs no database and nothing of this installation')
    .addOption(keyOption())
    .action((bundle: string, { key }: { key?: string }) => check(bundle, key, cli));
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
