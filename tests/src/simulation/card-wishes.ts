import { derivedUuid } from '@finaegis/kernel/id';
import type { Random } from '../stress/random.ts';
import { otherReasons, ownErrors } from './card-rules.ts';
import type { CardNews } from './cards-twin.ts';
import { chance } from './scheduler.ts';
import type { WholeNotes, WholeSources } from './whole-notes.ts';
import type { Draft, Sources } from './wishes.ts';

/** One thing somebody wants of cards and refunds: a payer, a person at the desk, or the provider. */
export const cardWish = (from: WholeSources, notes: WholeNotes): Draft => {
  const { random, fresh } = from;
  const news = from.cardNewsFor(notes.tenantId);
  if (news !== undefined && chance(random, 500)) return refundCameBack(news);
  const refundId =
    notes.refunds.length > 0 && !chance(random, 60) ? random.pick(notes.refunds).refundId : fresh('refund');
  const draw = random.below(100);
  if (draw < 45 || notes.cardDeposits.length === 0) return deposit(from, notes);
  if (draw < 78) return refund(from, notes);
  if (draw < 90)
    return {
      name: 'reviewRefund',
      data: { refundId, decision: random.pick(['approved', 'approved', 'rejected']) },
      actor: random.pick(['client', 'clerk', 'officer']),
    };
  if (draw < 97) return { name: 'cancelRefund', data: { refundId } };
  // A message about nothing of ours.
  return refundCameBack({ tenantId: notes.tenantId, refundId: fresh('refund') });
};

/** The message of the provider about a refund that came back. */
export const refundCameBack = ({ refundId }: CardNews): Draft => ({
  name: 'returnRefund',
  data: { refundId, reason: 'expired_or_canceled_card' },
  actor: 'connector',
});

/** Money that arrived is wanted back: in part, whole, or more than whole in several parts. */
export const someRefunds = (
  random: Random,
  { depositId, receivedMinor }: { readonly depositId: string; readonly receivedMinor: bigint },
): readonly Draft[] =>
  Array.from({ length: random.below(4) }, (_, index) => ({
    name: 'requestRefund',
    data: {
      refundId: derivedUuid('simulated', 'refund', depositId, String(index)),
      paymentId: depositId,
      asset: 'EUR',
      amountMinor: chance(random, 200) ? receivedMinor : BigInt(1 + random.below(Number(receivedMinor))),
      reason: random.pick([...otherReasons, ...ownErrors]),
    },
    actor: 'clerk',
  }));

const methods = [
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_pendingRefund',
  'pm_card_threeDSecure',
  'pm_card_chargeDeclined',
  // The payer chooses on the provider's own form.
  '',
];

const deposit = ({ random, fresh }: Sources, notes: WholeNotes): Draft => {
  const again = notes.cardDeposits.length > 0 && chance(random, 50) ? random.pick(notes.cardDeposits) : undefined;
  const paymentMethod = random.pick(methods);
  const data = {
    depositId: again?.depositId ?? fresh('card-deposit'),
    accountId: chance(random, 30) ? fresh('nobody') : random.pick(notes.customers),
    asset: chance(random, 50) ? 'JPY' : 'EUR',
    amountMinor: BigInt(1 + random.below(1_200)),
    ...(paymentMethod === '' ? {} : { paymentMethod }),
    saveMethod: chance(random, 300),
  };
  if (again === undefined) notes.cardDeposits.push(data);
  return { name: 'createCardDeposit', data: again ?? data };
};

/** The older ones of these have arrived by now. */
const isProbablyPaid = ({ amountMinor, paymentMethod = '' }: WholeNotes['cardDeposits'][number]): boolean =>
  /visa|pendingRefund/.test(paymentMethod) && amountMinor % 10n !== 7n && amountMinor % 10n !== 9n;

const refund = ({ random, fresh, nowMs }: Sources, notes: WholeNotes): Draft => {
  const again = notes.refunds.length > 0 && chance(random, 60) ? random.pick(notes.refunds) : undefined;
  const paid = notes.cardDeposits.filter(isProbablyPaid);
  const { depositId, amountMinor } = random.pick(
    paid.length > 0 && chance(random, 850) ? paid.slice(0, 1 + Math.floor(paid.length / 2)) : notes.cardDeposits,
  );
  const part = chance(random, 200) ? amountMinor : BigInt(1 + random.below(Math.ceil(Number(amountMinor) / 2) + 20));
  const data = {
    refundId: fresh('refund'),
    paymentId: chance(random, 40) ? fresh('nothing') : depositId,
    asset: chance(random, 30) ? 'JPY' : 'EUR',
    amountMinor: part,
    reason: random.pick([...otherReasons, ...ownErrors]),
    ...(chance(random, 150) ? { notBefore: new Date(nowMs() + random.below(20_000)).toISOString() } : {}),
  };
  if (again === undefined) notes.refunds.push(data);
  return { name: 'requestRefund', data: again ?? data, actor: random.pick(['client', 'clerk']) };
};
