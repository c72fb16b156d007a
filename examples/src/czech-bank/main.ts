import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { derivedUuid } from '@finaegis/kernel/id';
import { readConfig } from '@finaegis/platform/config/config';
import { openBank } from '@finaegis/server/bank';
import { openDatabase } from '@finaegis/server/database';
import { fileNames, ownRecords } from './files.ts';
import { runCzechBank } from './run.ts';

const usage = (reason: string): never => {
  process.stderr.write(
    `${reason}\nusage: npm run example:czech-bank -- [--json] [--dir FOLDER] [--month N]\n  --dir    folder with the bank's records; those in examples/data/czech-bank unless given\n  --month  which month's standing orders to run, from 1\n`,
  );
  process.exit(2);
};

const options = {
  json: { type: 'boolean', default: false },
  dir: { type: 'string', default: ownRecords },
  month: { type: 'string', default: '1' },
} as const;
const parsed = () => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return usage((error as Error).message);
  }
};
const { json, dir, month: monthText } = parsed();
const month = Number(monthText);
if (!Number.isInteger(month) || month < 1 || month > 1_200) usage(`"${monthText}" is no month.`);
for (const name of Object.values(fileNames))
  await access(join(dir, name)).catch(() => usage(`There is no ${name} in ${dir}.`));

// A bank of its own beside whatever else lies in the data folder, and another one for other records: their numbers would be the same.
const name =
  resolve(dir) === resolve(ownRecords) ? 'czech-bank' : `czech-bank-${derivedUuid(resolve(dir)).slice(0, 8)}`;
const database = await openDatabase(readConfig({ FINAEGIS_DATA: join('.finaegis', name), ...process.env }));
const bank = await openBank({ connections: database, masterKey: database.masterKey });
try {
  bank.follow();
  const { report, why, bad } = await runCzechBank({
    bank,
    folder: dir,
    month,
    note: (text) => process.stderr.write(`${text}\n`),
  });
  for (const { file, line, field = '', reason } of bad) process.stderr.write(`${file}:${line}: ${field} ${reason}\n`);
  if (why !== undefined) process.stderr.write(`${why}\n`);
  const { parties, accounts, executed, refused, statements, seconds, coherent } = report;
  const told = `${parties} parties and ${accounts} accounts imported, ${executed} orders executed, ${refused} refused, ${statements} statements, ${seconds} s. The bank is ${coherent ? '' : 'not '}coherent.`;
  process.stdout.write(`${json ? JSON.stringify(report) : told}\n`);
  process.exitCode = !coherent ? 1 : bad.length > 0 ? 3 : 0;
} finally {
  await bank.close();
  await database.close();
}
