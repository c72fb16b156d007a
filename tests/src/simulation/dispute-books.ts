import type { ReplayedBooks } from '@finaegis/testing/coherence/replayed-books';
import type { AuditedEvent } from './audited-event.ts';
import { type CardBooks, posted, psp } from './card-books.ts';
import { cardAsset } from './cards-twin.ts';
import { house, isHouse, moves, type PaymentBooks } from './payment-books.ts';

/** A case as the log tells it. */
export interface AuditedDispute {
  readonly paymentId: string;
  readonly caseId: string;
  readonly account: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly workItemId: string;
  status: string;
  withdrawn: bigint;
  fee: bigint;
  held: bigint;
  holdId?: string | undefined;
  answer?: string | undefined;
  dueAt?: string | undefined;
  reminders: number;
  debitedTo?: string | undefined;
  proposal?: { readonly amount: bigint; readonly by: string };
  writtenOff?: bigint;
}

/** Payments by card that the payer's bank took back, and what became of the messages about them. */
export interface DisputeBooks {
  readonly disputes: Map<string, AuditedDispute>;
  /** Messages of providers: under way, processed, ignored, failed, or refused; and how often each was worked on again. */
  readonly messages: Map<string, { status: string; replays: number }>;
  readonly open: Set<string>;
}

export const emptyDisputeBooks = (): DisputeBooks => ({ disputes: new Map(), messages: new Map(), open: new Set() });

interface Surroundings {
  readonly cards: CardBooks;
  readonly payments: PaymentBooks;
  readonly replayed: ReplayedBooks;
  readonly complain: (text: string) => void;
}
type Texts = Readonly<Record<string, string | undefined>>;

const clearing = house('clearing/disputes');
const cost = house('cost/dispute');
const loss = house('loss/chargeback');
const definitions = ['payment.dispute-answer', 'payment.dispute-deadline', 'payment.webhook'];

/** Folds one event about cases and messages, and notes what moves other money than it says, or comes at the wrong time. */
export const foldDisputes = (books: DisputeBooks, event: AuditedEvent, around: Surroundings): void => {
  const { type } = event;
  const texts = event.data as unknown as Texts;
  const { sagaId = '', definition = '' } = texts;
  if (type === 'SagaStarted' && definitions.includes(definition)) books.open.add(sagaId);
  if (type === 'SagaEnded') books.open.delete(sagaId);
  if (type.startsWith('Webhook')) foldMessage(books, event, around.complain);
  if (type.startsWith('Dispute')) foldDispute(books, event, around);
};

const foldMessage = (
  { messages }: DisputeBooks,
  { type, data }: AuditedEvent,
  complain: (text: string) => void,
): void => {
  const key = String(data['key']);
  const known = messages.get(key);
  if (type === 'WebhookReceived' || type === 'WebhookRefused') {
    if (known !== undefined) complain(`message ${key} is kept twice`);
    messages.set(key, { status: type === 'WebhookReceived' ? 'received' : 'refused', replays: 0 });
    return;
  }
  if (known === undefined || known.status === 'refused')
    return complain(`message ${key} has ${type}, and was never kept`);
  const replay = Number(data['replay']);
  const isAgain = type === 'WebhookReplayed';
  if ((known.status === 'received') === isAgain) complain(`message ${key} has ${type} after it was ${known.status}`);
  if (replay !== known.replays + (isAgain ? 1 : 0)) complain(`message ${key} has ${type} of another time`);
  known.replays = replay;
  known.status = isAgain ? 'received' : type === 'WebhookFailed' ? 'failed' : String(data['outcome']);
};

const over: readonly string[] = ['won', 'lost', 'accepted'];

const foldDispute = (
  books: DisputeBooks,
  { type, data, actor, bookedAt }: AuditedEvent,
  around: Surroundings,
): void => {
  const texts = data as unknown as Texts;
  const { disputeId = '', journalId } = texts;
  const complain = (text: string): void => around.complain(`dispute ${disputeId} ${text}`);
  if (type === 'DisputeOpened') return opened(books, texts, { ...around, complain });
  const dispute = books.disputes.get(disputeId);
  if (dispute === undefined) return complain('was never opened');
  const was = dispute.status;
  const { asset, account, withdrawn } = dispute;
  const expect = (journal: string | undefined, wanted: string): void => {
    const moved = journal === undefined ? 'nothing' : around.payments.journals.get(journal);
    if (moved !== wanted) complain(`has ${type}, and ${moved ?? 'nothing'} was booked for ${wanted}`);
  };
  if (over.includes(was) && type !== 'DisputeWriteOffProposed' && type !== 'DisputeWrittenOff')
    complain(`has ${type} after it was ${was}`);
  switch (type) {
    case 'DisputeFundsWithdrawn':
      return withdrew(dispute, data, { ...around, complain });
    case 'DisputeEvidenceRequested':
      dispute.status = 'evidence_due';
      dispute.dueAt = texts['dueAt'];
      return;
    case 'DisputeAnswered':
      if (dispute.answer !== undefined) complain('is answered while an answer is on its way');
      dispute.answer = texts['answer'];
      return;
    case 'DisputeAnswerRefused':
      dispute.answer = undefined;
      return;
    case 'DisputeEvidenceSubmitted':
      dispute.status = 'submitted';
      dispute.answer = undefined;
      return;
    case 'DisputeDeadlineApproached': {
      const reminder = Number(data['reminder']);
      if (reminder <= dispute.reminders || dispute.answer !== undefined || was !== 'evidence_due')
        complain(`is reminded of a ${reminder}. time, and nobody needs it`);
      if (bookedAt < new Date(Date.parse(dispute.dueAt ?? '') - 20_000).toISOString())
        complain('is reminded of too early');
      dispute.reminders = reminder;
      return;
    }
    case 'DisputeWon':
      dispute.status = 'won';
      dispute.answer = undefined;
      around.cards.disputed.set(dispute.paymentId, (around.cards.disputed.get(dispute.paymentId) ?? 0n) - withdrawn);
      if (around.replayed.holds.get(dispute.holdId ?? '')?.status === 'active') complain('is won, and still held');
      return expect(journalId, withdrawn === 0n ? 'nothing' : moves(asset, [psp, clearing, withdrawn]));
    case 'DisputeLost':
    case 'DisputeAccepted': {
      const wanted = dispute.answer === 'accept' ? 'DisputeAccepted' : 'DisputeLost';
      if (type !== wanted) complain(`has ${type} for ${wanted}`);
      dispute.status = type === 'DisputeLost' ? 'lost' : 'accepted';
      dispute.answer = undefined;
      const isClosed = around.replayed.accounts.get(account)?.isClosed === true;
      const debited = isClosed ? loss : account;
      if (withdrawn > 0n && texts['debitedTo'] !== debited) complain(`is taken from ${texts['debitedTo'] ?? 'nobody'}`);
      dispute.debitedTo = texts['debitedTo'];
      if (around.replayed.holds.get(dispute.holdId ?? '')?.status === 'active') complain('is lost, and still held');
      return expect(journalId, withdrawn === 0n ? 'nothing' : moves(asset, [debited, clearing, withdrawn]));
    }
    default:
      return givenUp(dispute, { type, texts, actor }, { ...around, complain, expect });
  }
};

/** A debt is given up by two people, and no more of it than there is. */
const givenUp = (
  dispute: AuditedDispute,
  { type, texts, actor }: { readonly type: string; readonly texts: Texts; readonly actor: string },
  {
    replayed,
    complain,
    expect,
  }: Surroundings & { readonly expect: (journal: string | undefined, wanted: string) => void },
): void => {
  const amount = BigInt(texts['amountMinor'] ?? '0');
  if (type === 'DisputeWriteOffProposed') {
    dispute.proposal = { amount, by: texts['proposedBy'] ?? '' };
    if (dispute.status !== 'lost' && dispute.status !== 'accepted')
      complain(`is to be given up after it was ${dispute.status}`);
    if (amount !== debtOf(dispute, replayed)) complain('is to be given up for another amount');
    return;
  }
  if (dispute.writtenOff !== undefined) complain('is given up twice');
  dispute.writtenOff = amount;
  const { proposal, withdrawn, asset, account } = dispute;
  if (proposal === undefined || proposal.by === actor) complain('is given up by one person alone');
  if (amount > (proposal?.amount ?? 0n) || amount > withdrawn) complain('is given up for more than was said');
  expect(texts['journalId'], moves(asset, [loss, account, amount]));
};

/** What the account owes of a lost case. */
export const debtOf = ({ account, withdrawn, debitedTo }: AuditedDispute, replayed: ReplayedBooks): bigint => {
  const owed = -posted(replayed, account);
  // Of money that no customer was given the bank bears the loss itself.
  if (owed <= 0n || debitedTo !== account || isHouse(account)) return 0n;
  return owed < withdrawn ? owed : withdrawn;
};

const opened = ({ disputes }: DisputeBooks, texts: Texts, { cards, complain }: Surroundings): void => {
  const { disputeId = '', paymentId = '', caseId = '', accountId: account = '', asset = '', workItemId = '' } = texts;
  if (disputes.has(disputeId)) complain('is opened twice');
  const deposit = cards.deposits.get(paymentId);
  const wanted = deposit?.status === 'credited' ? deposit.account : loss;
  if (deposit === undefined || deposit.received === 0n) complain('is about money that never came');
  if (account !== wanted) complain(`is ${account}'s, and should be ${wanted}'s`);
  const terms = { paymentId, caseId, account, asset, amount: BigInt(texts['amountMinor'] ?? '0'), workItemId };
  disputes.set(disputeId, { ...terms, status: 'opened', withdrawn: 0n, fee: 0n, held: 0n, reminders: 0 });
};

/** As much of it is held as is there, and no more. */
const withdrew = (
  dispute: AuditedDispute,
  data: AuditedEvent['data'],
  { payments, cards, replayed, complain }: Surroundings,
): void => {
  const texts = data as unknown as Texts;
  if (dispute.withdrawn !== 0n) complain('is withdrawn twice');
  const [withdrawn, fee, held] = ['amountMinor', 'feeMinor', 'heldMinor'].map((name) => BigInt(texts[name] ?? '0'));
  Object.assign(dispute, { withdrawn, fee, held, holdId: texts['holdId'] });
  const { asset, account } = dispute;
  const [amountJournal = '', feeJournal = ''] = data['journalIds'] as unknown as readonly string[];
  if (payments.journals.get(amountJournal) !== moves(asset, [clearing, psp, withdrawn ?? 0n]))
    complain('is withdrawn, and the amount is not booked');
  if (fee !== 0n && payments.journals.get(feeJournal) !== moves(asset, [cost, psp, fee ?? 0n]))
    complain('is withdrawn, and the fee is not booked');
  cards.disputed.set(dispute.paymentId, (cards.disputed.get(dispute.paymentId) ?? 0n) + (withdrawn ?? 0n));
  const its = replayed.accounts.get(account);
  const hold = replayed.holds.get(dispute.holdId ?? '');
  if ((hold?.remaining ?? 0n) !== held) complain(`holds ${hold?.remaining ?? 0n} for ${held}`);
  const { credits = 0n, debits = 0n, heldOut = 0n, blocked = 0n } = replayed.balances.get(`${account} ${asset}`) ?? {};
  const left = credits - debits - heldOut - blocked;
  const cannot = its === undefined || its.isClosed || its.debitBlocks > 0 || account === loss;
  if ((held ?? 0n) > 0n && cannot) complain('holds what cannot be held');
  if (!cannot && (held ?? 0n) < (withdrawn ?? 0n) && left > 0n) complain(`holds ${held} and leaves ${left}`);
};

/** What can only be said at the end: clearing is empty but for what is undecided, and everything has ended. */
export const concludeDisputes = (
  books: DisputeBooks,
  { replayed, complain }: Pick<Surroundings, 'replayed' | 'complain'>,
): void => {
  const undecided = [...books.disputes.values()].filter(({ status }) => !over.includes(status));
  const inFlight = undecided.reduce((sum, { withdrawn }) => sum + withdrawn, 0n);
  if (posted(replayed, clearing) !== -inFlight)
    complain(`${clearing} has ${posted(replayed, clearing)}, and ${-inFlight} of it is explained`);
  for (const sagaId of books.open) complain(`saga ${sagaId} of a dispute or message never ends`);
  for (const [key, { status }] of books.messages)
    if (status === 'received' || status === 'failed') complain(`message ${key} is ${status} for ever`);
};

/** What left our account at the provider for cases, and has not come back. */
export const takenByDisputes = ({ disputes }: DisputeBooks): bigint =>
  [...disputes.values()].reduce(
    (sum, { status, withdrawn, fee }) => sum + fee + (status === 'won' ? 0n : withdrawn),
    0n,
  );

/** Every case of the provider ended there as here. */
export const compareCases = async (
  { disputes }: DisputeBooks,
  { cases, find }: { readonly cases: readonly string[]; readonly find: (caseId: string) => Promise<string> },
  complain: (text: string) => void,
): Promise<void> => {
  const known = new Map([...disputes.values()].map((one) => [one.caseId, one]));
  for (const caseId of cases) {
    const there = await find(caseId);
    const here = known.get(caseId)?.status ?? 'unknown';
    if (there !== (here === 'accepted' ? 'lost' : here)) complain(`case ${caseId} is ${here}, and there ${there}`);
    if (known.get(caseId)?.asset !== cardAsset) complain(`case ${caseId} is in another asset`);
  }
  if (known.size !== cases.length) complain(`there are ${known.size} cases here, and ${cases.length} there`);
};
