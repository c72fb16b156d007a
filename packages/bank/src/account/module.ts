import type { MaySee } from '@finaegis/platform/audit/sight';
import type { ContextModule } from '@finaegis/platform/module';
import type { Services } from '@finaegis/platform/services';
import { accountAggregate } from './account/account.ts';
import { statementWriters } from './adapters/statement-writers.ts';
import { accountChannels } from './channels.ts';
import { type AccountDirectory, createAccountDirectory } from './directory.ts';
import { type AccountHandlers, createAccountHandlers } from './handlers.ts';
import type { AccountHttp } from './http/account-http.ts';
import { accountRoutes } from './http/account-routes.ts';
import { blockRoutes } from './http/block-routes.ts';
import { accountSight } from './http/event-sight.ts';
import { movementRoutes } from './http/movement-routes.ts';
import { accountProblems, withNeighbours } from './http/problems.ts';
import { productRoutes } from './http/product-routes.ts';
import { standingOrderRoutes } from './http/standing-order-routes.ts';
import { statementRoutes } from './http/statement-routes.ts';
import { transactionRoutes } from './http/transaction-routes.ts';
import { numberingAggregate } from './identifier/identifier.ts';
import { type AccountNumbers, createAccountNumbers } from './numbers.ts';
import type { AccountPorts } from './ports.ts';
import { firstProducts, type PublishProduct, productAggregate } from './product/product.ts';
import { accountPublishes } from './published.ts';
import { standingOrderAggregate } from './standing-order/standing-order.ts';
import { statementAggregate } from './statement/statement.ts';
import { issueDueStatements, type StatementRun, type StatementRunReport } from './statement-run.ts';
import { accountList } from './views/account-list.ts';
import { accountsTable } from './views/accounts.ts';
import { identifiersTable } from './views/identifiers.ts';
import { bankCodesTable, numberingTable } from './views/numbering.ts';
import { productsTable } from './views/products.ts';
import { standingOrdersTable } from './views/standing-orders.ts';
import { statementsTable } from './views/statements.ts';

/** The context, with what neighbours and the server's own work need of it. */
export interface AccountModule extends ContextModule {
  readonly handlers: AccountHandlers;
  readonly directory: AccountDirectory;
  readonly numbers: AccountNumbers;
  /** What customers may see of this context's events. */
  readonly maySee: MaySee;
  /** What a new bank publishes first. */
  readonly firstProducts: readonly PublishProduct[];
  /** Issues the statements of an entity's accounts whose own cycle ends on a date that is over; for a timer, the CLI or an operator. */
  issueDueStatements(run: StatementRun): Promise<StatementRunReport>;
}

const accountEvents = [
  ...productAggregate.events,
  ...numberingAggregate.events,
  ...accountAggregate.events,
  ...statementAggregate.events,
  ...standingOrderAggregate.events,
] as const;

/**
 * Customers' accounts: what they are opened under, how they are known, what happened on them, and the statements that say so.
 * @param services used while a request or an event is worked on, never here, so that it may be filled in later
 */
export const createAccountModule = (
  services: Services,
  { access, assets, ledger, party, suspense }: AccountPorts,
): AccountModule => {
  const directory = createAccountDirectory(services);
  const personalData = {
    seal: (...sealing: Parameters<Services['personalData']['seal']>) => services.personalData.seal(...sealing),
  };
  const handlers = createAccountHandlers({
    assets,
    balances: ledger.balances,
    personalData,
    ledger: ledger.directory,
    accounts: directory,
    ledgerHandlers: ledger.handlers,
    suspense,
  });
  const issue: AccountModule['issueDueStatements'] = (run) =>
    issueDueStatements({ services, ledger: ledger.reads, directory, issueStatement: handlers.issueStatement }, run);
  const http: AccountHttp = {
    services,
    access,
    assets,
    directory,
    handlers,
    ledger,
    problems: withNeighbours(party.problems, ledger.problems),
    writers: statementWriters,
    statementSources: { services, ledger: ledger.reads, assets, parties: party.parties },
    issueDueStatements: issue,
  };
  return {
    name: 'account',
    events: accountEvents,
    tables: [
      productsTable,
      numberingTable,
      bankCodesTable,
      accountsTable,
      identifiersTable,
      statementsTable,
      standingOrdersTable,
    ],
    views: [accountList],
    commands: Object.values(handlers),
    // Money that has arrived is booked whatever a check would say of it; what a customer sends away is asked about first.
    checked: ['account.Withdraw'],
    routes: [
      ...productRoutes(http),
      ...accountRoutes(http),
      ...movementRoutes(http),
      ...blockRoutes(http),
      ...transactionRoutes(http),
      ...statementRoutes(http),
      ...standingOrderRoutes(http),
    ],
    publishes: accountPublishes,
    channels: accountChannels,
    problems: accountProblems,
    handlers,
    directory,
    numbers: createAccountNumbers(services),
    maySee: accountSight(access),
    firstProducts,
    issueDueStatements: issue,
  };
};
