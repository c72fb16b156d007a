import { accept, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandFacts, CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { assetCode, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { type AccountFacts, type Book, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import { intentStatuses } from '../card-provider.ts';
import { type DepositRefs, depositNeeds, prepareDeposit, waitingForDeposit } from '../deposit.ts';
import { mergeNeeds, withHouses } from '../house.ts';
import type { PaymentTools } from '../outgoing/commands.ts';
import { code, minor, positiveMinor, verdictSchema } from '../terms.ts';
import { tellingWhoWaits } from '../waiting-saga.ts';
import type { SignalledRefs } from '../with-signal.ts';
import {
  announceCardDeposit,
  bookCardFee,
  type CardDeposit,
  type CardDepositRefusal,
  type CardDepositState,
  type CardDepositTerms,
  type CardPayer,
  type ConcludeCardDeposit,
  cardDepositAggregate,
  cardJournalId,
  cardPayerAggregate,
  concludeCardDeposit,
  failCardDeposit,
} from './card-deposit.ts';

/** What the commands of deposits are built over. */
export interface CardDepositTools extends PaymentTools {
  readonly provider: string;
  /** Assets the provider takes and the account's product may hold. */
  readonly isCardAsset: (tenantId: string, accountId: string, asset: string) => Promise<boolean>;
  /** How long a payer has to pay. */
  readonly payMaxMs: number;
  readonly findCardDeposit: (tenantId: string, depositId: string) => Promise<CardDepositState>;
}

/** A token of a card as providers write it. */
export const methodToken = z.string().regex(/^[A-Za-z0-9_]{1,100}$/, 'must be the provider’s token of a card');

/** Data of CreateCardDeposit. */
export interface CreateCardDepositData {
  readonly depositId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly paymentMethod?: string | undefined;
  readonly saveMethod: boolean;
  /** The saga that is told what becomes of it. */
  readonly waitingSagaId?: string | undefined;
}

/** The saga of a deposit. */
export const cardDepositSagaId = (depositId: string): string => derivedUuid('saga', 'payment-card-deposit', depositId);

/** What creating found before it locks. */
export interface CreationRefs {
  readonly facts: AccountFacts | undefined;
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly isSupported: boolean;
}

const depositResult = (loaded: Loaded, { depositId }: { readonly depositId: string }): CardDeposit => {
  const { state } = loaded.stream(cardDepositAggregate, depositId);
  if (state.status === 'unknown') throw new Error(`Card deposit ${depositId} was accepted and is not there.`);
  return state;
};

/** Announces a deposit and starts its saga in the same commit. */
export const createCardDepositHandler = (
  tools: CardDepositTools,
  saga: () => SagaDefinition,
): CommandHandler<CreateCardDepositData, CreationRefs, CardDeposit, CardDepositRefusal> => ({
  name: 'payment.CreateCardDeposit',
  schema: z.strictObject({
    depositId: uuid,
    accountId: uuid,
    asset: assetCode,
    amountMinor: positiveMinor,
    paymentMethod: methodToken.optional(),
    saveMethod: z.boolean(),
    waitingSagaId: uuid.optional(),
  }),
  permission: 'payment:create',
  prepare: async ({ accountId, asset }, { tenantId }) => {
    const accounts = await tools.ledger.accounts(tenantId, [accountId]);
    const isSupported = await tools.isCardAsset(tenantId, accountId, asset);
    return { facts: accounts.get(accountId), accounts, isSupported };
  },
  loads: ({ depositId, accountId, asset }, { accounts }) =>
    mergeNeeds(
      { streams: [{ aggregate: cardDepositAggregate, id: depositId }, newSagaNeed(cardDepositSagaId(depositId))] },
      postingNeeds(tools.balances, accounts, { postings: [{ account: accountId, asset }], journals: [] }),
    ),
  decide: (loaded, data, { now, tenantId }, { facts, accounts, isSupported }) => {
    const { depositId, paymentMethod, waitingSagaId, ...rest } = data;
    if (facts === undefined) return reject({ code: 'account_unknown', account: data.accountId });
    const terms: CardDepositTerms = {
      depositId,
      ...rest,
      ...(paymentMethod === undefined ? {} : { paymentMethod }),
      ...(waitingSagaId === undefined ? {} : { waitingSagaId }),
      entity: facts.entity,
      provider: tools.provider,
      expiresAt: new Date(Date.parse(now) + tools.payMaxMs).toISOString(),
    };
    const book = loadedBook(loaded, tools.balances, accounts);
    const { state } = loaded.stream(cardDepositAggregate, depositId);
    const decision = announceCardDeposit(state, terms, { isSupported, book });
    if (!decision.accepted || decision.events.length === 0) return decision;
    const started = startSaga(
      saga(),
      { sagaId: cardDepositSagaId(depositId), input: { depositId } },
      { now, tenantId },
    );
    return accept(...decision.events, ...started);
  },
  result: depositResult,
});

type Handler<Data> = CommandHandler<
  Data,
  SignalledRefs<DepositRefs<CardDepositTerms>>,
  CardDeposit,
  CardDepositRefusal
>;

const ends = ['CardDepositCredited', 'CardDepositSuspended', 'CardDepositFailed', 'CardDepositExpired'];

const depositCommand = <Data extends { readonly depositId: string }>(
  tools: CardDepositTools,
  name: string,
  schema: z.ZodType<Data>,
  decide: (
    state: CardDepositState,
    data: Data,
    book: Book,
    facts: CommandFacts,
  ) => ReturnType<typeof concludeCardDeposit>,
): Handler<Data> =>
  tellingWhoWaits<Data, DepositRefs<CardDepositTerms>, CardDeposit, CardDepositRefusal>(
    tools,
    {
      name,
      schema,
      permission: 'payment:rail',
      weight: () => 4,
      prepare: prepareDeposit<CardDepositTerms>(tools, tools.findCardDeposit),
      loads: ({ depositId }, refs) => {
        const stream = { streams: [{ aggregate: cardDepositAggregate, id: depositId }] };
        if (refs.terms === undefined) return stream;
        const journals = { arrive: cardJournalId(depositId, 'arrive'), fee: cardJournalId(depositId, 'fee') };
        return mergeNeeds(stream, depositNeeds(tools, refs.terms, journals, refs));
      },
      decide: (loaded, data, facts, refs) => {
        if (refs.terms === undefined) return reject({ code: 'card_deposit_unknown', depositId: data.depositId });
        const { state } = loaded.stream(cardDepositAggregate, data.depositId);
        const book = loadedBook(loaded, tools.balances, refs.accounts);
        return withHouses(loaded, refs, decide(state, data, book, facts));
      },
      result: depositResult,
    },
    waitingForDeposit(ends),
  );

const intentSchema = z.strictObject({
  intentId: z.string(),
  status: z.enum(intentStatuses),
  receivedMinor: minor,
  declineCode: code.optional(),
});
/** The saga's own commands: nobody gives them by hand. */
export const createCardStepHandlers = (tools: CardDepositTools) => ({
  registerPayer: {
    name: 'payment.RegisterCardPayer',
    schema: z.strictObject({ accountId: uuid, payer: methodToken }),
    permission: 'payment:rail',
    loads: ({ accountId }) => ({ streams: [{ aggregate: cardPayerAggregate, id: accountId }] }),
    // Two deposits at once may have made two; the first one stays, and its cards are found there.
    decide: (loaded, { accountId, payer }) =>
      loaded.stream(cardPayerAggregate, accountId).state.payer === undefined
        ? accept(
            cardPayerAggregate.record(accountId, 'CardPayerRegistered', { accountId, provider: tools.provider, payer }),
          )
        : accept(),
    result: (loaded, { accountId }) => loaded.stream(cardPayerAggregate, accountId).state,
  } satisfies CommandHandler<{ readonly accountId: string; readonly payer: string }, undefined, CardPayer, never>,
  conclude: depositCommand<ConcludeCardDeposit>(
    tools,
    'payment.ConcludeCardDeposit',
    z.strictObject({ depositId: uuid, intent: intentSchema, verdict: verdictSchema }),
    concludeCardDeposit,
  ),
  bookFee: depositCommand<{ readonly depositId: string; readonly feeMinor: bigint }>(
    tools,
    'payment.BookCardFee',
    z.strictObject({ depositId: uuid, feeMinor: minor }),
    bookCardFee,
  ),
  fail: depositCommand<{ readonly depositId: string; readonly reason: string }>(
    tools,
    'payment.FailCardDeposit',
    z.strictObject({ depositId: uuid, reason: code }),
    failCardDeposit,
  ),
});

export type CardStepHandlers = ReturnType<typeof createCardStepHandlers>;
