import { defineConfig } from 'vitest/config';

// The pure tests of the kernel and the deciders as Stryker runs them: properties are drawn from one seed, so that a mutant that survives today
// survives tomorrow. What needs a database is left out, and so is what asks a whole ledger in memory: a rule that only those tests know is not
// stated where its decider is, and each mutant would wait for all of them.
const resolve = { conditions: ['source', 'node'] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    include: ['packages/{kernel,bank}/src/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      '**/*.int.test.ts',
      '**/{http,views,adapters,iso20022}/**',
      'packages/bank/src/ledger/{commands,examples,properties}.test.ts',
    ],
    setupFiles: ['tests/mutation/one-seed.mjs'],
    testTimeout: 10_000,
    server: { deps: { inline: [/^@finaegis\//] } },
  },
});
