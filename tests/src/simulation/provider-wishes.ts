import { derivedUuid } from '@finaegis/kernel/id';
import type { CardMessage } from './card-post.ts';
import { cardProviderName } from './cards-twin.ts';
import { chance } from './scheduler.ts';
import type { WholeNotes, WholeSources } from './whole-notes.ts';
import type { Draft, Sources } from './wishes.ts';

/** One thing about the card provider's messages and cases: it tells something, or a person answers a case. */
export const providerWish = (from: WholeSources, notes: WholeNotes): Draft => {
  const { random, fresh, messageFor, casesOf } = from;
  const draw = random.below(100);
  const message = messageFor(notes.tenantId);
  if (message !== undefined && draw < 55) return noted(notes, message);
  // Nobody counts how often a provider repeats itself.
  if (draw < 62 && notes.messages.length > 0) return messageCame(random.pick(notes.messages));
  if (draw < 66) return noted(notes, strange(from, notes.tenantId));
  if (draw < 68)
    return { name: 'refuseWebhook', data: { key: fresh('forged'), provider: 'stripe', reason: 'signature_wrong' } };
  if (draw < 76) {
    const { messageId } = notes.messages.length > 0 ? random.pick(notes.messages) : { messageId: 'evt_nobody' };
    return { name: 'replayWebhook', data: { key: messageKey(messageId) } };
  }
  const cases = casesOf(notes.tenantId);
  const disputeId = cases.length > 0 && !chance(random, 30) ? caseOf(random.pick(cases)) : fresh('dispute');
  if (draw < 90) return answer(from, disputeId);
  return { name: draw < 95 ? 'proposeWriteOff' : 'writeOffDispute', data: { disputeId }, actor: person(random) };
};

const person = (random: Sources['random']): string => random.pick(['clerk', 'officer']);

const noted = (notes: WholeNotes, message: CardMessage): Draft => {
  notes.messages.push(message);
  return messageCame(message);
};

/** The message of the provider, verified and to be kept. */
export const messageCame = ({ messageId, type, body }: CardMessage): Draft => ({
  name: 'receiveWebhook',
  data: { provider: cardProviderName, messageId, type, body, digest: '0'.repeat(64), sizeBytes: body.length },
  actor: `webhook:${cardProviderName}`,
});

/** About nothing of ours, or of a kind nobody here knows. */
const strange = ({ random, fresh }: Sources, tenantId: string): CardMessage => {
  const messageId = fresh('message');
  const type = random.pick(['customer.created', 'charge.expired', 'account.updated'] as const);
  return { tenantId, messageId, type, body: '{}' };
};

/** With evidence, or giving in. */
export const answer = ({ random }: Pick<Sources, 'random'>, disputeId: string): Draft => ({
  name: 'answerDispute',
  data: {
    disputeId,
    ...(chance(random, 500) ? { evidence: { product_description: `Parcel ${random.below(3)} was delivered.` } } : {}),
  },
  actor: person(random),
});

/** Our names of a message and of a case. */
export const messageKey = (messageId: string): string => derivedUuid('webhook', cardProviderName, messageId);
export const caseOf = (caseId: string): string => derivedUuid('card-dispute', cardProviderName, caseId);
