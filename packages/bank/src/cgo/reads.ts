import type { Transaction } from '@finaegis/platform/database/transaction';
import { type Aggregate, fold } from '@finaegis/platform/event-store/aggregate';
import { open } from '@finaegis/platform/event-store/envelope';
import { type EventRow, rehydrate, streamsStatement } from '@finaegis/platform/event-store/read';
import { read, type Services } from '@finaegis/platform/services';
import { type Investment, type InvestmentState, investmentAggregate } from './investment/investment.ts';
import { type Round, type RoundState, roundAggregate } from './round/round.ts';
import { type Holding, holdingsOf, type RoundTotals, registerOf, roundTotals } from './views/holdings.ts';
import { certifiedInvestment, type InvestmentFilter, listInvestments, listRounds } from './views/investments.ts';

interface Page {
  readonly before?: bigint | undefined;
  readonly limit: number;
}

interface Listed<Item> {
  readonly seq: bigint;
  readonly item: Item;
}

/** The read side of the offering. Nothing here asks who may see it. */
export interface CgoReads {
  round(tenantId: string, round: number): Promise<RoundState>;
  investment(tenantId: string, investmentId: string): Promise<InvestmentState>;
  listRounds(tenantId: string, page: Page): Promise<readonly Listed<Round>[]>;
  listInvestments(tenantId: string, filter: InvestmentFilter, page: Page): Promise<readonly Listed<Investment>[]>;
  /** The investment a certificate was issued for. */
  certified(tenantId: string, number: string): Promise<InvestmentState>;
  holdings(tenantId: string, partyId: string): Promise<readonly Holding[]>;
  register(tenantId: string, round: number, page: Parameters<typeof registerOf>[3]): Promise<readonly Holding[]>;
  totals(tenantId: string): Promise<ReadonlyMap<number, RoundTotals>>;
}

/** The read side over the database; `services` is used by requests only, since it is complete only after all contexts are wired. */
export const createCgoReads = (services: Services): CgoReads => {
  const inTenant = <T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> =>
    read(services, tenantId, work);
  const one = <State>(aggregate: Aggregate<State, never>, tenantId: string, id: string): Promise<State> =>
    inTenant(tenantId, async (tx) => (await rehydrate(tx, services.catalogue, aggregate, { tenantId, id })).state);
  const listed = async <State, Item extends State, Row extends { readonly seq: bigint }>(
    tenantId: string,
    aggregate: Aggregate<State, never>,
    {
      rows,
      idOf,
    }: { readonly rows: (tx: Transaction) => Promise<readonly Row[]>; readonly idOf: (row: Row) => string },
  ): Promise<readonly Listed<Item>[]> =>
    inTenant(tenantId, async (tx) => {
      const found = await rows(tx);
      const streams = found.map((row) => ({ tenantId, stream: aggregate.stream(idOf(row)) }));
      const { rows: events } = await tx.query<EventRow>(streamsStatement(aggregate.context, streams));
      const states = new Map<string, State>();
      for (const { stream, envelope, seq } of events)
        states.set(
          stream,
          fold(aggregate, states.get(stream) ?? aggregate.initial, open(services.catalogue, envelope, seq)),
        );
      return found.map((row) => ({
        seq: row.seq,
        item: (states.get(aggregate.stream(idOf(row))) ?? aggregate.initial) as Item,
      }));
    });

  return {
    round: (tenantId, round) => one(roundAggregate, tenantId, String(round)),
    investment: (tenantId, investmentId) => one(investmentAggregate, tenantId, investmentId),
    listRounds: (tenantId, page) =>
      listed(tenantId, roundAggregate, {
        rows: (tx) => listRounds(tx, tenantId, page),
        idOf: ({ round }) => String(round),
      }),
    listInvestments: (tenantId, filter, page) =>
      listed(tenantId, investmentAggregate, {
        rows: (tx) => listInvestments(tx, tenantId, filter, page),
        idOf: ({ investmentId }) => investmentId,
      }),
    certified: async (tenantId, number) => {
      const investmentId = await inTenant(tenantId, (tx) => certifiedInvestment(tx, tenantId, number));
      return investmentId === undefined ? { status: 'unknown' } : one(investmentAggregate, tenantId, investmentId);
    },
    holdings: (tenantId, partyId) => inTenant(tenantId, (tx) => holdingsOf(tx, tenantId, partyId)),
    register: (tenantId, round, page) => inTenant(tenantId, (tx) => registerOf(tx, tenantId, round, page)),
    totals: (tenantId) => inTenant(tenantId, (tx) => roundTotals(tx, tenantId)),
  };
};
