import { fileURLToPath } from 'node:url';

// What the two mutation runs have in common; see docs/internals/mutation-testing.md.

/** @param {'kernel' | 'deciders'} name of the run, and of the folder of its report */
export const shared = (name) => ({
  // The mutated copy. Modules of other packages are read from where they are, so only a package's own tests judge it. Without a tsconfig of its
  // own the copy is read with ours: Stryker would rewrite one with the API that TypeScript 7 no longer has.
  ignorePatterns: [
    '**',
    '!/package.json',
    '!/packages/kernel/**',
    '!/packages/bank/**',
    '!/tests/mutation/**',
    // The European Central Bank's rates, which the tests of cross rates read.
    '!/examples/data/ecb/**',
    '**/dist',
    '**/tsconfig.json',
  ],
  plugins: [beside('vitest-runner.mjs'), beside('thrown-words.mjs')],
  ignorers: ['thrown-words'],
  testRunner: 'vitest',
  vitest: { configFile: 'tests/mutation/vitest.config.mjs' },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // A loaded machine must not be taken for an endless loop.
  timeoutMS: 20_000,
  incremental: true,
  incrementalFile: `reports/mutation/${name}/incremental.json`,
  reporters: ['clear-text', 'json', 'html'],
  jsonReporter: { fileName: `reports/mutation/${name}/mutation.json` },
  htmlReporter: { fileName: `reports/mutation/${name}/mutation.html` },
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false, allowEmojis: false },
  thresholds: { high: 95, low: 85, break: 85 },
});

/** @param {string} file in this folder */
const beside = (file) => fileURLToPath(new URL(file, import.meta.url));

/** No decisions: tests, tables, declarations of events (golden files prove them), and what a command locks (tests with PostgreSQL prove it). */
export const notDecisions = [
  '!packages/**/*.test.ts',
  '!packages/**/*.table.ts',
  '!packages/**/fixtures/**',
  '!packages/**/events.ts',
  '!packages/**/commands.ts',
];
