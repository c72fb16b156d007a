import type { Positions } from '../event-store/position.ts';
import { messageBody } from '../published/message.ts';
import type { PublishedMessage } from '../published/publisher.ts';
import type { NamedChannel, Viewer } from './channel.ts';

/** A message on its way to whoever listens: what each may see of it is made once. */
export interface Told {
  readonly id: string;
  readonly name: string;
  readonly seq: bigint;
  /** Under what its listeners are found. */
  readonly routes: readonly string[];
  /** JSON text for one listener; undefined for a customer whom it is nothing of. */
  bodyFor(viewer: Viewer, channel: NamedChannel): string | undefined;
  /** What a transport makes of a body, made once for all that are told the same under the same name. */
  once<Made extends object>(name: string, body: string, make: () => Made): Made;
  /** Everybody there is was told. */
  forget(): void;
}

/** Bytes of the largest data a message carries; a larger one carries what it is by, and is read from the API. */
export const dataBytesMax = 10_240;

/** Makes a published message ready to be told. */
export const toldOf = (message: PublishedMessage, positions: Positions): Told => {
  const { id, name, seq, accounts, published, data } = message;
  const envelope = { id, timestamp: message.bookedAt, position: positions.encode(seq) };
  const whole = bounded(message.body, message, envelope.position);
  const made = new Map<string, { readonly body: string; readonly what: object }>();
  const partFor = (visible: ReadonlySet<string>): string | undefined => {
    const { forCustomers } = published;
    if (forCustomers === undefined || !accounts.some((account) => visible.has(account))) return undefined;
    if (forCustomers === 'whole') return whole;
    const cut = forCustomers(data, visible);
    if (cut === undefined) return undefined;
    const part = messageBody(published, { ...envelope, data: cut, isPart: true });
    return bounded(part, message, envelope.position);
  };
  return {
    id,
    name,
    seq,
    routes: ['all', ...accounts.map((accountId) => `account:${accountId}`)],
    bodyFor: ({ accounts: visible }, { ids }) => {
      if (visible === undefined) return whole;
      // A channel of one account tells of that one, whatever else its listener may see.
      return partFor(ids.accountId === undefined ? visible : new Set([ids.accountId]));
    },
    once: <Made extends object>(its: string, body: string, make: () => Made): Made => {
      const known = made.get(its);
      if (known?.body === body) return known.what as Made;
      const what = make();
      made.set(its, { body, what });
      return what;
    },
    forget: () => made.clear(),
  };
};

const bounded = (
  body: string,
  { id, name: type, version, bookedAt: timestamp }: PublishedMessage,
  position: string,
): string =>
  Buffer.byteLength(body) <= dataBytesMax
    ? body
    : JSON.stringify({ id, type, version, timestamp, position, isTooLarge: true });
