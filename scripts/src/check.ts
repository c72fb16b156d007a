import { type Found, type Step, steps } from './steps.ts';

// `npm run check`: everything a change must pass. Names given as arguments choose steps (`npm run check -- types boundaries`).
// The last line is `N passed, N failed`, over checks and tests alike; whoever reads the output of a machine reads that.

const timed = async ({ name, run }: Step): Promise<Found> => {
  const startMs = performance.now();
  const found = await run().catch((error: unknown): Found => ({ passed: 0, failed: 1, output: `${String(error)}\n` }));
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  if (found.failed > 0) process.stdout.write(found.output);
  process.stdout.write(
    `${found.failed === 0 ? '✓' : '✗'} ${name}${found.note === undefined ? '' : ` (${found.note})`} ${seconds} s\n`,
  );
  return found;
};

const wanted = process.argv.slice(2);
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.some((each) => name.startsWith(each)));

let passed = 0;
let failed = chosen.length === 0 ? 1 : 0;
for (const step of chosen) {
  const found = await timed(step);
  passed += found.passed;
  failed += found.failed;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
