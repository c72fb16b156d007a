import type { ContextModule } from '@finaegis/platform/module';
import { read, type Services } from '@finaegis/platform/services';
import { allocationAggregate } from './allocation/allocation.ts';
import { partnerBankAggregate } from './bank/bank.ts';
import { breakAggregate } from './break/break.ts';
import { type BankGateway, createGateway } from './gateway.ts';
import { type CustodianHandlers, createCustodianHandlers } from './handlers.ts';
import { allocationRoutes } from './http/allocation-routes.ts';
import { bankRoutes } from './http/bank-routes.ts';
import { breakRoutes } from './http/break-routes.ts';
import type { CustodianHttp } from './http/custodian-http.ts';
import { custodianProblems, withNeighbours } from './http/problems.ts';
import { reconciliationRoutes } from './http/reconciliation-routes.ts';
import { settlementRoutes } from './http/settlement-routes.ts';
import { transferRoutes } from './http/transfer-routes.ts';
import { createBankNews } from './news.ts';
import type { CustodianPorts } from './ports.ts';
import { createBankRail } from './rail.ts';
import { type ReconciledAccount, type ReconciliationRun, reconcileBank } from './reconcile.ts';
import { reconciliationAggregate } from './reconciliation/reconciliation.ts';
import { transferSaga } from './sagas/transfer.ts';
import { type StatementRun, type TakenStatements, takeStatements } from './statements.ts';
import { transferAggregate } from './transfer/transfer.ts';
import { allocationsTable } from './views/allocations.ts';
import { partnerBanksTable } from './views/banks.ts';
import { breaksTable } from './views/breaks.ts';
import { reconciliationsTable } from './views/reconciliations.ts';
import { transfersTable } from './views/transfers.ts';

/** The context, with what neighbours and the server's own work need of it. */
export interface CustodianModule extends ContextModule {
  readonly handlers: CustodianHandlers;
  /** The way to the banks, for whoever pays by them. */
  readonly gateway: BankGateway;
  /** The way out for customers' payments. */
  readonly rail: ReturnType<typeof createBankRail>;
  /** What banks tell by themselves. */
  readonly news: ReturnType<typeof createBankNews>;
  /** Every bank of a tenant. */
  banks(tenantId: string): ReturnType<typeof partnerBanksTable.list>;
  /** Has booked what a bank says of a day. */
  takeStatements(run: StatementRun): Promise<TakenStatements>;
  /** Compares a day; for a timer, the CLI or an operator. */
  reconcile(run: ReconciliationRun): Promise<readonly ReconciledAccount[]>;
}

/** How the context behaves in this process. */
export interface CustodianOptions {
  /** Whose accounts the nostros are, as banks are told. */
  readonly ownName?: string;
  /** How long a payment under way is left alone before the bank is asked again. */
  readonly pollMs?: number;
}

const banksMax = 1_000;

/**
 * Partner banks: which there are, how customers' money is spread over them, how ours moves between them, and whether they agree with our books.
 * @param services used while a request or an event is worked on, never here, so that it may be filled in later
 */
export const createCustodianModule = (
  services: Services,
  { assets, ledger, parties, connections, callsOf, takeEntry = async () => 'unexplained' }: CustodianPorts,
  { ownName = 'FinAegis', pollMs }: CustodianOptions = {},
): CustodianModule => {
  const banks: CustodianModule['banks'] = (tenantId) =>
    read(services, tenantId, (tx) => partnerBanksTable.list(tx, tenantId, { limit: banksMax }));
  const gateway = createGateway(
    (tenantId, bank) => read(services, tenantId, (tx) => partnerBanksTable.find(tx, tenantId, bank)),
    connections,
  );
  const handlers = createCustodianHandlers(
    { ledger, parties },
    { assets, banks, ledger: ledger.directory, saga: () => saga },
  );
  const saga = transferSaga({
    gateway,
    ownName,
    postJournal: ledger.handlers.postJournal,
    completeTransfer: handlers.completeTransfer,
    failTransfer: handlers.failTransfer,
    ...(pollMs === undefined ? {} : { pollMs }),
  });
  const reconcile: CustodianModule['reconcile'] = (run) =>
    reconcileBank({ services, gateway, ledger, record: handlers.recordReconciliation }, run);
  const problems = withNeighbours(ledger.problems);
  const http: CustodianHttp = { services, assets, handlers, gateway, problems, callsOf, reconcile };
  return {
    name: 'custodian',
    events: [
      ...partnerBankAggregate.events,
      ...allocationAggregate.events,
      ...transferAggregate.events,
      ...reconciliationAggregate.events,
      ...breakAggregate.events,
    ],
    tables: [partnerBanksTable, allocationsTable, transfersTable, reconciliationsTable, breaksTable],
    views: [],
    commands: Object.values(handlers),
    checked: [],
    sagas: [saga],
    routes: [
      ...bankRoutes(http),
      ...allocationRoutes(http),
      ...transferRoutes(http),
      ...settlementRoutes(http),
      ...reconciliationRoutes(http),
      ...breakRoutes(http),
    ],
    problems: custodianProblems,
    handlers,
    gateway,
    rail: createBankRail({ gateway, banks }),
    news: createBankNews(services, gateway),
    banks,
    takeStatements: (run) => takeStatements({ services, gateway, takeEntry }, run),
    reconcile,
  };
};
