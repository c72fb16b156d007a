#!/usr/bin/env node
import { ConfigError, readConfig } from '@finaegis/platform/config/config';
import { createDemo } from './demo.ts';
import { freePort } from './free-port.ts';
import { start } from './start.ts';

// `npm start`: the platform with its demo tenant, in one process.
try {
  const config = readConfig(process.env);
  // Nobody chose the port, so any free one near it does; a chosen port that is taken is an error.
  const isChosen = (process.env['PORT'] ?? '') !== '';
  const running = await start(
    isChosen ? config : { ...config, PORT: await freePort({ host: config.HOST, port: config.PORT, tries: 20 }) },
  );
  const demo = await createDemo({ bank: running.bank, dataFolder: running.database.dataFolder });
  process.stdout.write(`
FinAegis is running.
  address   ${running.url}
  API key   ${demo.key}
  tenant    ${demo.tenantId}
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
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(error instanceof ConfigError ? 2 : 1);
}
