import { parseArgs } from 'node:util';
import { runStress } from './stress.ts';

// `npm run stress -- --seed N --minutes M`: the bank under faults drawn from the seed. The last line is `N passed, N failed`.
const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string', default: '10' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const minutes = Number(values.minutes);
if (!Number.isSafeInteger(seed) || !(minutes >= 0)) {
  process.stderr.write('Usage: npm run stress -- [--seed N] [--minutes M]\n');
  process.exit(2);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`seed ${seed}, ${minutes} minutes`);
const { claims, ...figures } = await runStress({ seed, forMs: minutes * 60_000, say });
for (const { claim, against } of claims) {
  say(`${against.length === 0 ? '✓' : '✗'} ${claim}`);
  for (const each of against.slice(0, 10)) say(`    ${each}`);
}
say(
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', '),
);
say(`seed ${seed}`);
const failed = claims.filter(({ against }) => against.length > 0).length;
say(`${claims.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
