import { uuidOfReference } from '@finaegis/kernel/reference';
import type { Services } from '@finaegis/platform/services';
import type { BulkStepHandlers } from './bulk/commands.ts';
import { lineJournalId } from './bulk/conclude.ts';
import { refundEar, signaller, submitter, tooEarly } from './card-ears.ts';
import type { CardPart } from './card-payments.ts';
import type { CardReads } from './card-reads.ts';
import type { PaymentHandlers } from './handlers.ts';
import { takeIncoming } from './incoming-entry.ts';
import { outgoingSagaId, type StepHandlers } from './outgoing/commands.ts';
import type { Conclusion } from './outgoing/decide.ts';
import type { Outgoing, OutgoingStatus } from './outgoing/outgoing.ts';
import type {
  BankEntry,
  BankRail,
  PartnerBanks,
  PaymentPorts,
  RailNews,
  RailOutcome,
  WebhookMessage,
} from './ports.ts';
import { railKey } from './rail-order.ts';
import type { PaymentReads, SoughtOrder } from './reads.ts';
import type { RefundStepHandlers } from './refund/commands.ts';
import type { WayBack } from './refund-ways.ts';

/** What working on what banks tell takes. */
export interface BankEarTools {
  readonly services: Services;
  readonly banks: PartnerBanks;
  readonly rail: BankRail;
  readonly journals: Pick<PaymentPorts['ledger']['reads'], 'journal'>;
  readonly reads: PaymentReads;
  readonly cards: Pick<CardReads, 'refund'>;
  /** Whoever pays out to a nostro of ours and tells of it itself: how its payouts are named, and what books one. */
  readonly payoutsNamedIn: CardPart['payoutsNamedIn'];
  readonly takePayout: CardPart['takePayout'];
  readonly bankWay: WayBack;
  readonly steps: Pick<StepHandlers, 'conclude'> & Pick<RefundStepHandlers, 'comeBack'>;
  readonly lines: Pick<BulkStepHandlers, 'concludeLines'>;
  readonly handlers: Pick<PaymentHandlers, 'receivePayment' | 'returnPayment'>;
}

/**
 * What became of an entry: money of somebody's that came in, a payment or refund of ours that came back, the bank's side of a payment out, money
 * that others here book, or nothing that payments know of, which reconciliation finds.
 */
export const entryFates = ['incoming', 'return', 'settlement', 'booked_elsewhere', 'unexplained'] as const;
export type EntryFate = (typeof entryFates)[number];

/** Banks' own words, however they reach us. */
export interface BankEars {
  /** Works on a stored message; false where it means nothing to anybody here. */
  hear(message: WebhookMessage): Promise<boolean>;
  /** Books what an entry says, unless that is booked already. Whoever tells of one entry, and however often, it is booked once. */
  take(tenantId: string, entry: BankEntry, tellingId: string): Promise<EntryFate>;
}

/** Has what banks tell, in messages and statements alike, end where it belongs. */
export const createBankEars = (tools: BankEarTools): BankEars => {
  const take: BankEars['take'] = (tenantId, entry, tellingId) => takeEntry(tools, tenantId, entry, tellingId);
  return {
    take,
    hear: async ({ tenantId, provider: bank, body, messageId }) => {
      const news = await tools.banks.readNews(tenantId, bank, Buffer.from(body));
      if (news?.kind === 'order') return hearOfOrder(tools, tenantId, { bank, messageId, ...news });
      if (news?.kind !== 'entry') return false;
      return (await take(tenantId, news.entry, messageId)) !== 'unexplained';
    },
  };
};

type JournalStory = NonNullable<Awaited<ReturnType<BankEarTools['journals']['journal']>>>;

interface OrderTold extends Extract<RailNews, { readonly kind: 'order' }> {
  readonly bank: string;
  readonly messageId: string;
}

/** The bank is asked how things stand rather than believed to have told: then neither the number of its messages nor their order means anything. */
const hearOfOrder = async (tools: BankEarTools, tenantId: string, told: OrderTold): Promise<boolean> => {
  const { reads, banks } = tools;
  const { bank, key, messageId, reference, endToEndId } = told;
  const isIts = (id: string): boolean => banks.keyAtBank(tenantId, railKey(id)) === key;
  const refundId = idsIn('RF', told).find(isIts);
  if (refundId !== undefined) {
    await refundEarOf(tools, bank)(tenantId, refundId, messageId);
    return true;
  }
  const paymentId =
    idsIn('P', told).find(isIts) ?? (await listed(reads, tenantId, { bank, reference, endToEndId })).find(isIts);
  // Several tenants may share a connection, and transfers of ours have sagas of their own that ask.
  if (paymentId === undefined) return false;
  const payment = await reads.outgoing(tenantId, paymentId);
  if (payment.status === 'unknown') return false;
  const conclusion = conclusionOf(await tools.rail.find({ tenantId, bank, key: railKey(paymentId) }));
  if (conclusion !== undefined) await conclude(tools, tenantId, { payment, conclusion, tellingId: messageId });
  return true;
};

/** Orders whose payer chose his own reference. */
const listed = async (reads: PaymentReads, tenantId: string, sought: SoughtOrder): Promise<readonly string[]> => {
  const { ids, isComplete } = await reads.outgoingAt(tenantId, sought);
  if (ids.length === 0 && !isComplete) throw tooEarly(`An order that ${sought.bank} tells of`);
  return ids;
};

const conclusionOf = (outcome: RailOutcome | { readonly kind: 'absent' }): Conclusion | undefined => {
  switch (outcome.kind) {
    case 'settled':
      return { kind: 'settled', bankReference: outcome.bankReference };
    case 'declined':
    case 'returned':
      return outcome;
    default:
      return undefined;
  }
};

/** Books how the bank ended a payment, and has the saga that waits for it look. */
const conclude = async (
  { services, steps }: BankEarTools,
  tenantId: string,
  {
    payment,
    conclusion,
    tellingId,
  }: { readonly payment: Outgoing; readonly conclusion: Conclusion; readonly tellingId: string },
): Promise<void> => {
  const { paymentId, bank = '' } = payment;
  await submitter(services, bank)(tenantId, steps.conclude, { paymentId, conclusion });
  const told = { sagaId: outgoingSagaId(paymentId), signal: 'told', signalId: tellingId, data: null };
  await signaller(services, bank)(tenantId, told);
};

const refundEarOf = (tools: BankEarTools, bank: string): ReturnType<typeof refundEar> =>
  refundEar({
    services: tools.services,
    provider: bank,
    reads: tools.cards,
    way: tools.bankWay,
    comeBack: tools.steps.comeBack,
  });

interface Referenced {
  readonly reference?: string | undefined;
  readonly endToEndId?: string | undefined;
}

/** Ids that a reference of ours was made from, whichever of the two the bank repeats. */
const idsIn = (prefix: string, { reference, endToEndId }: Referenced): readonly string[] =>
  [reference, endToEndId].flatMap((text) => (text === undefined ? [] : (uuidOfReference(prefix, text) ?? [])));

const takeEntry = async (
  tools: BankEarTools,
  tenantId: string,
  entry: BankEntry,
  tellingId: string,
): Promise<EntryFate> => {
  if (entry.isBookedElsewhere) return 'booked_elsewhere';
  if (entry.side === 'DBIT') return settledBy(tools, tenantId, entry, tellingId);
  if (entry.isReturn) {
    if (await cameBack(tools, tenantId, entry, tellingId)) return 'return';
  } else if (await isPayout(tools, tenantId, entry)) return 'booked_elsewhere';
  // Money that has arrived is booked, always; whose it is, a person can find out.
  await takeIncoming(tools, tenantId, entry);
  return 'incoming';
};

/** A card provider's payout is booked with what it consists of, whether the provider tells of it first or the bank has it. */
const isPayout = async (
  { payoutsNamedIn, takePayout }: BankEarTools,
  tenantId: string,
  { reference, endToEndId, remittance, bank, entity, asset, amountMinor }: BankEntry,
): Promise<boolean> => {
  const texts = [endToEndId, reference, remittance].flatMap((one) => (one === undefined ? [] : payoutsNamedIn(one)));
  for (const payoutReference of new Set(texts))
    if (await takePayout(tenantId, { payoutReference, bank, entity, asset, amountMinor })) return true;
  return false;
};

const waitingAtBank: readonly OutgoingStatus[] = ['submitted', 'outcome_unknown'];
const onceAtBank: readonly OutgoingStatus[] = [...waitingAtBank, 'settled', 'returned'];

/** Payments out that an entry may be about: ours by our own reference, else by the payer's end-to-end id, which others may have used too. */
const paymentsOf = async (tools: BankEarTools, tenantId: string, entry: BankEntry): Promise<readonly Outgoing[]> => {
  const { reads } = tools;
  const { bank, asset, reference, endToEndId } = entry;
  const known = async (ids: readonly string[]): Promise<readonly Outgoing[]> => {
    const states = await Promise.all([...new Set(ids)].map((id) => reads.outgoing(tenantId, id)));
    return states.flatMap((state) =>
      state.status !== 'unknown' && state.bank === bank && state.asset === asset && onceAtBank.includes(state.status)
        ? [state]
        : [],
    );
  };
  const ours = await known(idsIn('P', entry));
  if (ours.length > 0) return ours;
  const byReference = reference === undefined ? [] : await known(await listed(reads, tenantId, { bank, reference }));
  if (byReference.length > 0 || endToEndId === undefined) return byReference;
  return known(await listed(reads, tenantId, { bank, endToEndId }));
};

/** A debit is the bank's side of a payment that left: where nobody has told of its settlement yet, this does. */
const settledBy = async (
  tools: BankEarTools,
  tenantId: string,
  entry: BankEntry,
  tellingId: string,
): Promise<EntryFate> => {
  const { entryReference: bankReference, amountMinor } = entry;
  const its = (await paymentsOf(tools, tenantId, entry)).filter((payment) => payment.amountMinor === amountMinor);
  const waiting = its.filter(({ status }) => waitingAtBank.includes(status));
  const [payment] = waiting;
  // Of two that look alike nobody says which it is; their sagas ask the bank by its key.
  if (payment !== undefined && its.length === 1)
    await conclude(tools, tenantId, { payment, conclusion: { kind: 'settled', bankReference }, tellingId });
  return its.length === 0 ? 'unexplained' : 'settlement';
};

/** Refusals that say that an entry is no return of the payment it names: other money, which is somebody's too. */
const otherMoney = ['payment_already_returned', 'return_exceeds_payment', 'payment_not_returnable'];

/** Money of ours that the rail sent back, booked as the return of what it is of; false where it is of nothing we know. */
const cameBack = async (
  tools: BankEarTools,
  tenantId: string,
  entry: BankEntry,
  tellingId: string,
): Promise<boolean> => {
  if (await lineCameBack(tools, tenantId, entry)) return true;
  if (await refundCameBack(tools, tenantId, entry, tellingId)) return true;
  const { entryReference, amountMinor, valueDate, returnCode: reason = 'NARR' } = entry;
  const its = (await paymentsOf(tools, tenantId, entry)).filter((payment) => payment.amountMinor >= amountMinor);
  const payment =
    its.find(({ returnEntry }) => returnEntry === entryReference) ??
    its.find(({ awaitsEntry }) => awaitsEntry === true) ??
    its.filter(({ status }) => status !== 'returned')[0];
  if (payment === undefined) return false;
  const isAlone = its.filter(({ status }) => status !== 'returned').length <= 1;
  if (payment.status !== 'returned' && !isAlone) return false;
  const data = { paymentId: payment.paymentId, reason, entryReference, amountMinor, valueDate };
  try {
    await submitter(tools.services, entry.bank)(tenantId, tools.handlers.returnPayment, data);
    return true;
  } catch (error) {
    if (otherMoney.includes((error as { readonly code?: string }).code ?? '')) return false;
    throw error;
  }
};

const refundCameBack = async (
  tools: BankEarTools,
  tenantId: string,
  entry: BankEntry,
  tellingId: string,
): Promise<boolean> => {
  const { returnCode: reason = 'NARR', bank } = entry;
  for (const refundId of idsIn('RF', entry)) {
    const refund = await tools.cards.refund(tenantId, refundId);
    if (refund.status === 'unknown') continue;
    if (refund.status === 'completed')
      await submitter(tools.services, bank)(tenantId, tools.steps.comeBack, { refundId, reason });
    else if (refund.status === 'submitted') await refundEarOf(tools, bank)(tenantId, refundId, tellingId);
    return true;
  }
  return false;
};

/**
 * A line of a file: while its saga waits for it, the saga books a return that the bank tells it of; one that comes after the line was settled is
 * booked here, to whoever paid. An entry of more than was paid, or of another asset, is other money.
 */
const lineCameBack = async (tools: BankEarTools, tenantId: string, entry: BankEntry): Promise<boolean> => {
  const { rail, journals } = tools;
  for (const key of idsIn('B', entry)) {
    if ((await journals.journal(tenantId, lineJournalId(key, 'return'))) !== undefined) return true;
    const settled = await journals.journal(tenantId, lineJournalId(key, 'settle'));
    if (settled !== undefined) return settledLineCameBack(tools, tenantId, { entry, settled: settled.journal });
    if ((await rail.find({ tenantId, bank: entry.bank, key })).kind !== 'absent') throw tooEarly(`Line ${key}`);
  }
  return false;
};

const settledLineCameBack = async (
  { services, lines }: BankEarTools,
  tenantId: string,
  { entry, settled }: { readonly entry: BankEntry; readonly settled: JournalStory['journal'] },
): Promise<boolean> => {
  const { asset, amountMinor, entryReference: bankReference, returnCode: code = 'NARR', bank } = entry;
  const [paid] = settled.postings;
  const { batchId, line } = settled.metadata ?? {};
  if (batchId === undefined || paid?.asset !== asset || amountMinor > paid.amountMinor) return false;
  const outcome = { line: Number(line), kind: 'returned', code, bankReference, amountMinor } as const;
  await submitter(services, bank)(tenantId, lines.concludeLines, { batches: [{ batchId, outcomes: [outcome] }] });
  return true;
};
