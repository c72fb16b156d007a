import { type LinePlace, lineKey, lineSentBack } from './file-wishes.ts';
import { partnerBank, payeesElsewhere, type RailNews } from './rail-twin.ts';
import { chance } from './scheduler.ts';
import type { WholeNotes, WholeSources } from './whole-notes.ts';
import type { Draft, Sources } from './wishes.ts';

/** One thing somebody wants of the bank's payments: a customer, the partner bank, or a person at the desk. */
export const paymentWish = (from: WholeSources, notes: WholeNotes): Draft => {
  const { random, fresh, newsFor } = from;
  const news = newsFor(notes.tenantId);
  if (news !== undefined && chance(random, 500)) return sentBack(news, placeOf(notes, news));
  const { paymentId } = notes.payments.length > 0 ? random.pick(notes.payments) : { paymentId: fresh('payment') };
  const draw = random.below(100);
  if (draw < 40) return payment(from, notes);
  if (draw < 47) return { name: 'cancelPayment', data: { paymentId } };
  if (draw < 56) {
    const waiting = notes.payments.filter(({ amountMinor }) => amountMinor % 10n === 7n);
    return review(from, waiting.length > 0 && chance(random, 700) ? random.pick(waiting).paymentId : paymentId);
  }
  if (draw < 58) return { name: 'returnPayment', data: stray(from, paymentId) };
  if (draw < 78) return arrival(from, notes);
  const isMistaken = chance(random, 40);
  if (draw < 86 && (notes.reviews.length > 0 || isMistaken))
    return reviewOfArrival(from, isMistaken ? fresh('incoming') : random.pick(notes.reviews));
  return notes.items.length > 0 || isMistaken ? onItem(from, notes) : arrival(from, notes);
};

/**
 * The message of the bank about money that came back.
 * @param place of a line of a file; of a payment by itself none
 */
export const sentBack = (news: RailNews, place: LinePlace | undefined): Draft => {
  if (place !== undefined) return lineSentBack(news, place);
  const { paymentId, entryReference, amountMinor } = news;
  return {
    name: 'returnPayment',
    data: { paymentId, reason: 'AC04', entryReference, amountMinor },
    actor: 'connector',
  };
};

const placeOf = ({ takenFiles }: WholeNotes, { paymentId }: RailNews): LinePlace | undefined => {
  for (const { lines: file } of takenFiles)
    for (const { batchId, lines } of file.batches)
      for (const { line } of lines) if (lineKey(file.bulkId, line) === paymentId) return { batchId, line };
  return undefined;
};

/** An entry about more than was paid, or about a payment nobody made: whoever types it is mistaken, and is told so. */
const stray = ({ fresh, random }: Sources, paymentId: string): object => ({
  paymentId: chance(random, 300) ? fresh('payment') : paymentId,
  reason: 'AC04',
  entryReference: `S${random.below(9)}`,
  amountMinor: 999_999n,
});

const someAmount = (random: Sources['random']): bigint => BigInt(1 + random.below(chance(random, 80) ? 20_000 : 700));

const payment = ({ random, fresh }: Sources, notes: WholeNotes): Draft => {
  const again = notes.payments.length > 0 && chance(random, 40) ? random.pick(notes.payments) : undefined;
  const isOurs = notes.ibans.length > 0 && chance(random, 250);
  const iban = isOurs ? random.pick(notes.ibans) : random.pick(payeesElsewhere);
  const data = {
    paymentId: again?.paymentId ?? fresh('payment'),
    debtorAccountId: chance(random, 30) ? fresh('nobody') : random.pick(notes.customers),
    asset: chance(random, 60) ? 'JPY' : 'EUR',
    amountMinor: chance(random, 150) ? BigInt(7 + 10 * random.below(60)) : someAmount(random),
    creditor: { name: 'Berta Payee', ...(chance(random, 30) ? {} : { iban }) },
    ...(chance(random, 200) ? { isPayeeConfirmed: true } : {}),
  };
  if (again === undefined) notes.payments.push(data);
  return { name: 'createPayment', data, actor: random.pick(['client', 'clerk']) };
};

const review = ({ random }: Sources, paymentId: string): Draft => ({
  name: 'reviewPayment',
  data: { paymentId, decision: random.pick(['approved', 'approved', 'rejected']) },
  actor: random.pick(['client', 'clerk', 'officer']),
});

const reviewOfArrival = ({ random }: Sources, incomingId: string): Draft => ({
  name: 'reviewIncoming',
  data: { incomingId, decision: random.pick(['approved', 'rejected']) },
  actor: random.pick(['connector', 'officer', 'officer']),
});

const arrival = ({ random, fresh }: Sources, notes: WholeNotes): Draft => {
  const again = notes.arrivals.length > 0 && chance(random, 200) ? random.pick(notes.arrivals) : undefined;
  const isNamed = notes.ibans.length > 0 && chance(random, 500);
  const amountMinor = chance(random, 200) ? BigInt(7 + 10 * random.below(80)) : someAmount(random);
  const data = again ?? {
    bank: partnerBank,
    entryReference: fresh('entry'),
    asset: chance(random, 80) ? 'JPY' : 'EUR',
    amountMinor,
    ...(chance(random, 150) ? { expectedMinor: 500n } : {}),
    ...(isNamed
      ? { creditorIban: random.pick(notes.ibans) }
      : { creditorAccountId: chance(random, 100) ? fresh('nobody') : random.pick(notes.customers) }),
    debtor: { name: 'Cyril Sender', ...(chance(random, 700) ? { iban: payeesElsewhere[0] } : {}) },
  };
  if (again === undefined) notes.arrivals.push(data);
  // Told of first as something under way, then as arrived, or the other way round.
  const isBooked = chance(random, 800);
  return { name: 'receivePayment', data: { ...data, isBooked }, actor: 'connector' };
};

const onItem = ({ random, fresh }: Sources, notes: WholeNotes): Draft => {
  const workItemId = notes.items.length > 0 && !chance(random, 30) ? random.pick(notes.items) : fresh('item');
  const actor = random.pick(['clerk', 'officer']);
  if (chance(random, 300)) return { name: 'assignWorkItem', data: { workItemId, owner: actor }, actor: 'head' };
  const resolution = random.pick(['applied', 'applied', 'returned', 'written_off', 'explained'] as const);
  const account = resolution === 'applied' ? { accountId: random.pick(notes.customers) } : {};
  return { name: 'resolveWorkItem', data: { workItemId, resolution, ...account }, actor };
};
