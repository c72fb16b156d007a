import type { Aggregate } from '@finaegis/platform/event-store/aggregate';
import { erased } from '@finaegis/platform/event-store/personal-ref';
import { rehydrate } from '@finaegis/platform/event-store/read';
import { read, type Services } from '@finaegis/platform/services';
import { type AccountNumbers, type StandingOrder, standingOrderAggregate } from '../account/contract.ts';
import type { AssetDirectory } from '../asset/contract.ts';
import type { Parties } from '../party/contract.ts';
import { type BatchState, type BulkBatch, type BulkLine, batchAggregate, debtorOf } from './bulk/batch.ts';
import { type BulkPayment, type BulkState, bulkAggregate } from './bulk/bulk.ts';
import type { LineText } from './bulk/commands.ts';
import type { PaymentPorts, RailOrder } from './ports.ts';
import { type PaymentRequest, type RequestState, requestAggregate } from './request/request.ts';
import { orderTerms } from './sagas/bulk-payment.ts';
import { type Schedule, scheduleAggregate } from './schedule/schedule.ts';
import { type BulkLineRow, bulkProgress, listBulkIds, listBulkLines } from './views/bulk-payments.ts';
import { listPaymentRequests } from './views/payment-requests.ts';
import { readStates } from './views/payments.ts';

/** The read side of bulk payments. Nothing here asks who may see it. */
export interface BulkReads {
  bulk(tenantId: string, bulkId: string): Promise<BulkState>;
  /** A standing order, and how it is executed. */
  order(tenantId: string, orderId: string): Promise<StandingOrder | undefined>;
  schedule(tenantId: string, orderId: string): Promise<Schedule>;
  /** Batches in the order asked for; one that was never written is unknown. */
  batchStates(tenantId: string, batchIds: readonly string[]): Promise<readonly BatchState[]>;
  /** Batches that must be there. */
  batches(tenantId: string, batchIds: readonly string[]): Promise<readonly BulkBatch[]>;
  progress(tenantId: string, batchIds: readonly string[]): ReturnType<typeof bulkProgress>;
  lines(tenantId: string, page: Parameters<typeof listBulkLines>[2]): Promise<readonly BulkLineRow[]>;
  list(
    tenantId: string,
    page: Parameters<typeof listBulkIds>[2],
  ): Promise<readonly { readonly seq: bigint; readonly item: BulkPayment }[]>;
}

// Whole batches are read: as many at once as make some megabytes.
const batchesAtOnce = 100;

/** The read side over the database. */
export const createBulkReads = (services: Services): BulkReads => {
  const batchStates: BulkReads['batchStates'] = async (tenantId, batchIds) => {
    const states: BatchState[] = [];
    for (let at = 0; at < batchIds.length; at += batchesAtOnce) {
      const ids = batchIds.slice(at, at + batchesAtOnce);
      states.push(
        ...(await read(services, tenantId, (tx) =>
          readStates(tx, services.catalogue, batchAggregate, { tenantId, ids }),
        )),
      );
    }
    return states;
  };
  const one = <State>(aggregate: Aggregate<State, never>, tenantId: string, id: string): Promise<State> =>
    read(
      services,
      tenantId,
      async (tx) => (await rehydrate(tx, services.catalogue, aggregate, { tenantId, id })).state,
    );
  return {
    order: async (tenantId, orderId) => {
      const state = await one(standingOrderAggregate, tenantId, orderId);
      return state.status === 'unknown' ? undefined : state;
    },
    schedule: (tenantId, orderId) => one(scheduleAggregate, tenantId, orderId),
    batchStates,
    batches: async (tenantId, batchIds) =>
      (await batchStates(tenantId, batchIds)).map((state, index) => {
        if (state.status === 'unknown') throw new Error(`Batch ${batchIds[index]} of a bulk payment is not there.`);
        return state;
      }),
    bulk: (tenantId, id) => one(bulkAggregate, tenantId, id),
    progress: (tenantId, batchIds) => read(services, tenantId, (tx) => bulkProgress(tx, tenantId, batchIds)),
    lines: (tenantId, page) => read(services, tenantId, (tx) => listBulkLines(tx, tenantId, page)),
    list: (tenantId, page) =>
      read(services, tenantId, async (tx) => {
        const rows = await listBulkIds(tx, tenantId, page);
        const ids = rows.map(({ bulkId }) => bulkId);
        const states = await readStates(tx, services.catalogue, bulkAggregate, { tenantId, ids });
        return rows.map(({ seq }, index) => ({ seq, item: states[index] as BulkPayment }));
      }),
  };
};

/** What the orders of a file are put together from. */
export interface BulkOrderSources {
  readonly services: Services;
  readonly assets: Pick<AssetDirectory, 'get'>;
  readonly parties: Parties;
  readonly accounts: PaymentPorts['accounts']['directory'];
  readonly numbers: AccountNumbers;
}

/** The orders of some lines of a batch. Personal texts are read only now, so that none of them lies in a saga or an event. */
export const bulkOrders = async (
  sources: BulkOrderSources,
  tenantId: string,
  { batch, lines }: { readonly batch: BulkBatch; readonly lines: readonly BulkLine[] },
): Promise<ReadonlyMap<number, RailOrder>> => {
  const payers = [...new Set(lines.map((line) => debtorOf(batch, line)))];
  const [debtorBy, textOf, decimals] = await Promise.all([
    railDebtors(sources, tenantId, payers),
    textsOf(sources, tenantId, { batch, lines }),
    decimalsOf(sources, tenantId, lines),
  ]);
  return new Map(
    lines.map((line) => {
      const { name, remittance } = textOf(line);
      const order: RailOrder = {
        ...orderTerms(tenantId, batch, line),
        decimals: decimals(line.asset),
        debtor: debtorBy.get(debtorOf(batch, line)) ?? {},
        creditor: {
          name,
          ...(line.iban === undefined ? {} : { iban: line.iban }),
          ...(line.account === undefined ? {} : { account: line.account }),
          ...(line.bic === undefined ? {} : { bic: line.bic }),
        },
        ...(remittance === undefined ? {} : { remittance }),
      };
      return [line.line, order];
    }),
  );
};

/** How banks know those who pay; asked for all of them at once. */
const railDebtors = async (
  { parties, accounts, numbers }: BulkOrderSources,
  tenantId: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, RailOrder['debtor']>> => {
  const [ibans, found] = await Promise.all([
    numbers.ibansOf(tenantId, accountIds),
    Promise.all(accountIds.map((accountId) => accounts.find(tenantId, accountId))),
  ]);
  const holders = found.map((terms) => terms?.holders[0]?.partyId);
  const names = await parties.displayNames(tenantId, [...new Set(holders.flatMap((one) => one ?? []))]);
  return new Map(
    accountIds.map((accountId, index) => {
      const [iban, name] = [ibans.get(accountId), names.get(holders[index] ?? '')];
      return [accountId, { ...(name === undefined ? {} : { name }), ...(iban === undefined ? {} : { iban }) }];
    }),
  );
};

/** The texts of lines: their own, as an order has them, or their share of those the batch was taken on with. */
const textsOf = async (
  { services }: BulkOrderSources,
  tenantId: string,
  { batch, lines }: { readonly batch: BulkBatch; readonly lines: readonly BulkLine[] },
): Promise<(line: BulkLine) => LineText> => {
  const own = lines.flatMap(({ order }) =>
    [order?.name, order?.remittance].flatMap((one) => (one === undefined ? [] : [one.ref])),
  );
  const refs = [...own, ...(batch.texts === undefined ? [] : [batch.texts.ref])];
  const values = await read(services, tenantId, (tx) => services.personalData.read(tx, tenantId, refs));
  const written = values.get(batch.texts?.ref ?? '') ?? erased;
  const told = written === erased ? [] : (JSON.parse(written) as readonly LineText[]);
  const shared = new Map(batch.lines.map(({ line }, index) => [line, told[index]]));
  const ownText = (one: { readonly ref: string } | undefined): string | undefined =>
    one === undefined ? undefined : values.get(one.ref);
  return ({ line, order }) =>
    order === undefined
      ? (shared.get(line) ?? { name: erased })
      : { name: ownText(order.name) ?? nameless, remittance: ownText(order.remittance) };
};

// Orders may be kept without the payee's name; a bank wants one, and the word says what is known.
const nameless = 'NOTPROVIDED';

const decimalsOf = async (
  { assets }: BulkOrderSources,
  tenantId: string,
  lines: readonly BulkLine[],
): Promise<(asset: string) => number> => {
  const codes = [...new Set(lines.map(({ asset }) => asset))];
  const found = new Map(
    await Promise.all(codes.map(async (code) => [code, await assets.get(tenantId, code)] as const)),
  );
  return (asset) => {
    const decimals = found.get(asset)?.decimals;
    if (decimals === undefined) throw new Error(`A line is in ${asset}, which is in no registry.`);
    return decimals;
  };
};

/** The read side of payment requests. */
export const createRequestReads = (services: Services) => ({
  request: (tenantId: string, id: string): Promise<RequestState> =>
    read(
      services,
      tenantId,
      async (tx) => (await rehydrate(tx, services.catalogue, requestAggregate, { tenantId, id })).state,
    ),
  list: (tenantId: string, filter: Parameters<typeof listPaymentRequests>[2]) =>
    read(services, tenantId, async (tx) => {
      const rows = await listPaymentRequests(tx, tenantId, filter);
      const ids = rows.map(({ requestId }) => requestId);
      const states = await readStates(tx, services.catalogue, requestAggregate, { tenantId, ids });
      return rows.map(({ seq }, index) => ({ seq, item: states[index] as PaymentRequest }));
    }),
});
