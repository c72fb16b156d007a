import { rebuildView } from '@finaegis/platform/view/rebuild';
import { subscriptionName, type View } from '@finaegis/platform/view/view';
import { moduleList } from '@finaegis/server/modules';
import { type Command, Option } from 'commander';
import { type BalanceComparison, compareBalances } from '../balances/compare-balances.ts';
import { repairBalances, repairingAlone } from '../balances/repair-balances.ts';
import { explain } from '../explanation.ts';
import { type Cli, CliExit, exitCodes, type Session, tenantOf, withAdmin, withBank } from '../session.ts';

interface RebuildOptions {
  readonly tenant?: string;
  readonly repair?: boolean;
}

/** `view rebuild`: subscribed views are built anew beside the live ones; balances are replayed and compared. */
export const addViewCommands = (program: Command, cli: Cli): void => {
  const group = program.command('view').description('read models');
  explain(group.command('rebuild').argument('<name>', 'a view’s name, or `balances`'), {
    details: [
      'A subscribed view is built for all tenants at once, while commands are taken and the live one is read. `--repair` puts each balance row that differs right by a command that stands in the log (`BalanceRepaired`).',
    ],
    examples: ['finaegis view rebuild ledger_postings', 'finaegis view rebuild balances --tenant Demo --repair'],
  })
    .description(
      'build a view anew beside the live one and put it in its place; `balances` compares the ledger’s balances with a replay',
    )
    .addOption(new Option('--tenant <tenant>', 'for balances: id or name; the only tenant unless given'))
    .option('--repair', 'for balances: put rows that differ right, each by a command in the log')
    .action((name: string, options: RebuildOptions) =>
      withBank(cli.environment, (session) =>
        name === 'balances' ? examineBalances(session, options, cli) : rebuild(session, name, cli),
      ),
    );
};

const viewsOf = ({ bank }: Session): readonly View[] => moduleList(bank.modules).flatMap(({ views }) => views);

const rebuild = async (session: Session, name: string, cli: Cli): Promise<void> => {
  const views = viewsOf(session);
  const view = views.find((one) => one.name === name || subscriptionName(one) === name);
  if (view === undefined)
    throw new CliExit(
      exitCodes.usage,
      `There is no view ${name}. There are ${views.map((one) => one.name).join(', ')} and balances.`,
    );
  const { bank } = session;
  const progress = cli.output().progress(subscriptionName(view));
  const report = await withAdmin(session, (adminPool) =>
    rebuildView({
      adminPool,
      pool: bank.pools.write,
      catalogue: bank.services.catalogue,
      view,
      onProgress: ({ seq, head }) => progress.set(Number(seq), Number(head)),
    }),
  ).finally(() => progress.stop());
  cli
    .output()
    .result(
      { view: subscriptionName(view), ...report },
      `${subscriptionName(view)} is rebuilt from ${report.events} events of ${report.tenants} tenants.`,
    );
};

const examineBalances = async (
  session: Session,
  { tenant, repair = false }: RebuildOptions,
  cli: Cli,
): Promise<void> => {
  const tenantId = await tenantOf(session, tenant);
  const found = await compared(session, tenantId, cli);
  if (!repair || found.differences.length === 0) return tellBalances(cli, { tenantId, ...found, repaired: 0 });
  const again = await repairingAlone(session, async () => {
    const { differences } = await compared(session, tenantId, cli);
    const repaired = await repairBalances(session, tenantId, differences);
    return { ...(await compared(session, tenantId, cli)), repaired };
  });
  cli.output().note(listed(found.differences).trim());
  tellBalances(cli, { tenantId, ...again });
};

const compared = async ({ bank }: Session, tenantId: string, cli: Cli): Promise<BalanceComparison> => {
  const progress = cli.output().progress('events');
  return compareBalances(bank, tenantId, (done) => progress.set(done)).finally(() => progress.stop());
};

const listed = (differences: BalanceComparison['differences']): string =>
  differences
    .map(
      ({ account, asset, field, stored, replayed }) =>
        `\n  ${account} ${asset}: ${field} is ${stored} and should be ${replayed}`,
    )
    .join('');

const tellBalances = (
  cli: Cli,
  found: BalanceComparison & { readonly tenantId: string; readonly repaired: number },
): void => {
  const { events, balances, differences, repaired } = found;
  const told = repaired === 0 ? '' : `${repaired} rows were repaired. `;
  const agreement = `${balances} balances agree with ${events} events of the ledger.`;
  cli
    .output()
    .result(
      found,
      `${told}${differences.length === 0 ? agreement : `${differences.length} differences:${listed(differences)}`}`,
    );
  if (differences.length > 0) cli.exitCode = exitCodes.failed;
};
