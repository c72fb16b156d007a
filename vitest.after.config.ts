import { defineConfig } from 'vitest/config';

// What is looked at when all tests have run; `npm run check` does it.
export default defineConfig({ test: { include: ['tests/src/architecture/produced/held-against-notes.ts'] } });
