import { type Command, Option } from 'commander';
import { rebuildView } from '@finaegis/platform/view/rebuild';
import { subscriptionName, type View } from '@finaegis/platform/view/view';
import { moduleList } from '@finaegis/server/bank';
import { compareBalances } from '../balances/compare-balances.ts';
import type { Output } from '../output.ts';
import { CliExit, exitCodes, type Session, tenantOf, withAdmin, withBank } from '../session.ts';

interface RebuildOptions {
  readonly tenant?: string;
}

/** `view rebuild`: subscribed views are built anew beside the live ones; balances are replayed and compared. */
export const addViewCommands = (program: Command, output: () => Output): void => {
  program
    .command('view')
    .description('read models')
    .command('rebuild <name>')
    .description('build a view anew beside the live one and put it in its place; `balances` compares the ledger’s balances with a replay')
    .addOption(new Option('--tenant <tenant>', 'for balances: id or name; the only tenant unless given'))
    .action((name: string, options: RebuildOptions) =>
      withBank((session) => (name === 'balances' ? examineBalances(session, options, output()) : rebuild(session, name, output()))),
    );
};

const viewsOf = ({ bank }: Session): readonly View[] => moduleList(bank.modules).flatMap(({ views }) => views);

const rebuild = async (session: Session, name: string, output: Output): Promise<void> => {
  const views = viewsOf(session);
  const view = views.find((one) => one.name === name || subscriptionName(one) === name);
  if (view === undefined) throw new CliExit(exitCodes.usage, `There is no view ${name}. There are ${views.map((one) => one.name).join(', ')} and balances.`);
  const { bank } = session;
  const progress = output.progress(subscriptionName(view));
  const report = await withAdmin(session, (adminPool) =>
    rebuildView({ adminPool, pool: bank.pools.write, catalogue: bank.services.catalogue, view, onProgress: ({ seq, head }) => progress.set(Number(seq), Number(head)) }),
  ).finally(() => progress.stop());
  output.result({ view: subscriptionName(view), ...report }, `${subscriptionName(view)} is rebuilt from ${report.events} events of ${report.tenants} tenants.`);
};

const examineBalances = async (session: Session, { tenant }: RebuildOptions, output: Output): Promise<void> => {
  const tenantId = await tenantOf(session, tenant);
  const progress = output.progress('events');
  const { events, balances, differences } = await compareBalances(session.bank, tenantId, (done) => progress.set(done)).finally(() => progress.stop());
  const told = differences.map(({ account, asset, field, stored, replayed }) => `\n  ${account} ${asset}: ${field} is ${stored} and should be ${replayed}`).join('');
  output.result({ tenantId, events, balances, differences }, differences.length === 0 ? `${balances} balances agree with ${events} events.` : `${differences.length} differences:${told}`);
  if (differences.length > 0) process.exitCode = exitCodes.failed;
};
