import type { MaySee } from '@finaegis/platform/audit/sight';
import type { Access } from '@finaegis/platform/auth/access';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { ContextModule } from '@finaegis/platform/module';
import type { Rounds } from '@finaegis/platform/rounds';
import type { Services } from '@finaegis/platform/services';
import type { TenantRoundsOptions } from '@finaegis/platform/tenancy/tenant-rounds';
import type { AssetDirectory, Rates } from '../asset/contract.ts';
import { ledgerAccountAggregate } from './account/account.ts';
import type { Balance } from './balance.ts';
import { ledgerChannels } from './channels.ts';
import { createDirectory, type LedgerDirectory } from './directory.ts';
import { entityAggregate } from './entity/entity.ts';
import { createLedgerHandlers, type LedgerHandlers } from './handlers.ts';
import { holdAggregate } from './hold/hold.ts';
import { startHoldExpiry } from './hold-expiry.ts';
import { accountRoutes } from './http/account-routes.ts';
import { blockRoutes } from './http/block-routes.ts';
import { entityRoutes } from './http/entity-routes.ts';
import { ledgerSight } from './http/event-sight.ts';
import { holdRoutes } from './http/hold-routes.ts';
import { incomingRoutes } from './http/incoming-routes.ts';
import { journalReadRoutes } from './http/journal-read-routes.ts';
import { journalRoutes } from './http/journal-routes.ts';
import { ledgerProblems } from './http/problems.ts';
import { quoteRoutes } from './http/quote-routes.ts';
import { transferBatchRoutes } from './http/transfer-batch-routes.ts';
import { transferRoutes } from './http/transfer-routes.ts';
import { incomingAggregate } from './incoming/incoming.ts';
import { journalAggregate } from './journal/journal.ts';
import { latestBalances } from './latest.ts';
import { ledgerPublishes } from './published.ts';
import { quoteAggregate } from './quote/quote.ts';
import { createReads, type LedgerReads } from './reads.ts';
import { repairAggregate } from './repair/repair.ts';
import { revaluationFacts } from './revaluation-facts.ts';
import { accountsTable } from './views/accounts.ts';
import { createBalancesTable } from './views/balances.ts';
import { entitiesTable } from './views/entities.ts';
import { holdsTable } from './views/holds.ts';
import { incomingTable } from './views/incoming.ts';
import { journalsView } from './views/journals.ts';
import { postingsView } from './views/postings.ts';

/** What the ledger asks of its neighbours. */
export interface LedgerPorts {
  readonly access: Access;
  readonly assets: AssetDirectory;
  readonly rates: Pick<Rates, 'mid' | 'quote'>;
}

/** The context, with what neighbours and the server's own work need of it. */
export interface LedgerModule extends ContextModule {
  readonly directory: LedgerDirectory;
  /** The one locked table of balances of this process; whoever posts in a commit of its own names its rows. */
  readonly balances: LockedTable<Balance>;
  readonly handlers: LedgerHandlers;
  readonly reads: LedgerReads;
  /** What customers may see of the ledger's events. */
  readonly maySee: MaySee;
  /** Releases holds whose time is over, for as long as it runs; one process is enough, several do no harm. */
  startHoldExpiry(options: TenantRoundsOptions): Rounds;
}

/** The engine: the only writer of balances. */
export const createLedgerModule = (services: Services, { access, assets, rates }: LedgerPorts): LedgerModule => {
  const directory = createDirectory(services);
  const balances = createBalancesTable();
  const reads = createReads(services);
  const personalData = {
    seal: (...sealing: Parameters<Services['personalData']['seal']>) => services.personalData.seal(...sealing),
  };
  const handlers = createLedgerHandlers(
    { balances, directory, personalData },
    { quote: reads.quote, revaluationFacts: revaluationFacts(services, assets, rates) },
  );
  const http = { services, reads, directory, handlers, access, assets, rates };
  return {
    name: 'ledger',
    events: [
      ...entityAggregate.events,
      ...ledgerAccountAggregate.events,
      ...journalAggregate.events,
      ...holdAggregate.events,
      ...incomingAggregate.events,
      ...quoteAggregate.events,
      ...repairAggregate.events,
    ],
    tables: [entitiesTable, accountsTable, balances, holdsTable, incomingTable],
    views: [postingsView, journalsView],
    commands: Object.values(handlers),
    checked: [
      handlers.postJournal.name,
      handlers.postLinkedJournals.name,
      handlers.reverseJournal.name,
      handlers.convert.name,
    ],
    routes: [
      ...transferRoutes(http),
      ...transferBatchRoutes(http),
      ...journalRoutes(http),
      ...journalReadRoutes(http),
      ...holdRoutes(http),
      ...incomingRoutes(http),
      ...quoteRoutes(http),
      ...accountRoutes(http),
      ...blockRoutes(http),
      ...entityRoutes(http),
    ],
    publishes: ledgerPublishes,
    channels: ledgerChannels,
    latest: [latestBalances({ assets, reads })],
    permissions: ['ledger:force', 'ledger:margin'],
    problems: ledgerProblems,
    directory,
    balances,
    handlers,
    reads,
    maySee: ledgerSight({ access, reads }),
    startHoldExpiry: (options) => startHoldExpiry(services, handlers.expireHold, options),
  };
};
