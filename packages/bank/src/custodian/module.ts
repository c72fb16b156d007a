import type { ContextModule } from '@finaegis/platform/module';
import type { Rounds } from '@finaegis/platform/rounds';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { read, type Services } from '@finaegis/platform/services';
import { startTenantRounds, type TenantRoundsOptions } from '@finaegis/platform/tenancy/tenant-rounds';
import { allocationAggregate } from './allocation/allocation.ts';
import { partnerBankAggregate } from './bank/bank.ts';
import { beginBankDays, lastBankDay } from './bank-days.ts';
import { breakAggregate } from './break/break.ts';
import { type BankDayKey, bankDayAggregate } from './day/day.ts';
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
import { raiseOpenBreaks } from './raise-breaks.ts';
import { type ReconciledAccount, type ReconciliationRun, reconcileBank } from './reconcile.ts';
import { reconciliationAggregate } from './reconciliation/reconciliation.ts';
import { type BankDaySagaTools, bankDaySaga } from './sagas/bank-day.ts';
import { transferSaga } from './sagas/transfer.ts';
import { type StatementRun, type TakenStatements, takeStatements } from './statements.ts';
import { transferAggregate } from './transfer/transfer.ts';
import { allocationsTable } from './views/allocations.ts';
import { bankDaysTable } from './views/bank-days.ts';
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
  /** Business days at the banks: the worker that begins them all day, and one look at a tenant. */
  readonly bankDays: {
    begin(tenantId: string): Promise<readonly BankDayKey[]>;
    start(options: TenantRoundsOptions): Rounds;
  };
}

/** How the context behaves in this process. */
export interface CustodianOptions {
  /** Whose accounts the nostros are, as banks are told. */
  readonly ownName?: string;
  /** How long a payment under way is left alone before the bank is asked again. */
  readonly pollMs?: number;
}

const banksMax = 1_000;
/** How long a bank is left alone that has not said its last word of a day, and how long after the day it is waited for. */
const askAgainMs = 10 * 60_000;
const waitMaxMs = 5 * 24 * 3_600_000;

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
    { lastDay: (tenantId, day) => lastBankDay(services, tenantId, day), saga: () => daySaga },
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
  const take: CustodianModule['takeStatements'] = (run) => takeStatements({ services, gateway, takeEntry }, run);
  const { daySaga, bankDays } = createBankDays(services, {
    handlers,
    entities: ledger.reads,
    banks,
    gateway,
    does: { takeStatements: take, reconcile },
  });
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
      ...bankDayAggregate.events,
    ],
    tables: [partnerBanksTable, allocationsTable, transfersTable, reconciliationsTable, breaksTable, bankDaysTable],
    views: [],
    commands: Object.values(handlers),
    checked: [],
    sagas: [saga, daySaga],
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
    takeStatements: take,
    bankDays,
    reconcile,
  };
};

/** Business days at the banks: what begins them, and the saga that sees each to its end. */
const createBankDays = (
  services: Services,
  {
    handlers,
    entities,
    banks,
    gateway,
    does,
  }: {
    readonly handlers: CustodianHandlers;
    readonly entities: CustodianPorts['ledger']['reads'];
    readonly banks: CustodianModule['banks'];
    readonly gateway: BankGateway;
    readonly does: Pick<BankDaySagaTools, 'takeStatements' | 'reconcile'>;
  },
): { readonly daySaga: SagaDefinition; readonly bankDays: CustodianModule['bankDays'] } => {
  const tools = { services, entities, banks, openBankDay: handlers.openBankDay };
  const raiseBreaks: BankDaySagaTools['raiseBreaks'] = (raising) =>
    raiseOpenBreaks({ services, gateway, raiseBreaks: handlers.raiseBreaks }, raising);
  const begin: CustodianModule['bankDays']['begin'] = (tenantId) => beginBankDays(tools, tenantId);
  return {
    daySaga: bankDaySaga({ ...does, raiseBreaks, askAgainMs, waitMaxMs }, handlers),
    bankDays: { begin, start: (options) => startTenantRounds(begin, options) },
  };
};
