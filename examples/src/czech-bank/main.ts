import { parseArgs } from 'node:util';
import { readConfig } from '@finaegis/platform/config/config';
import { openBank } from '@finaegis/server/bank';
import { openDatabase } from '@finaegis/server/database';
import { ownRecords } from './files.ts';
import { runCzechBank } from './run.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    dir: { type: 'string', default: ownRecords },
    month: { type: 'string', default: '1' },
  },
});
const month = Number(values.month);
if (!Number.isInteger(month) || month < 1 || month > 1_200) {
  process.stderr.write('usage: npm run example:czech-bank -- [--json] [--dir FOLDER] [--month N], with N from 1\n');
  process.exit(2);
}
const database = await openDatabase(readConfig(process.env));
const bank = await openBank({ connections: database, masterKey: database.masterKey });
try {
  bank.follow();
  const report = await runCzechBank({ bank, folder: values.dir, month, note: values.json ? () => undefined : (text) => process.stderr.write(`${text}\n`) });
  if (!values.json) {
    const { executed, executedBefore, refused, statements, parties, accounts } = report;
    const isRepeat = parties === 0 && accounts === 0 && executed === 0 && executedBefore > 0;
    process.stdout.write(isRepeat ? `Nothing to do: month ${month} was run before.\n` : `${executed} orders executed, ${refused} refused, ${statements} statements.\n`);
  }
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.coherent ? 0 : 1;
} finally {
  await bank.close();
  await database.close();
}
