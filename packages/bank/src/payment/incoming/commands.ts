import { reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { assetCode, text, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { entityName, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import {
  findAccounts,
  type HouseRefs,
  houseNeeds,
  mergeNeeds,
  nostroOf,
  suspenseBlocked,
  suspenseMismatch,
  suspenseUnderReview,
  suspenseUnidentified,
  withHouses,
} from '../house.ts';
import { workItemOf } from '../outgoing/bookings.ts';
import type { PaymentTools } from '../outgoing/commands.ts';
import type { PaymentVerdict } from '../ports.ts';
import { bankName, bic, code, executionDay, iban, positiveMinor } from '../terms.ts';
import { tellingWhoWaits, type Waiting } from '../waiting-saga.ts';
import { workItemAggregate } from '../work-item/work-item.ts';
import {
  type Incoming,
  type IncomingRefusal,
  type IncomingState,
  type IncomingTerms,
  incomingAggregate,
  incomingIdOf,
  incomingJournalId,
  type ReviewIncoming,
  receivePayment,
  reviewIncoming,
} from './incoming.ts';

/** What the commands of payments in are built over. */
export interface IncomingTools extends PaymentTools {
  readonly findIncoming: (tenantId: string, incomingId: string) => Promise<IncomingState>;
  /** Whether an account's product may hold an asset. */
  readonly isAssetAllowed: (tenantId: string, accountId: string, asset: string) => Promise<boolean>;
  /** The saga that waits for a payment with an end-to-end id, where somebody does. */
  readonly waitingSagaOf: (endToEndId: string) => string | undefined;
}

/** Whoever waits for a payment in waits for its credit. */
const waitingFor = <Refs>(
  { waitingSagaOf }: Pick<IncomingTools, 'waitingSagaOf'>,
  endToEndIdOf: (refs: Refs) => string | undefined,
): Waiting<Refs> => ({
  sagaOf: (refs) => {
    const endToEndId = endToEndIdOf(refs);
    return endToEndId === undefined ? undefined : waitingSagaOf(endToEndId);
  },
  newsIn: ({ type, data }) =>
    type === 'IncomingPaymentCredited' ? { paymentId: String(data['incomingId']) } : undefined,
});

/** Data of ReceivePayment: an entry of a bank, as a connector reads it or a person types it. */
export interface ReceivePaymentData {
  readonly bank: string;
  readonly entryReference: string;
  readonly entity?: string | undefined;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly expectedMinor?: bigint | undefined;
  readonly creditorIban?: string | undefined;
  /** Where a bank knows our customers by another number than the IBAN. */
  readonly creditorAccountId?: string | undefined;
  readonly debtor?:
    | { readonly name?: string | undefined; readonly iban?: string | undefined; readonly bic?: string | undefined }
    | undefined;
  readonly remittance?: string | undefined;
  readonly endToEndId?: string | undefined;
  readonly bookingDate?: string | undefined;
  readonly valueDate?: string | undefined;
  /** False for money that is only on its way. */
  readonly isBooked: boolean;
}

/** An entry as plain JSON. */
export const receivePaymentSchema: z.ZodType<ReceivePaymentData> = z.strictObject({
  bank: bankName,
  entryReference: text(140),
  entity: entityName.optional(),
  asset: assetCode,
  amountMinor: positiveMinor,
  expectedMinor: positiveMinor.optional(),
  creditorIban: iban.optional(),
  creditorAccountId: uuid.optional(),
  debtor: z.strictObject({ name: text(140).optional(), iban: iban.optional(), bic: bic.optional() }).optional(),
  remittance: text(140).optional(),
  endToEndId: text(35).optional(),
  bookingDate: executionDay.optional(),
  valueDate: executionDay.optional(),
  isBooked: z.boolean(),
});

/** What receiving found, asked and sealed. */
export interface ReceptionRefs extends HouseRefs {
  readonly terms: IncomingTerms;
  readonly isAssetAllowed: boolean;
  readonly verdict: PaymentVerdict;
  readonly sealed: readonly SealedValue[];
}

const suspenses = [suspenseUnidentified, suspenseBlocked, suspenseMismatch, suspenseUnderReview];

const prepare = async (tools: IncomingTools, tenantId: string, data: ReceivePaymentData): Promise<ReceptionRefs> => {
  const { bank, asset, amountMinor, creditorIban, debtor = {} } = data;
  const incomingId = incomingIdOf(data);
  const named =
    data.creditorAccountId ??
    (creditorIban === undefined ? undefined : await tools.numbers.accountOf(tenantId, creditorIban));
  const facts = named === undefined ? undefined : (await tools.ledger.accounts(tenantId, [named])).get(named);
  // What came to one entity's account is no money of another entity's customer; until somebody moves it, it is nobody's we know.
  const isIts = facts?.kind === 'customer' && (data.entity === undefined || facts.entity === data.entity);
  const accountId = isIts ? named : undefined;
  const entity = data.entity ?? facts?.entity ?? 'main';
  const houses = await findAccounts(tools.ledger, tenantId, {
    entity,
    chartCodes: [nostroOf(bank), ...suspenses],
    accounts: accountId === undefined ? [] : [accountId],
  });
  const sealed = await seal(
    tools,
    tenantId,
    accountId === undefined ? `payment:${incomingId}` : `account:${accountId}`,
    data,
  );
  const terms: IncomingTerms = {
    incomingId,
    entity,
    bank,
    entryReference: data.entryReference,
    asset,
    amountMinor,
    ...(data.expectedMinor === undefined ? {} : { expectedMinor: data.expectedMinor }),
    ...(creditorIban === undefined ? {} : { creditorIban }),
    ...(accountId === undefined ? {} : { accountId }),
    debtor: {
      ...(sealed.name === undefined ? {} : { name: sealed.name }),
      ...(debtor.iban === undefined ? {} : { iban: debtor.iban }),
      ...(debtor.bic === undefined ? {} : { bic: debtor.bic }),
    },
    ...(sealed.remittance === undefined ? {} : { remittance: sealed.remittance }),
    ...(data.endToEndId === undefined ? {} : { endToEndId: data.endToEndId }),
    ...(data.bookingDate === undefined ? {} : { bookingDate: data.bookingDate }),
    ...(data.valueDate === undefined ? {} : { valueDate: data.valueDate }),
  };
  const toCheck = {
    tenantId,
    direction: 'incoming' as const,
    paymentId: incomingId,
    accountId,
    asset,
    amountMinor,
    counterpartyIban: debtor.iban,
  };
  return {
    ...houses,
    terms,
    isAssetAllowed: accountId !== undefined && (await tools.isAssetAllowed(tenantId, accountId, asset)),
    verdict: data.isBooked ? await tools.checks.check(toCheck) : { kind: 'allow' },
    sealed: sealed.values,
  };
};

const seal = async (
  { personalData }: PaymentTools,
  tenantId: string,
  subject: string,
  { debtor, remittance }: ReceivePaymentData,
): Promise<{
  readonly name: PersonalRef | undefined;
  readonly remittance: PersonalRef | undefined;
  readonly values: readonly SealedValue[];
}> => {
  const texts = [debtor?.name, remittance];
  const sealed = [
    ...(await personalData.seal(
      tenantId,
      subject,
      texts.filter((one) => one !== undefined),
    )),
  ];
  const values = sealed.map((one) => one.sealed);
  const [name, told] = texts.map((one) => (one === undefined ? undefined : sealed.shift()?.reference));
  return { name, remittance: told, values };
};

const incomingResult = (loaded: Loaded, incomingId: string): Incoming => {
  const { state } = loaded.stream(incomingAggregate, incomingId);
  if (state.status === 'unknown') throw new Error(`Incoming payment ${incomingId} was accepted and is not there.`);
  return state;
};

/** What reviewing knows before it locks; nothing where there is no such payment. */
export interface IncomingRefs extends HouseRefs {
  readonly known: Incoming | undefined;
}

/** Commands about payments in. */
export const createIncomingHandlers = (tools: IncomingTools) => ({
  receivePayment: tellingWhoWaits(
    tools,
    receivePaymentHandler(tools),
    waitingFor(tools, ({ terms }) => terms.endToEndId),
  ),
  reviewIncoming: tellingWhoWaits(
    tools,
    reviewIncomingHandler(tools),
    waitingFor(tools, ({ known }) => known?.endToEndId),
  ),
});

const receivePaymentHandler = (
  tools: IncomingTools,
): CommandHandler<ReceivePaymentData, ReceptionRefs, Incoming, IncomingRefusal> => ({
  name: 'payment.Receive',
  schema: receivePaymentSchema,
  permission: 'payment:receive',
  weight: () => 3,
  prepare: (data, { tenantId }) => prepare(tools, tenantId, data),
  loads: (_, refs) => {
    const { incomingId, accountId, asset } = refs.terms;
    const journalId = incomingJournalId(incomingId, 'arrive');
    return mergeNeeds(
      postingNeeds(tools.balances, refs.accounts, {
        postings: accountId === undefined ? [] : [{ account: accountId, asset }],
        journals: [journalId],
        entities: [refs.terms.entity],
      }),
      houseNeeds(refs),
      {
        streams: [
          { aggregate: incomingAggregate, id: incomingId },
          { aggregate: workItemAggregate, id: workItemOf(journalId), isNew: true },
        ],
      },
    );
  },
  decide: (loaded, { isBooked }, _, refs) => {
    const { state } = loaded.stream(incomingAggregate, refs.terms.incomingId);
    const book = loadedBook(loaded, tools.balances, refs.accounts);
    return withHouses(loaded, refs, receivePayment(state, refs.terms, { ...refs, isBooked }, book));
  },
  sealed: ({ sealed }) => sealed,
  result: (loaded, _, { terms }) => incomingResult(loaded, terms.incomingId),
});

const reviewIncomingHandler = (
  tools: IncomingTools,
): CommandHandler<ReviewIncoming, IncomingRefs, Incoming, IncomingRefusal> => ({
  name: 'payment.ReviewIncoming',
  schema: z.strictObject({
    incomingId: uuid,
    decision: z.enum(['approved', 'rejected']),
    reason: code.optional(),
  }) as z.ZodType<ReviewIncoming>,
  permission: 'payment:review',
  prepare: async ({ incomingId }, { tenantId }) => {
    const known = await tools.findIncoming(tenantId, incomingId);
    if (known.status === 'unknown') return { known: undefined, accounts: new Map(), missing: [] };
    const { entity, accountId } = known;
    const accounts = accountId === undefined ? [] : [accountId];
    const houses = await findAccounts(tools.ledger, tenantId, { entity, chartCodes: [suspenseUnderReview], accounts });
    return { known, ...houses };
  },
  loads: ({ incomingId }, { known, accounts }) => {
    const stream = { streams: [{ aggregate: incomingAggregate, id: incomingId }] };
    if (known === undefined) return stream;
    const { accountId, asset, workItemId } = known;
    return mergeNeeds(
      stream,
      postingNeeds(tools.balances, accounts, {
        postings: accountId === undefined ? [] : [{ account: accountId, asset }],
        journals: [incomingJournalId(incomingId, 'apply')],
        entities: [known.entity],
      }),
      { streams: workItemId === undefined ? [] : [{ aggregate: workItemAggregate, id: workItemId }] },
    );
  },
  decide: (loaded, data, { metadata }, refs) => {
    if (refs.known === undefined) return reject({ code: 'incoming_payment_unknown', incomingId: data.incomingId });
    const { state } = loaded.stream(incomingAggregate, data.incomingId);
    const book = loadedBook(loaded, tools.balances, refs.accounts);
    return reviewIncoming(state, data, { reviewer: metadata.actor, book });
  },
  result: (loaded, { incomingId }) => incomingResult(loaded, incomingId),
});
