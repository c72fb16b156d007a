import { eventStoreBench } from './event-store.ts';
import { ledgerBench } from './ledger.ts';
import type { BenchOptions, Report } from './report.ts';

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<Report>>> = {
  'event-store': eventStoreBench,
  ledger: ledgerBench,
};

const [name = '', ...flags] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(
    `usage: npm run bench -- NAME [--quick] --json, with NAME one of ${Object.keys(benches).join(', ')}\n`,
  );
  process.exit(2);
}
const report = await bench({ isQuick: flags.includes('--quick'), note: (text) => process.stderr.write(`${text}\n`) });
if (!flags.includes('--json')) {
  for (const [ceiling, value] of Object.entries(report.ceilings))
    process.stdout.write(`ceiling ${ceiling}: ${value}/s\n`);
  for (const [cell, { perSecond, p50Ms, p99Ms }] of Object.entries(report.cells))
    process.stdout.write(`${cell}: ${perSecond}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms\n`);
}
process.stdout.write(`${JSON.stringify(report)}\n`);
