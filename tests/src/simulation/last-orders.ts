import { nextBusinessDay } from '@finaegis/kernel/calendar';
import type { Random } from '../stress/random.ts';
import { refundCameBack, someRefunds } from './card-wishes.ts';
import { type Experience, perform } from './clients.ts';
import { sentBack } from './payment-wishes.ts';
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
    return {
      tenantId,
      seq: 0n,
      day,
      moving: new Set(),
      parked: new Set(),
      reviews: new Set(),
      refunds: new Set(),
      arrived: [],
    };
  });
  for (let round = 0; round < roundsMax; round++) {
    let isQuiet = true;
    for (const desk of desks) {
      await lookAt(bank, desk);
      const todo = [...dueAt(desk, whole), ...desk.arrived.splice(0).flatMap((one) => someRefunds(random, one))];
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
export const passOn = ({ rail, cards }: WholeBank, { request: { name, data, isDryRun }, answer }: Experience): void => {
  if (isDryRun === true || answer?.kind !== 'answered') return;
  const { paymentId = '', refundId = '' } = data as { readonly paymentId?: string; readonly refundId?: string };
  if (name === 'returnPayment' && !isRefusal(answer.body)) rail.heard(paymentId);
  // A refund whose saga has learnt of it first has failed, and has nothing to come back from.
  const isOver = answer.body.includes('"status":"failed"');
  if (name === 'returnRefund' && (!isRefusal(answer.body) || isOver)) cards.heard(refundId);
};

const lookAt = async (bank: SimulatedBank, desk: Desk): Promise<void> => {
  for (const { seq, envelope } of await bank.log(desk.tenantId, desk.seq)) {
    desk.seq = seq;
    const { type, data } = JSON.parse(envelope) as { type: string; data: Readonly<Record<string, string>> };
    const { sagaId = '', paymentId = '', businessDate = '', refundId = '' } = data;
    if (businessDate !== '') desk.day = { businessDate, isOpen: type !== 'BusinessDayClosed' };
    if (type === 'PaymentReviewRequested') desk.reviews.add(paymentId);
    else if (type.startsWith('Payment')) desk.reviews.delete(paymentId);
    if (type === 'CardDepositCredited')
      desk.arrived.push({ depositId: data['depositId'] ?? '', receivedMinor: BigInt(data['receivedMinor'] ?? '0') });
    if (type === 'RefundRequested') desk.refunds.add(refundId);
    else if (type.startsWith('Refund')) desk.refunds.delete(refundId);
    if (type === 'SagaStarted') desk.moving.add(sagaId);
    if (type === 'SagaEnded') desk.moving.delete(sagaId);
    if (type === 'SagaParked') desk.parked.add(sagaId);
    else if (type.startsWith('Saga')) desk.parked.delete(sagaId);
  }
};

const dueAt = ({ tenantId, day, parked, reviews, refunds }: Desk, { rail, cards }: WholeBank): readonly Draft[] => {
  const news = rail.newsFor(tenantId);
  const cardNews = cards.newsFor(tenantId);
  const date = { entity: 'main', businessDate: nextBusinessDay('target', day.businessDate) };
  const [first] = reviews;
  return [
    ...(day.isOpen ? [] : [{ name: 'openBusinessDay', data: date } as const]),
    ...(news === undefined ? [] : [sentBack(news)]),
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
