import { accept, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { assetCode, text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { type AccountFacts, type Book, type JournalRefusal, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import { checkoutStatuses } from '../crypto-provider.ts';
import { type DepositRefs, depositNeeds, prepareDeposit, waitingForDeposit } from '../deposit.ts';
import {
  costOf,
  findAccounts,
  type HouseRefs,
  houseNeeds,
  mergeNeeds,
  pspOf,
  suspenseUnidentified,
  withHouses,
} from '../house.ts';
import { workItemOf } from '../outgoing/bookings.ts';
import type { PaymentTools } from '../outgoing/commands.ts';
import { bankName, code, minor, positiveMinor, verdictSchema } from '../terms.ts';
import { tellingWhoWaits } from '../waiting-saga.ts';
import type { SignalledRefs } from '../with-signal.ts';
import { workItemAggregate } from '../work-item/work-item.ts';
import {
  announceCryptoDeposit,
  type ConcludeCryptoDeposit,
  type CryptoDeposit,
  type CryptoDepositRefusal,
  type CryptoDepositState,
  type CryptoDepositTerms,
  type CryptoSupport,
  concludeCryptoDeposit,
  cryptoDepositAggregate,
  cryptoJournalId,
  failCryptoDeposit,
  openCryptoCheckout,
} from './crypto-deposit.ts';
import {
  type CryptoReceipt,
  cryptoReceiptAggregate,
  cryptoReceiptIdOf,
  receiptJournals,
  type SuspendCryptoReceipt,
  suspendCryptoReceipt,
} from './receipt.ts';

/** What the commands of deposits are built over. */
export interface CryptoDepositTools extends PaymentTools {
  /** Takes new deposits: `psp/{provider}`. */
  readonly provider: string;
  readonly supportOf: (tenantId: string, accountId: string, asset: string) => Promise<CryptoSupport>;
  /** How long a payer has to pay. */
  readonly payMaxMs: number;
  readonly findCryptoDeposit: (tenantId: string, depositId: string) => Promise<CryptoDepositState>;
}

/** Data of CreateCryptoDeposit. */
export interface CreateCryptoDepositData {
  readonly depositId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  /** The saga that is told what becomes of it. */
  readonly waitingSagaId?: string | undefined;
}

/** The saga of a deposit. */
export const cryptoDepositSagaId = (depositId: string): string =>
  derivedUuid('saga', 'payment-crypto-deposit', depositId);

/** What creating found before it locks. */
export interface CryptoCreationRefs {
  readonly facts: AccountFacts | undefined;
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly support: CryptoSupport;
}

export type CreateCryptoDepositHandler = CommandHandler<
  CreateCryptoDepositData,
  CryptoCreationRefs,
  CryptoDeposit,
  CryptoDepositRefusal
>;

const depositResult = (loaded: Loaded, { depositId }: { readonly depositId: string }): CryptoDeposit => {
  const { state } = loaded.stream(cryptoDepositAggregate, depositId);
  if (state.status === 'unknown') throw new Error(`Crypto deposit ${depositId} was accepted and is not there.`);
  return state;
};

/** Announces a deposit and starts its saga in the same commit. */
export const createCryptoDepositHandler = (
  tools: CryptoDepositTools,
  saga: () => SagaDefinition,
): CreateCryptoDepositHandler => ({
  name: 'payment.CreateCryptoDeposit',
  schema: z.strictObject({
    depositId: uuid,
    accountId: uuid,
    asset: assetCode,
    amountMinor: positiveMinor,
    waitingSagaId: uuid.optional(),
  }),
  permission: 'payment:create',
  prepare: async ({ accountId, asset }, { tenantId }) => {
    const accounts = await tools.ledger.accounts(tenantId, [accountId]);
    const support = await tools.supportOf(tenantId, accountId, asset);
    return { facts: accounts.get(accountId), accounts, support };
  },
  loads: ({ depositId, accountId, asset }, { accounts }) =>
    mergeNeeds(
      { streams: [{ aggregate: cryptoDepositAggregate, id: depositId }, newSagaNeed(cryptoDepositSagaId(depositId))] },
      postingNeeds(tools.balances, accounts, { postings: [{ account: accountId, asset }], journals: [] }),
    ),
  decide: (loaded, data, { now, tenantId }, { facts, accounts, support }) => {
    const { waitingSagaId, ...rest } = data;
    const { depositId, accountId } = rest;
    if (facts === undefined) return reject({ code: 'account_unknown', account: accountId });
    const terms: CryptoDepositTerms = {
      ...rest,
      ...(waitingSagaId === undefined ? {} : { waitingSagaId }),
      entity: facts.entity,
      provider: tools.provider,
      expiresAt: new Date(Date.parse(now) + tools.payMaxMs).toISOString(),
    };
    const book = loadedBook(loaded, tools.balances, accounts);
    const { state } = loaded.stream(cryptoDepositAggregate, depositId);
    const decision = announceCryptoDeposit(state, terms, { ...support, book });
    if (!decision.accepted || decision.events.length === 0) return decision;
    const started = { sagaId: cryptoDepositSagaId(depositId), input: { depositId } };
    return accept(...decision.events, ...startSaga(saga(), started, { now, tenantId }));
  },
  result: depositResult,
});

const ends = ['CryptoDepositCredited', 'CryptoDepositSuspended', 'CryptoDepositFailed', 'CryptoDepositExpired'];

const depositCommand = <Data extends { readonly depositId: string }>(
  tools: CryptoDepositTools,
  name: string,
  schema: z.ZodType<Data>,
  decide: (state: CryptoDepositState, data: Data, book: Book) => ReturnType<typeof concludeCryptoDeposit>,
): CommandHandler<Data, SignalledRefs<DepositRefs<CryptoDepositTerms>>, CryptoDeposit, CryptoDepositRefusal> =>
  tellingWhoWaits<Data, DepositRefs<CryptoDepositTerms>, CryptoDeposit, CryptoDepositRefusal>(
    tools,
    {
      name,
      schema,
      permission: 'payment:rail',
      weight: () => 4,
      prepare: prepareDeposit<CryptoDepositTerms>(tools, tools.findCryptoDeposit),
      loads: ({ depositId }, refs) => {
        const stream = { streams: [{ aggregate: cryptoDepositAggregate, id: depositId }] };
        if (refs.terms === undefined) return stream;
        const journals = { arrive: cryptoJournalId(depositId, 'arrive'), fee: cryptoJournalId(depositId, 'fee') };
        return mergeNeeds(stream, depositNeeds(tools, refs.terms, journals, refs));
      },
      decide: (loaded, data, _, refs) => {
        if (refs.terms === undefined) return reject({ code: 'crypto_deposit_unknown', depositId: data.depositId });
        const { state } = loaded.stream(cryptoDepositAggregate, data.depositId);
        const book = loadedBook(loaded, tools.balances, refs.accounts);
        return withHouses(loaded, refs, decide(state, data, book));
      },
      result: depositResult,
    },
    waitingForDeposit(ends),
  );

const receivedSchema = z.strictObject({ asset: assetCode, amountMinor: positiveMinor });
const checkoutSchema = z.strictObject({
  checkoutId: text(200),
  status: z.enum(checkoutStatuses),
  received: receivedSchema.optional(),
  feeMinor: minor.optional(),
  isLate: z.boolean(),
});
type ReceiptHandler = CommandHandler<SuspendCryptoReceipt, HouseRefs, CryptoReceipt, JournalRefusal>;

const receiptCommand = (tools: PaymentTools): ReceiptHandler => ({
  name: 'payment.SuspendCryptoReceipt',
  schema: z.strictObject({
    provider: bankName,
    entity: bankName,
    checkoutId: text(200),
    asset: assetCode,
    receivedMinor: positiveMinor,
    feeMinor: minor.optional(),
  }),
  permission: 'payment:rail',
  weight: () => 4,
  prepare: ({ entity, provider }, { tenantId }) => {
    const chartCodes = [pspOf(provider), costOf(provider), suspenseUnidentified];
    return findAccounts(tools.ledger, tenantId, { entity, chartCodes, accounts: [] });
  },
  loads: ({ provider, checkoutId }, refs) => {
    const receiptId = cryptoReceiptIdOf(provider, checkoutId);
    const { arrive, fee } = receiptJournals(receiptId);
    return mergeNeeds(
      { streams: [{ aggregate: cryptoReceiptAggregate, id: receiptId }] },
      postingNeeds(tools.balances, refs.accounts, { postings: [], journals: [arrive, fee] }),
      houseNeeds(refs),
      { streams: [{ aggregate: workItemAggregate, id: workItemOf(arrive), isNew: true }] },
    );
  },
  decide: (loaded, data, _, refs) => {
    const receiptId = cryptoReceiptIdOf(data.provider, data.checkoutId);
    const { state } = loaded.stream(cryptoReceiptAggregate, receiptId);
    return withHouses(
      loaded,
      refs,
      suspendCryptoReceipt(state, data, loadedBook(loaded, tools.balances, refs.accounts)),
    );
  },
  result: (loaded, { provider, checkoutId }) =>
    loaded.stream(cryptoReceiptAggregate, cryptoReceiptIdOf(provider, checkoutId)).state,
});

type Failing = { readonly depositId: string; readonly reason: string };
type Opening = Parameters<typeof openCryptoCheckout>[1];

/** The saga's own commands, and what providers tell: nobody gives them by hand. */
export const createCryptoStepHandlers = (tools: CryptoDepositTools) => ({
  open: depositCommand<Opening>(
    tools,
    'payment.OpenCryptoCheckout',
    z.strictObject({ depositId: uuid, checkoutId: text(200), url: text(2_048).optional() }) as z.ZodType<Opening>,
    openCryptoCheckout,
  ),
  conclude: depositCommand<ConcludeCryptoDeposit>(
    tools,
    'payment.ConcludeCryptoDeposit',
    z.strictObject({ depositId: uuid, checkout: checkoutSchema, verdict: verdictSchema }),
    concludeCryptoDeposit,
  ),
  fail: depositCommand<Failing>(
    tools,
    'payment.FailCryptoDeposit',
    z.strictObject({ depositId: uuid, reason: code }),
    failCryptoDeposit,
  ),
  suspendReceipt: receiptCommand(tools),
});

export type CryptoStepHandlers = ReturnType<typeof createCryptoStepHandlers>;
