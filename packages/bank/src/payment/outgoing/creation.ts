import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { referenceOf } from '@finaegis/kernel/reference';
import type { CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { isHouseAccountId, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import { clearingOf, feeIncome, findAccounts, type HouseRefs, houseNeeds, mergeNeeds, withHouses } from '../house.ts';
import type { PayeeMatch, PaymentVerdict, PostalAddress } from '../ports.ts';
import { bic, executionDay, iban, positiveMinor, postalAddress, reference } from '../terms.ts';
import { paymentJournalId } from './bookings.ts';
import { outgoingSagaId, type PaymentTools, paymentResult } from './commands.ts';
import { createPayment, fundTerms } from './decide.ts';
import { type Outgoing, type OutgoingRefusal, type OutgoingTerms, outgoingAggregate } from './outgoing.ts';

/** Data of CreatePayment. Names, addresses and texts are personal data of the debtor's account and are sealed before anything is recorded. */
export interface CreatePaymentData {
  readonly paymentId: string;
  readonly debtorAccountId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly creditor: {
    readonly name: string;
    readonly iban?: string | undefined;
    /** Where there are no IBANs. */
    readonly account?: string | undefined;
    readonly bic?: string | undefined;
    readonly address?: PostalAddress | undefined;
  };
  readonly remittance?: string | undefined;
  readonly endToEndId?: string | undefined;
  readonly reference?: string | undefined;
  readonly requestedExecutionDate?: string | undefined;
  /** The debtor was told that the payee's bank knows another name, and pays all the same. */
  readonly isPayeeConfirmed?: boolean | undefined;
}

/** A payment as plain JSON. */
export const createPaymentSchema: z.ZodType<CreatePaymentData> = z.strictObject({
  paymentId: uuid,
  debtorAccountId: uuid,
  asset: z.string(),
  amountMinor: positiveMinor,
  creditor: z.strictObject({
    name: text(140),
    iban: iban.optional(),
    account: text(34).optional(),
    bic: bic.optional(),
    address: postalAddress.optional(),
  }),
  remittance: text(140).optional(),
  endToEndId: text(35).optional(),
  reference: reference.optional(),
  requestedExecutionDate: executionDay.optional(),
  isPayeeConfirmed: z.boolean().optional(),
});

/** What creating found, asked and sealed before it was queued. */
export interface CreationRefs extends HouseRefs {
  readonly terms: OutgoingTerms;
  readonly hasRail: boolean;
  readonly isCustomer: boolean;
  /** Of payments within the tenant. */
  readonly verdict?: PaymentVerdict | undefined;
  readonly isDueNow: boolean;
  readonly sealed: readonly SealedValue[];
}

/** What a payment is made of whoever asks for it: a customer, or the bank that sends money back. */
export type PaymentWish = CreatePaymentData & { readonly returnOf?: string };

/** Asks everybody who has to be asked before a payment can be decided. */
export const prepareCreation = async (
  tools: PaymentTools,
  tenantId: string,
  wish: PaymentWish,
): Promise<CreationRefs> => {
  const { paymentId, debtorAccountId, creditor, asset, requestedExecutionDate } = wish;
  const found = await tools.ledger.accounts(tenantId, [debtorAccountId]);
  const debtor = found.get(debtorAccountId);
  const entity = debtor?.entity ?? 'main';
  const internal = creditor.iban === undefined ? undefined : await tools.numbers.accountOf(tenantId, creditor.iban);
  const way = await wayOf(tools, tenantId, wish, internal);
  const [payeeMatch, sealed] = await Promise.all([
    internal === undefined ? matchOf(tools, tenantId, wish, way?.bank) : undefined,
    seal(tools, tenantId, wish),
  ]);
  const feeMinor = await feeOf(tools, tenantId, wish, way?.rail ?? '');
  const at = tools.now();
  const today = at.slice(0, 10);
  const earliest =
    way?.bank === undefined ? today : tools.rail.cutOff({ bank: way.bank, rail: way.rail, asset, at }).executionDate;
  const executionDate = laterOf(requestedExecutionDate, earliest);
  const terms: OutgoingTerms = {
    paymentId,
    reference: wish.reference ?? referenceOf('P', paymentId),
    entity,
    debtorAccountId,
    asset,
    amountMinor: wish.amountMinor,
    feeMinor,
    creditor: {
      name: sealed.name,
      ...(creditor.iban === undefined ? {} : { iban: creditor.iban }),
      ...(creditor.account === undefined ? {} : { account: creditor.account }),
      ...(creditor.bic === undefined ? {} : { bic: creditor.bic }),
      ...(sealed.address === undefined ? {} : { address: sealed.address }),
      ...(internal === undefined ? {} : { accountId: internal }),
    },
    ...(sealed.remittance === undefined ? {} : { remittance: sealed.remittance }),
    endToEndId: wish.endToEndId ?? wish.reference ?? referenceOf('P', paymentId),
    ...(requestedExecutionDate === undefined ? {} : { requestedExecutionDate }),
    executionDate,
    rail: way?.rail ?? 'none',
    ...(way?.bank === undefined ? {} : { bank: way.bank }),
    ...(payeeMatch === undefined ? {} : { payeeMatch }),
    ...(wish.returnOf === undefined ? {} : { returnOf: wish.returnOf }),
  };
  const houses = await findAccounts(tools.ledger, tenantId, {
    entity,
    chartCodes: [...(internal === undefined ? [clearingOf(terms.rail)] : []), ...(feeMinor > 0n ? [feeIncome] : [])],
    accounts: [debtorAccountId, ...(internal === undefined ? [] : [internal])],
  });
  const verdict = internal === undefined ? undefined : await tools.checks.check(toCheck(tenantId, terms));
  return {
    ...houses,
    terms,
    hasRail: way !== undefined,
    isCustomer: debtor?.kind === 'customer',
    verdict,
    isDueNow: requestedExecutionDate === undefined || requestedExecutionDate <= today,
    sealed: sealed.values,
  };
};

const laterOf = (a: string | undefined, b: string): string => (a === undefined || a < b ? b : a);

/** What a check is told of a payment out. */
export const toCheck = (tenantId: string, terms: OutgoingTerms) => ({
  tenantId,
  direction: 'outgoing' as const,
  paymentId: terms.paymentId,
  accountId: terms.debtorAccountId,
  asset: terms.asset,
  amountMinor: terms.amountMinor,
  counterpartyIban: terms.creditor.iban,
});

const wayOf = async (
  { rail }: PaymentTools,
  tenantId: string,
  { asset, amountMinor, creditor }: PaymentWish,
  internal: string | undefined,
): Promise<{ readonly rail: string; readonly bank?: string } | undefined> => {
  if (internal !== undefined) return { rail: 'internal' };
  const wish = { tenantId, asset, amountMinor };
  return rail.route(creditor.iban === undefined ? wish : { ...wish, creditorIban: creditor.iban });
};

const matchOf = async (
  { rail }: PaymentTools,
  tenantId: string,
  { creditor: { iban: payee, name }, returnOf }: PaymentWish,
  bank: string | undefined,
): Promise<PayeeMatch | undefined> => {
  // Whoever sent the money need not be verified to have it back.
  if (payee === undefined || bank === undefined || returnOf !== undefined) return undefined;
  try {
    return await rail.verifyPayee({ tenantId, bank, iban: payee, name });
  } catch {
    // The law wants payees verified where that is possible, and payments made where it is not; the payment keeps which it was.
    return 'unavailable';
  }
};

const feeOf = (
  { fees }: PaymentTools,
  tenantId: string,
  { asset, amountMinor, returnOf }: PaymentWish,
  rail: string,
): Promise<bigint> =>
  returnOf === undefined ? fees.feeOf({ tenantId, rail, asset, amountMinor }) : Promise.resolve(0n);

const seal = async ({ personalData }: PaymentTools, tenantId: string, wish: PaymentWish) => {
  const { debtorAccountId, paymentId, creditor, remittance } = wish;
  const subject = isHouseAccountId(debtorAccountId) ? `payment:${paymentId}` : `account:${debtorAccountId}`;
  const texts = [creditor.name, creditor.address && addressText(creditor.address), remittance];
  const sealed = await personalData.seal(
    tenantId,
    subject,
    texts.filter((one) => one !== undefined),
  );
  const left = [...sealed];
  const next = (one: string | undefined) => (one === undefined ? undefined : left.shift()?.reference);
  const [name, address, told] = texts.map(next);
  if (name === undefined) throw new Error('A payee has a name.');
  return { name, address, remittance: told, values: sealed.map(({ sealed: value }) => value) };
};

/** An address as it is sealed: its parts in one order, so that equal addresses have equal commitments. */
const addressText = ({ street, building, postCode, town, country }: PostalAddress): string =>
  JSON.stringify({ street, building, postCode, town, country });

/** Locks and streams of a creation. */
export const creationNeeds = ({ balances }: PaymentTools, refs: CreationRefs): Needs => {
  const { paymentId, debtorAccountId, asset, creditor } = refs.terms;
  const accounts = [debtorAccountId, ...(creditor.accountId === undefined ? [] : [creditor.accountId])];
  return mergeNeeds(
    postingNeeds(balances, refs.accounts, {
      postings: accounts.map((account) => ({ account, asset })),
      journals: [paymentJournalId(paymentId, 'fund')],
    }),
    houseNeeds(refs),
    { streams: [{ aggregate: outgoingAggregate, id: paymentId }, newSagaNeed(outgoingSagaId(paymentId))] },
  );
};

/** The decision about a new payment, with all that follows from it in the same commit. */
export const decideCreation = (
  tools: PaymentTools,
  definition: SagaDefinition,
  loaded: Loaded,
  {
    refs,
    isPayeeConfirmed,
    now,
    tenantId,
    isFunded = false,
  }: {
    readonly refs: CreationRefs;
    readonly isPayeeConfirmed: boolean;
    readonly now: string;
    readonly tenantId: string;
    /** Booked in this commit although it goes abroad: money that leaves suspense together with its item. */
    readonly isFunded?: boolean;
  },
): Decision<NewEvent, OutgoingRefusal> => {
  const { terms, verdict } = refs;
  const { paymentId, debtorAccountId, asset, rail, executionDate, bank } = terms;
  const book = loadedBook(loaded, tools.balances, refs.accounts);
  const { state } = loaded.stream(outgoingAggregate, paymentId);
  const isHouse = isHouseAccountId(debtorAccountId) && isFunded;
  const customerStatus = refs.isCustomer ? book.balance(debtorAccountId, asset)?.status : undefined;
  const decision = createPayment(state, terms, {
    debtorStatus: isHouse ? 'open' : customerStatus,
    hasRail: refs.hasRail,
    isPayeeConfirmed,
    verdict,
  });
  if (!decision.accepted || decision.events.length === 0) return decision;
  const isAtOnce = isFunded || (verdict?.kind === 'allow' && refs.isDueNow);
  const funded = isAtOnce ? fundTerms(terms, book, true) : accept();
  if (!funded.accepted) return reject(withoutPayee(funded.rejection, terms));
  const booked = [...decision.events, ...funded.events];
  // Within the tenant one journal is all there is to do.
  if (isAtOnce && rail === 'internal') return withHouses(loaded, refs, accept(...booked));
  const input = {
    paymentId,
    rail,
    bank: bank ?? null,
    executionDate: refs.isDueNow ? null : executionDate,
    verdict: isFunded ? ({ kind: 'allow' } as const) : (verdict ?? null),
  };
  const started = startSaga(definition, { sagaId: outgoingSagaId(paymentId), input }, { tenantId, now });
  return withHouses(loaded, refs, accept(...booked, ...started));
};

/** Whoever pays a number is not told whose account it is, nor what was done to it. */
const withoutPayee = (refusal: OutgoingRefusal, { creditor }: OutgoingTerms): OutgoingRefusal =>
  'account' in refusal && refusal.account === creditor.accountId
    ? { code: 'creditor_takes_no_credits', ...(creditor.iban === undefined ? {} : { iban: creditor.iban }) }
    : refusal;

/** Takes a payment on. Within the tenant it is booked at once; to another bank a saga takes it from here. */
export const createPaymentHandler = (
  tools: PaymentTools,
  definition: SagaDefinition,
): CommandHandler<CreatePaymentData, CreationRefs, Outgoing, OutgoingRefusal> => ({
  name: 'payment.Create',
  schema: createPaymentSchema,
  permission: 'payment:create',
  weight: () => 4,
  prepare: (data, { tenantId }) => prepareCreation(tools, tenantId, data),
  loads: (_, refs) => creationNeeds(tools, refs),
  decide: (loaded, { isPayeeConfirmed = false }, { now, tenantId }, refs) =>
    decideCreation(tools, definition, loaded, { refs, isPayeeConfirmed, now, tenantId }),
  sealed: ({ sealed }) => sealed,
  result: paymentResult,
});
