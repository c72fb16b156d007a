#!/usr/bin/env node
import { ConfigError } from '@finaegis/platform/config/config';
import { createDemo } from './demo.ts';
import { start } from './start.ts';

// `npm start`: the platform with its demo tenant, in one process.
try {
  const running = await start();
  const demo = await createDemo(running);
  process.stdout.write(`
FinAegis is running.
  address   ${running.url}
  API key   ${demo.key}
  docs      ${running.url}/docs
  try       curl -s ${running.url}/v1/accounts -H 'Authorization: Bearer ${demo.key}'
`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          running.logger.error({ err: error }, 'stopping failed');
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
