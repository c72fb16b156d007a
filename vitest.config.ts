import { defineConfig } from 'vitest/config';
import { noteDecisions, notesFolder } from './tests/src/architecture/produced/note-decisions.ts';

// Tests read the TypeScript sources of every workspace through the `source` export condition,
// so that a failing line is a line somebody wrote; processes that tests start run the build in dist/.
const resolve = { conditions: ['source', 'node'] };

export default defineConfig({
  plugins: [noteDecisions()],
  resolve,
  ssr: { resolve },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'tests/src/**/*.test.ts',
      'examples/src/**/*.test.ts',
      'scripts/src/**/*.test.ts',
      'benchmarks/src/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**'],
    setupFiles: notesFolder === undefined ? [] : ['tests/src/architecture/produced/write-notes.ts'],
    globalSetup: ['packages/testing/src/database/shared-cluster.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Modules hold no state, so a worker loads each once for all its files: loading them anew for each took a third of the whole run.
    isolate: false,
    // Limits for what hangs; a busy machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    server: { deps: { inline: [/^@finaegis\//] } },
  },
});
