import { describeConfig, readConfig } from '@finaegis/platform/config/config';
import { gatherStatistics } from '@finaegis/platform/database/statistics';
import { createDemo } from '@finaegis/server/demo';
import { start } from '@finaegis/server/start';
import type { Command } from 'commander';
import { columns } from '../output.ts';
import { type Cli, withBank } from '../session.ts';

/** What runs and prepares the platform: `serve`, `migrate`, `demo`, `config`. */
export const addRunCommands = (program: Command, cli: Cli): void => {
  program
    .command('serve')
    .description('start the platform and serve its API until a signal ends it')
    .action(() => serve(cli));

  program
    .command('migrate')
    .description('bring the database up to this release, with its roles and the platform’s assets')
    .action(() =>
      withBank(cli.environment, async ({ bank, database }) => {
        const assets = await bank.modules.asset.seed();
        if (database.created.length > 0 || assets.registered > 0) await gatherStatistics(bank.pools.write);
        cli
          .output()
          .result(
            { created: database.created, assets },
            database.created.length === 0
              ? 'Everything is up to date.'
              : `Made ${database.created.length}: ${database.created.join(', ')}`,
          );
      }),
    );

  program
    .command('demo')
    .description('make the demo tenant with customers, accounts and movements; a second time changes nothing')
    .action(() =>
      withBank(cli.environment, async ({ bank, database: { dataFolder } }) => {
        await bank.modules.asset.seed();
        const demo = await createDemo({ bank, dataFolder });
        cli.output().result(demo, `tenant ${demo.tenantId}\nkey    ${demo.key}`);
      }),
    );

  program
    .command('config')
    .description('show the configuration of this environment, secrets hidden')
    .action(() => {
      const lines = describeConfig(readConfig(cli.environment));
      cli
        .output()
        .result(
          Object.fromEntries(lines.map(({ name, value }) => [name, value])),
          columns(lines.map(({ name, value, about }) => [name, value, about])),
        );
    });
};

const serve = async (cli: Cli): Promise<void> => {
  const running = await start(readConfig(cli.environment));
  cli
    .output()
    .result(
      { url: running.url, docs: `${running.url}/docs` },
      `FinAegis serves ${running.url}, its documentation ${running.url}/docs.`,
    );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await running.stop();
};
