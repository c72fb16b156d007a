import { parseArgs } from 'node:util';
import { type Episode, runEpisode } from './episode.ts';
import { scripts } from './requests.ts';

// `npm run simulate -- --seed N --steps M` lives one life of the bank; `--seconds S` as many new ones as fit into so much time. `--script ledger`
// sends the clients of the ledger alone, `whole` those of parties and payments too, `cards` those who pay by card; a seed means what it means
// under the script it was found by.
// The last line is `N passed, N failed`.

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string', default: '200' },
    seconds: { type: 'string' },
    script: { type: 'string', default: 'all' },
  },
});
const steps = Number(values.steps);
const script = scripts.find((name) => name === values.script);
if (script === undefined) {
  process.stderr.write(`The script is one of ${scripts.join(', ')}.\n`);
  process.exit(2);
}
if ([steps, Number(values.seed ?? 0), Number(values.seconds ?? 1)].some((given) => !Number.isSafeInteger(given))) {
  process.stderr.write(
    'Usage: npm run simulate -- [--seed N] [--steps M] [--seconds S] [--script ledger|whole|cards|all]\n',
  );
  process.exit(2);
}
const write = (line: string): unknown => process.stdout.write(`${line}\n`);

/** The problems of an episode, a simulation that got stuck among them. */
const live = async (seed: number, its: number): Promise<Episode> =>
  runEpisode(seed, its, { script }).catch((error: unknown) => ({
    problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    events: 0,
    logs: [],
    roots: [],
    accepted: 0,
    refused: 0,
    outcomes: new Map(),
    history: '',
    turns: 0,
  }));

/** Fewer steps of the same seed that still fail, found by halving; another crowd of wishes may fail for another reason, which is as good. */
const smallest = async (seed: number): Promise<number> => {
  let failing = steps;
  for (let its = Math.floor(steps / 2); its > 0; its = Math.floor(its / 2)) {
    if ((await live(seed, its)).problems.length === 0) break;
    failing = its;
  }
  return failing;
};

const one = async (seed: number): Promise<boolean> => {
  const { problems, history, turns, events, accepted, refused } = await live(seed, steps);
  if (problems.length === 0) {
    if (values.seconds === undefined)
      write(
        `seed ${seed}: history ${history}, ${turns} turns, ${events} events, ${accepted} accepted, ${refused} refused`,
      );
    return true;
  }
  write(
    `seed ${seed} fails after ${turns} turns; again with: npm run simulate -- --script ${script} --seed ${seed} --steps ${await smallest(seed)}`,
  );
  for (const problem of problems.slice(0, 10)) write(`  ${problem}`);
  return false;
};

let passed = 0;
let failed = 0;
const startedMs = performance.now();
const lastsMs = Number(values.seconds ?? 0) * 1_000;
// New lives begin where nobody has been: the clock is a seed that no two runs share.
let seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
do {
  if (await one(seed)) passed += 1;
  else failed += 1;
  seed += 1;
} while (performance.now() - startedMs < lastsMs);
if (values.seconds !== undefined) write(`${passed + failed} seeds up to ${seed - 1}, ${steps} steps each`);
write(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
