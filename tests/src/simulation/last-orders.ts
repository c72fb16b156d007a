import { nextBusinessDay } from '@finaegis/kernel/calendar';
import { derivedUuid } from '@finaegis/kernel/id';
import type { Random } from '../stress/random.ts';
import { refundCameBack, someRefunds } from './card-wishes.ts';
import { type Experience, perform } from './clients.ts';
import { type LinePlace, lineKey } from './file-wishes.ts';
import { sentBack } from './payment-wishes.ts';
import { answer, messageCame } from './provider-wishes.ts';
import type { Requests } from './requests.ts';
import { isRefusal, type SimulatedBank, type WholeBank } from './simulated-bank.ts';
import type { Draft } from './wishes.ts';

/** What a person at the desk sees of one tenant: read from its log as far as it went. */
interface Desk {
  readonly tenantId: string;
  seq: bigint;
  day: { businessDate: string; isOpen: boolean };
  readonly moving: Set<string>;
  readonly parked: Set<string>;
  readonly reviews: Set<string>;
  /** Refunds that wait for somebody's word. */
  readonly refunds: Set<string>;
  /** Deposits by card that have arrived and that nobody has thought of since. */
  readonly arrived: { readonly depositId: string; readonly receivedMinor: bigint }[];
  /** Lines of files by the key the bank knows them by, and those that wait for somebody's word. */
  readonly lines: Map<string, LinePlace>;
  readonly lineReviews: Map<string, LinePlace & { readonly bulkId: string }>;
  /** Messages whose work has failed. */
  readonly failedMessages: Set<string>;
  /** Cases that were opened or lost, and nobody has thought of since. */
  readonly openedCases: string[];
  readonly lostCases: string[];
  /** Accounts that money came to by card, and nobody has thought of since. */
  readonly payers: string[];
}

const roundsMax = 400;

/**
 * After the last wish: the partner bank's news are passed on, days opened, payments reviewed and parked sagas tried again, until every saga has
 * ended. What never ends is found by the auditor.
 */
export const lastOrders = async (
  bank: SimulatedBank,
  requests: Requests,
  random: Random,
): Promise<readonly Experience[]> => {
  const { whole } = bank;
  if (whole === undefined) return [];
  whole.calmDown();
  const experiences: Experience[] = [];
  const desks = bank.tenants.map((tenantId): Desk => {
    const day = { businessDate: '', isOpen: true };
    const payments = { reviews: new Set<string>(), refunds: new Set<string>(), arrived: [] };
    const files = { lines: new Map(), lineReviews: new Map() };
    const cases = { failedMessages: new Set<string>(), openedCases: [], lostCases: [], payers: [] };
    return { tenantId, seq: 0n, day, moving: new Set(), parked: new Set(), ...payments, ...files, ...cases };
  });
  for (let round = 0; round < roundsMax; round++) {
    let isQuiet = true;
    for (const desk of desks) {
      await lookAt(bank, desk);
      const todo = [
        ...dueAt(desk, whole),
        ...desk.arrived.splice(0).flatMap((one) => someRefunds(random, one)),
        ...aboutCases(desk, random),
        ...(whole.cards.isTelling ? desk.payers.splice(0).flatMap((payer) => allOfIt(random, payer)) : []),
      ];
      isQuiet &&= todo.length === 0 && desk.moving.size === 0;
      for (const draft of todo) {
        const lived = await perform(bank, requests.make(desk.tenantId, draft), random);
        passOn(whole, lived);
        experiences.push(lived);
      }
    }
    if (isQuiet && whole.rail.isQuiet() && whole.cards.isQuiet()) break;
    await bank.pause(2_000);
  }
  return experiences;
};

/** The partner bank tells what it has to tell until it is heard. */
export const passOn = (
  { rail, cards }: WholeBank,
  { request: { name, data, isDryRun }, answer: given }: Experience,
): void => {
  if (isDryRun === true || given?.kind !== 'answered') return;
  const { paymentId = '', refundId = '', messageId = '' } = data as Readonly<Record<string, string | undefined>>;
  if (name === 'returnPayment' && !isRefusal(given.body)) rail.heard(paymentId);
  if (name === 'receiveWebhook' && !isRefusal(given.body)) cards.heardMessage(messageId);
  if (name === 'concludeBulkLines' && !isRefusal(given.body)) rail.heard(entryOf(data));
  // A refund whose saga has learnt of it first has failed, and has nothing to come back from.
  const isOver = given.body.includes('"status":"failed"');
  if (name === 'returnRefund' && (!isRefusal(given.body) || isOver)) cards.heard(refundId);
};

const entryOf = (data: unknown): string => {
  const { batches } = data as {
    readonly batches: readonly { readonly outcomes: readonly { bankReference: string }[] }[];
  };
  return batches[0]?.outcomes[0]?.bankReference ?? '';
};

const lookAt = async (bank: SimulatedBank, desk: Desk): Promise<void> => {
  for (const { seq, envelope } of await bank.log(desk.tenantId, desk.seq)) {
    desk.seq = seq;
    const { type, data } = JSON.parse(envelope) as { type: string; data: Readonly<Record<string, string>> };
    const { sagaId = '', paymentId = '', businessDate = '', refundId = '' } = data;
    if (businessDate !== '') desk.day = { businessDate, isOpen: type !== 'BusinessDayClosed' };
    if (type === 'PaymentReviewRequested') desk.reviews.add(paymentId);
    else if (type.startsWith('Payment')) desk.reviews.delete(paymentId);
    if (type === 'CardDepositAnnounced') desk.payers.push(data['accountId'] ?? '');
    if (type === 'CardDepositCredited')
      desk.arrived.push({ depositId: data['depositId'] ?? '', receivedMinor: BigInt(data['receivedMinor'] ?? '0') });
    lookAtLines(desk, type, data as never);
    if (type === 'WebhookFailed') desk.failedMessages.add(data['key'] ?? '');
    if (type === 'WebhookReplayed') desk.failedMessages.delete(data['key'] ?? '');
    if (type === 'DisputeOpened') desk.openedCases.push(data['disputeId'] ?? '');
    if (type === 'DisputeLost' || type === 'DisputeAccepted') desk.lostCases.push(data['disputeId'] ?? '');
    if (type === 'RefundRequested') desk.refunds.add(refundId);
    else if (type.startsWith('Refund')) desk.refunds.delete(refundId);
    if (type === 'SagaStarted') desk.moving.add(sagaId);
    if (type === 'SagaEnded') desk.moving.delete(sagaId);
    if (type === 'SagaParked') desk.parked.add(sagaId);
    else if (type.startsWith('Saga')) desk.parked.delete(sagaId);
  }
};

const lookAtLines = (
  { lines, lineReviews }: Desk,
  type: string,
  {
    bulkId,
    batchId,
    line,
    lines: some = [],
  }: {
    readonly bulkId: string;
    readonly batchId: string;
    readonly line: number;
    readonly lines?: readonly { readonly line: number; readonly review?: string }[];
  },
): void => {
  if (type === 'BulkLinesTaken')
    for (const one of some) lines.set(lineKey(bulkId, one.line), { batchId, line: one.line });
  if (type === 'BulkLinesChecked')
    for (const one of some)
      if (one.review !== undefined) lineReviews.set(lineKey(bulkId, one.line), { bulkId, batchId, line: one.line });
  if (type === 'BulkLineReviewed') lineReviews.delete(lineKey(bulkId, line));
};

/** Whoever means to have a payment taken back may not leave his money lying there. */
const allOfIt = (random: Random, accountId: string): readonly Draft[] =>
  random.below(3) > 0
    ? []
    : [4_000n, 2_000n, 1_000n, 500n, 250n, 120n, 60n, 30n].map((amountMinor, index) => ({
        name: 'withdraw',
        data: {
          withdrawalId: derivedUuid('simulated', 'all', accountId, String(index), String(random.below(2 ** 31))),
          accountId,
          asset: 'EUR',
          amountMinor,
        },
      }));

/** Some cases are answered before their deadline, and some of what was lost is given up by two people. */
const aboutCases = ({ openedCases, lostCases }: Desk, random: Random): readonly Draft[] => [
  ...openedCases.splice(0).flatMap((disputeId) => (random.below(2) === 0 ? [answer({ random }, disputeId)] : [])),
  ...lostCases.splice(0).flatMap((disputeId): readonly Draft[] => [
    { name: 'proposeWriteOff', data: { disputeId }, actor: 'clerk' },
    { name: 'writeOffDispute', data: { disputeId }, actor: random.pick(['clerk', 'officer']) },
  ]),
];

const dueAt = (desk: Desk, { rail, cards }: WholeBank): readonly Draft[] => {
  const { tenantId, day, parked, reviews, refunds, lines, lineReviews, failedMessages } = desk;
  const message = cards.messageFor(tenantId);
  const news = rail.newsFor(tenantId);
  const cardNews = cards.newsFor(tenantId);
  const date = { entity: 'main', businessDate: nextBusinessDay('target', day.businessDate) };
  const [first] = reviews;
  return [
    ...(day.isOpen ? [] : [{ name: 'openBusinessDay', data: date } as const]),
    ...(news === undefined ? [] : [sentBack(news, lines.get(news.paymentId))]),
    ...(message === undefined ? [] : [messageCame(message)]),
    ...[...failedMessages].map((key) => ({ name: 'replayWebhook', data: { key } }) as const),
    // Some of these are left to the end of their time, too.
    ...[...lineReviews]
      .filter(([key]) => key >= '8')
      .map(
        ([, place]) =>
          ({ name: 'reviewBulkLine', data: { ...place, decision: 'approved' }, actor: 'officer' }) as const,
      ),
    ...(cardNews === undefined ? [] : [refundCameBack(cardNews)]),
    ...[...refunds].map(
      (refundId) => ({ name: 'reviewRefund', data: { refundId, decision: 'approved' }, actor: 'officer' }) as const,
    ),
    // Some are left to the end of their time.
    ...(first === undefined || first < '8'
      ? []
      : [{ name: 'reviewPayment', data: { paymentId: first, decision: 'approved' }, actor: 'officer' } as const]),
    ...[...parked].map((sagaId) => ({ name: 'retrySaga', data: { sagaId } }) as const),
  ];
};
