import type { ContextModule } from '@finaegis/platform/module';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { candidateOf } from './candidate.ts';
import type { CgoHandlers } from './handlers.ts';
import type { CgoHttp } from './http/cgo-http.ts';
import { documentRoutes } from './http/document-routes.ts';
import { investmentRoutes } from './http/investment-routes.ts';
import { investorRoutes } from './http/investor-routes.ts';
import { cgoProblems, withNeighbours } from './http/problems.ts';
import { publicRoutes } from './http/public-routes.ts';
import { refundRoutes } from './http/refund-routes.ts';
import { roundRoutes } from './http/round-routes.ts';
import { createInvestmentHandlers, createStepHandlers } from './investment/commands.ts';
import { type Investment, investmentAggregate } from './investment/investment.ts';
import type { InvestmentTools } from './investment-command.ts';
import { numberingAggregate } from './numbering/numbering.ts';
import type { CgoPorts } from './ports.ts';
import { type CgoReads, createCgoReads } from './reads.ts';
import { closeRoundHandler, openOfferingHandler, openRoundHandler } from './round/commands.ts';
import { roundAggregate } from './round/round.ts';
import { investmentSaga } from './sagas/investment.ts';
import { refundSaga } from './sagas/refund.ts';
import { offeringDefaults } from './settings.ts';
import { holdingsTable } from './views/holdings.ts';
import { investmentsView } from './views/investments.ts';

/** The context, with what neighbours and the server's own work need of it. */
export interface CgoModule extends ContextModule {
  readonly handlers: CgoHandlers;
  readonly reads: CgoReads;
  readonly sagas: readonly SagaDefinition[];
}

/** How soon a payment that is under way is asked about, besides being told. */
const pollMs = 60_000;

/**
 * The Continuous Growth Offering: shares of the platform, sold in rounds.
 * @param services used while a request or an event is worked on, never here, so that it may be filled in later
 */
export const createCgoModule = (services: Services, ports: CgoPorts): CgoModule => {
  const reads = createCgoReads(services);
  const settings = { ...offeringDefaults, ...ports.settings };
  const { ledger, assets, payments, compliance } = ports;
  const tools: InvestmentTools = {
    sagas: () => services.sagas,
    now: () => services.now(),
    balances: ledger.balances,
    ledger: ledger.directory,
    accounts: ports.accounts,
    parties: ports.parties,
    payments,
    settings,
    findRound: reads.round,
    findInvestment: reads.investment,
  };
  const steps = createStepHandlers(tools);
  const investmentOf = async (tenantId: string, investmentId: string): Promise<Investment> => {
    const state = await reads.investment(tenantId, investmentId);
    if (state.status === 'unknown') throw new Error(`The saga of investment ${investmentId} finds no investment.`);
    return state;
  };
  const sagas = {
    investmentSaga: investmentSaga(
      { compliance, payments, settings, investmentOf, candidateOf: candidateOf(reads), pollMs: ports.pollMs ?? pollMs },
      steps,
    ),
    refundSaga: refundSaga({ payments, settings, investmentOf }, steps),
  };
  const handlers: CgoHandlers = {
    ...createInvestmentHandlers(tools, sagas),
    openRound: openRoundHandler({ ...tools, assets, registerAsset: ports.registerAsset }),
    openOffering: openOfferingHandler(),
    closeRound: closeRoundHandler(),
  };
  const http: CgoHttp = {
    services,
    access: ports.access,
    assets,
    parties: ports.parties,
    accounts: ports.accounts,
    entities: ledger.reads,
    payments,
    compliance,
    handlers,
    reads,
    problems: withNeighbours(ledger.problems),
  };
  return {
    name: 'cgo',
    events: [...roundAggregate.events, ...investmentAggregate.events, ...numberingAggregate.events],
    tables: [holdingsTable],
    views: [investmentsView],
    commands: [...Object.values(steps), ...Object.values(handlers)],
    // Investments are assessed by the port of compliance, which may also ask for a person.
    checked: [],
    sagas: Object.values(sagas),
    routes: [
      ...roundRoutes(http),
      ...investmentRoutes(http),
      ...refundRoutes(http),
      ...documentRoutes(http),
      ...investorRoutes(http),
      ...publicRoutes(http),
    ],
    problems: cgoProblems,
    handlers,
    reads,
  };
};
