import { readFile, writeFile } from 'node:fs/promises';
import { parseEcb } from '@finaegis/bank/asset/adapters/ecb-file';
import { gatherStatistics } from '@finaegis/platform/database/statistics';
import { type Command, Option } from 'commander';
import { explain } from '../explanation.ts';
import { importAccounts } from '../import/import-accounts.ts';
import { importOrders } from '../import/import-orders.ts';
import { importParties } from '../import/import-parties.ts';
import { importPayments } from '../import/import-payments.ts';
import type { ImportReport, ImportTarget } from '../import/import-target.ts';
import { type BadRow, type Mapping, parseMapping } from '../import/mapping.ts';
import { fileSource } from '../import/text-source.ts';
import { type Cli, exitCodes, type Session, tenantOf, withBank } from '../session.ts';

interface ImportOptions {
  readonly tenant?: string;
  readonly entity: string;
  readonly source: string;
  readonly mapping: string;
  readonly report?: string;
}

const withTarget = (command: Command): Command =>
  command
    .addOption(new Option('--tenant <tenant>', 'id or name; the only tenant unless given'))
    .option('--entity <entity>', 'legal entity the records belong to', 'main')
    .option(
      '--source <name>',
      'name of the system the records come from; the same name and number are the same record',
      'import',
    )
    .option('--report <file>', 'where rows that were refused are told; the file’s name with .refused.csv unless given');

/** `import …`: bad rows go to a report, good rows are imported, and running it again adds nothing. */
export const addImportCommands = (program: Command, cli: Cli): void => {
  const group = program.command('import').description('bring records of another system in; again adds nothing');
  explain(group, {
    details: [
      'A delimited file is read by a mapping file, which says how it is laid out and which column becomes which field; `examples/czech-bank/` has four of them. Ids are derived from the tenant, `--source` and the record’s number there, so that importing again, whole or after a crash, adds only what is missing.',
      'A row with anything wrong is left out and told, with its line, in `FILE.refused.csv` (or `--report FILE`): a line for each thing wrong. The command then ends with 3.',
    ],
  });
  withTarget(
    explain(group.command('parties').argument('<file>', 'the file to read'), {
      examples: ['finaegis import parties clients.csv --mapping client.json --source core'],
    }).description('persons and organisations from a delimited file'),
  )
    .requiredOption('--mapping <file>', 'which column is which field')
    .action((file: string, options: ImportOptions) =>
      run({ file, options, cli, what: 'parties' }, async (target) => [
        await importParties(target, fileSource(file), await mappingOf(options.mapping)),
      ]),
    );
  withTarget(
    explain(group.command('accounts').argument('<file>', 'the file to read'), {
      examples: [
        'finaegis import accounts accounts.csv --mapping account.json --mandates mandates.csv --mandates-mapping mandate.json',
      ],
    }).description('accounts from a delimited file, with those who hold and operate them from another'),
  )
    .requiredOption('--mapping <file>', 'which column is which field of an account')
    .requiredOption('--mandates <file>', 'who may do what on which account')
    .requiredOption('--mandates-mapping <file>', 'which column is which field of a mandate')
    .action((file: string, options: ImportOptions & { readonly mandates: string; readonly mandatesMapping: string }) =>
      run({ file, options, cli, what: 'accounts' }, async (target) => {
        const accounts = { file: fileSource(file), mapping: await mappingOf(options.mapping) };
        const mandates = {
          file: fileSource(options.mandates),
          mapping: await mappingOf(options.mandatesMapping),
        };
        const report = await importAccounts(target, { accounts, mandates });
        return [report.accounts, { ...report.mandates, file: options.mandates }];
      }),
    );
  withTarget(
    explain(group.command('orders').argument('<file>', 'the file to read'), {
      examples: ['finaegis import orders orders.csv --mapping order.json'],
    }).description('standing orders from a delimited file; paid on their days by whichever process runs the workers'),
  )
    .requiredOption('--mapping <file>', 'which column is which field')
    .action((file: string, options: ImportOptions) =>
      run({ file, options, cli, what: 'orders' }, async (target) => [
        (await importOrders(target, fileSource(file), await mappingOf(options.mapping))).report,
      ]),
    );
  withTarget(
    explain(group.command('payments').argument('<file>', 'the file to read'), {
      details: [
        'Between own accounts it pays directly, all others to `clearing/sepa`. A file whose totals do not add up is not booked at all.',
      ],
      examples: ['finaegis import payments salaries.xml'],
    }).description('payments from an ISO 20022 pain.001 file'),
  ).action((file: string, options: ImportOptions) =>
    run({ file, options, cli, what: 'payments' }, async (target) => [await importPayments(target, fileSource(file))]),
  );
  explain(group.command('rates').argument('<file>', 'the file to read'), {
    examples: ['finaegis import rates eurofxref-hist.csv'],
  })
    .description('the European Central Bank’s reference rates, CSV or XML')
    .action((file: string) => withBank(cli.environment, (session) => importRates(session, file, cli)));
};

const mappingOf = async (file: string): Promise<Mapping> => parseMapping(await readFile(file, 'utf8'));

interface Run {
  readonly file: string;
  readonly options: ImportOptions;
  readonly cli: Cli;
  readonly what: string;
}

/** The report on one of the files of an import; the command's own file unless it says which. */
type FileReport = ImportReport & { readonly file?: string };

const run = (
  { file, options, cli, what }: Run,
  work: (target: ImportTarget) => Promise<readonly FileReport[]>,
): Promise<void> =>
  withBank(cli.environment, async (session) => {
    const tenantId = await tenantOf(session, options.tenant);
    await session.bank.modules.asset.seed();
    const progress = cli.output().progress(what);
    const target = {
      bank: session.bank,
      tenantId,
      entity: options.entity,
      source: options.source,
      onRecord: () => progress.increase(),
    };
    const reports = await work(target).finally(() => progress.stop());
    if (reports.some(({ imported }) => imported > 0)) await gatherStatistics(session.bank.pools.write);
    const bad = reports.flatMap((report) => report.bad.map((row) => ({ file: report.file ?? file, ...row })));
    const refusedFile = options.report ?? `${file}.refused.csv`;
    if (bad.length > 0) {
      await writeFile(refusedFile, refusedCsv(bad));
      cli.exitCode = exitCodes.partly;
    }
    const sum = (field: 'read' | 'imported' | 'repeated'): number =>
      reports.reduce((total, report) => total + report[field], 0);
    const counts = { read: sum('read'), imported: sum('imported'), repeated: sum('repeated'), refused: bad.length };
    const there = counts.imported === 0 && counts.repeated > 0 ? 'Nothing is new' : `${counts.imported} imported`;
    const told = bad.length === 0 ? '' : `, ${bad.length} refused (see ${refusedFile})`;
    cli
      .output()
      .result(
        { ...counts, ...(bad.length === 0 ? {} : { report: refusedFile }) },
        `${there}, ${counts.repeated} there before${told}.`,
      );
  });

/** The report of refused rows: RFC 4180, a line for each thing that is wrong. */
const refusedCsv = (bad: readonly (BadRow & { readonly file: string })[]): string => {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = bad.map(({ file, line, field = '', reason }) =>
    [quoted(file), line, quoted(field), quoted(reason)].join(','),
  );
  return `${['file,line,field,reason', ...lines].join('\r\n')}\r\n`;
};

const importRates = async ({ bank }: Session, file: string, cli: Cli): Promise<void> => {
  await bank.modules.asset.seed();
  const report = await bank.modules.asset.importRates(parseEcb(await readFile(file, 'utf8')), 'import');
  if (report.imported > 0) await gatherStatistics(bank.pools.write);
  if (report.refused.length > 0) cli.exitCode = exitCodes.partly;
  const refused = report.refused.map(({ date, code }) => `\n  ${date}: ${code}`).join('');
  cli
    .output()
    .result(
      report,
      `${report.imported} days imported, ${report.repeated} there before, ${report.refused.length} refused.${refused}`,
    );
};
