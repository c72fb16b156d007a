import { describeConfig, readConfig } from '@finaegis/platform/config/config';
import { gatherStatistics } from '@finaegis/platform/database/statistics';
import { createDemo } from '@finaegis/server/demo';
import { start } from '@finaegis/server/start';
import type { Command } from 'commander';
import { explain } from '../explanation.ts';
import { columns } from '../output.ts';
import { type Cli, CliExit, exitCodes, withBank } from '../session.ts';
import { beginEpoch } from './new-epoch.ts';

interface MigrateOptions {
  readonly newEpoch?: boolean;
  readonly yes?: boolean;
}

/** What runs and prepares the platform: `serve`, `migrate`, `demo`, `config`. */
export const addRunCommands = (program: Command, cli: Cli): void => {
  program
    .command('serve')
    .description('start the platform and serve its API until a signal ends it')
    .action(() => serve(cli));

  explain(program.command('migrate'), {
    details: [
      'After a restore to an earlier point, and only then, `--new-epoch` gives the log a new epoch before the first process starts ([backup and restore](../operating/backup-restore.md)). It says what that means and asks, unless `--yes` is given; it refuses while a process of the bank is connected.',
    ],
    examples: ['finaegis migrate', 'finaegis migrate --new-epoch --yes'],
  })
    .description('bring the database up to this release, with its roles and the platform’s assets')
    .option('--new-epoch', 'after a restore to an earlier point: positions handed out before are not known any more')
    .option('--yes', 'answers what would be asked')
    .action((options: MigrateOptions) => migrate(cli, options));

  explain(program.command('demo'), {
    details: ['It prints the tenant’s id and a key, which is also kept in the data folder as `demo.key`.'],
  })
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

const migrate = async (cli: Cli, { newEpoch = false, yes = false }: MigrateOptions): Promise<void> => {
  if (yes && !newEpoch) throw new CliExit(exitCodes.usage, '--yes goes with --new-epoch; nothing else is asked.');
  const begun = newEpoch ? await beginEpoch(cli, { isConfirmed: yes }) : undefined;
  await withBank(cli.environment, async ({ bank, database }) => {
    const assets = await bank.modules.asset.seed();
    if (database.created.length > 0 || assets.registered > 0) await gatherStatistics(bank.pools.write);
    const created = [...(begun?.created ?? []), ...database.created];
    const made = created.length === 0 ? 'Everything is up to date.' : `Made ${created.length}: ${created.join(', ')}`;
    const told =
      begun === undefined ? '' : `\nThe log is in epoch ${begun.epoch.epoch} since ${begun.epoch.startedAt}.`;
    cli.output().result({ created, assets, ...begun?.epoch }, `${made}${told}`);
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
