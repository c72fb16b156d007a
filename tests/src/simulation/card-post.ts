import type { Random } from '../stress/random.ts';

/** A message of a provider, as it is sent. */
export interface CardMessage {
  readonly tenantId: string;
  readonly messageId: string;
  readonly type: string;
  readonly body: string;
}

/** A provider's post: what has happened, told in any order and again until somebody says yes. */
export interface CardPost {
  tell(tenantId: string, type: string, object: object): void;
  /** One that nobody has said yes to, whichever. */
  next(tenantId: string): CardMessage | undefined;
  heard(messageId: string): void;
  bodyOf(messageId: string): string | undefined;
  isEmpty(): boolean;
}

/** Of a provider that tells nothing by itself. */
export const silentPost: CardPost = {
  tell: () => undefined,
  next: () => undefined,
  heard: () => undefined,
  bodyOf: () => undefined,
  isEmpty: () => true,
};

/** Of one that does. */
export const createCardPost = (random: Random): CardPost => {
  const sent = new Map<string, CardMessage>();
  const waiting = new Set<string>();
  return {
    tell: (tenantId, type, object) => {
      const messageId = `evt_${sent.size + 1}`;
      sent.set(messageId, { tenantId, messageId, type, body: JSON.stringify({ data: { object } }) });
      waiting.add(messageId);
    },
    next: (tenantId) => {
      const open = [...waiting].flatMap((messageId) => sent.get(messageId) ?? []);
      const its = open.filter((message) => message.tenantId === tenantId);
      return its.length === 0 ? undefined : random.pick(its);
    },
    heard: (messageId) => waiting.delete(messageId),
    bodyOf: (messageId) => sent.get(messageId)?.body,
    isEmpty: () => waiting.size === 0,
  };
};
