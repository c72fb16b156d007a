import { parseArgs } from 'node:util';
import { eventStoreBench } from './event-store.ts';
import { ledgerBench } from './ledger.ts';
import { UnknownCell } from './ledger-cells.ts';
import { realtimeBench } from './realtime.ts';
import type { BenchOptions, Report } from './report.ts';
import { sagaBench } from './saga.ts';
import { webhookBench } from './webhook.ts';

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<Report>>> = {
  'event-store': eventStoreBench,
  ledger: ledgerBench,
  realtime: realtimeBench,
  saga: sagaBench,
  webhook: webhookBench,
};

const usage = `usage: npm run bench -- NAME [--quick] [--json] [--only CELLS] [--compare] [--preload N] [--soak [--minutes N]]
  NAME           ${Object.keys(benches).join(', ')}
  --quick        the cells that have a bar, in less than 45 s
  --json         only the last line
  --only CELLS   of ledger, realtime, saga and webhook: ids and patterns, separated by commas: c64-b1-fee,c8-*
  ledger:
  --compare      the simplest correct competitor too, on the same server
  --preload N    with N transfers in the database beforehand, and reads of the past and of lists
  --soak         instead: ten minutes of load, in this process and over HTTP, and whether memory grows
  --minutes N    of the soak
`;

const readOptions = (): (BenchOptions & { readonly name: string; readonly isJson: boolean }) | undefined => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        only: { type: 'string' },
        compare: { type: 'boolean', default: false },
        preload: { type: 'string', default: '0' },
        soak: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '10' },
      },
    });
    const [minutes, preload] = [Number(values.minutes), Number(values.preload)];
    if (!(minutes > 0) || !Number.isSafeInteger(preload) || preload < 0) return undefined;
    return {
      name: positionals[0] ?? '',
      isJson: values.json,
      isQuick: values.quick,
      only: values.only?.split(','),
      isCompared: values.compare,
      preload,
      soakMinutes: values.soak ? minutes : undefined,
      note: (text) => process.stderr.write(`${text}\n`),
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return undefined;
  }
};

const options = readOptions();
const bench = options === undefined ? undefined : benches[options.name];
if (options === undefined || bench === undefined) {
  process.stderr.write(usage);
  process.exit(2);
}
const report = await bench(options).catch((error: unknown) => {
  if (!(error instanceof UnknownCell)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});
if (!options.isJson) {
  for (const [ceiling, value] of Object.entries(report.ceilings))
    process.stdout.write(`ceiling ${ceiling}: ${value}${ceiling.endsWith('Ms') ? '' : '/s'}\n`);
  for (const [cell, { perSecond, p50Ms, p99Ms }] of Object.entries(report.cells))
    process.stdout.write(`${cell}: ${perSecond}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms\n`);
}
process.stdout.write(`${JSON.stringify(report)}\n`);
for (const failure of report.failures ?? []) process.stderr.write(`${failure}\n`);
if ((report.failures ?? []).length > 0) process.exitCode = 1;
