import type Stripe from 'stripe';
import type { NextDigits } from '../counted-ids.ts';
import { noSuch } from './problem.ts';
import type { TestCard } from './test-cards.ts';

/** What the double keeps, in the shapes of the official library: the compiler sees to it that no field is missing. */
export type Kept =
  | Stripe.BalanceTransaction
  | Stripe.Charge
  | Stripe.Checkout.Session
  | Stripe.Customer
  | Stripe.Dispute
  | Stripe.Event
  | Stripe.PaymentIntent
  | Stripe.PaymentMethod
  | Stripe.Payout
  | Stripe.Refund;

/** The id behind a reference; the double keeps ids, where the library's types allow the object as well. */
export const idOf = (reference: string | { readonly id: string } | null): string =>
  typeof reference === 'string' ? reference : (reference?.id ?? '');

export type Kind = Kept['object'];
export type KeptAs<K extends Kind> = Extract<Kept, { object: K }>;

/** How this merchant's account is set up. */
export interface MerchantSettings {
  /** Stripe's fee on a charge: a share in basis points, rounded half up, and a fixed part in minor units. */
  readonly feeBasisPoints: number;
  readonly feeFixedMinor: number;
  readonly disputeFeeMinor: number;
  /** How long a charge stays pending before it can be paid out. */
  readonly availableAfterSeconds: number;
  /** How long search does not yet find what was just created; Stripe warns of up to a minute. */
  readonly searchLagSeconds: number;
  /** The version events are rendered in. */
  readonly apiVersion: string;
}

/** The request being carried out, as events refer to it. */
export interface Cause {
  readonly id: string;
  readonly idempotency_key: string | null;
}

/** One merchant's account at Stripe, in memory. */
export interface Merchant {
  readonly settings: MerchantSettings;
  /** Where the double is reached, for the pages it shows to payers. */
  readonly url: () => string;
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
  /** Keeps an object under its id, instead of what was there. */
  readonly keep: <T extends Kept>(object: T) => T;
  readonly lookUp: (id: string) => Kept | undefined;
  /** The object of this kind and id; refuses with `resource_missing`, naming the parameter. */
  readonly find: <K extends Kind>(kind: K, id: string, param: string) => KeptAs<K>;
  /** All of a kind, newest first. */
  readonly all: <K extends Kind>(kind: K) => readonly KeptAs<K>[];
  /** Records an event with the object as it is now, and sends it. */
  readonly publish: (type: Stripe.Event.Type, object: Kept) => void;
  /** Runs this when the answer of the request has been written down: what happens by itself later. */
  readonly afterwards: (happen: () => void) => void;
  /** Carries out a request: its events name it, and what it left for afterwards follows. */
  readonly carryOut: <T>(cause: Cause | null, work: () => T) => T;
  readonly cards: Map<string, TestCard>;
  /** Which payout took a balance transaction along. */
  readonly payoutOf: Map<string, string>;
  readonly lineItems: Map<string, Stripe.LineItem[]>;
  /** What a Checkout Session said about the payment it will make. */
  readonly intentParams: Map<string, SessionPayment>;
}

export interface SessionPayment {
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly captureMethod: 'automatic' | 'manual';
}

interface MerchantOptions {
  readonly settings: MerchantSettings;
  readonly url: () => string;
  readonly now: () => Date;
  readonly nextDigits: NextDigits;
  readonly endpointCount: () => number;
  readonly send: (event: Stripe.Event) => void;
}

export const createMerchant = ({ settings, url, now, nextDigits, endpointCount, send }: MerchantOptions): Merchant => {
  const shelves = new Map<Kind, Map<string, Kept>>();
  const left: (() => void)[] = [];
  let cause: Cause | null = null;

  const seconds = (): number => Math.floor(now().getTime() / 1000);
  const newId = (prefix: string): string => `${prefix}_${nextDigits().slice(0, 24)}`;
  const shelf = (kind: Kind): Map<string, Kept> => {
    const there = shelves.get(kind) ?? new Map<string, Kept>();
    shelves.set(kind, there);
    return there;
  };
  const keep = <T extends Kept>(object: T): T => {
    shelf(object.object).set(object.id, object);
    return object;
  };
  const isOf = <K extends Kind>(kind: K, object: Kept | undefined): object is KeptAs<K> => object?.object === kind;

  return {
    settings,
    url,
    now: seconds,
    newId,
    keep,
    lookUp: (id) => [...shelves.values()].map((objects) => objects.get(id)).find((object) => object !== undefined),
    find: (kind, id, param) => {
      const found = shelf(kind).get(id);
      if (!isOf(kind, found)) throw noSuch(kind.replace('.', ' '), id, param);
      return found;
    },
    all: (kind) => [...shelf(kind).values()].filter((object) => isOf(kind, object)).toReversed(),
    publish: (type, object) => {
      const event = {
        id: newId('evt'),
        object: 'event',
        api_version: settings.apiVersion,
        created: seconds(),
        // Objects are replaced, never changed, so the event shows its object as it was.
        data: { object },
        livemode: false,
        pending_webhooks: endpointCount(),
        request: cause ?? { id: null, idempotency_key: null },
        type,
      } as Stripe.Event;
      send(keep(event));
    },
    afterwards: (happen) => void left.push(happen),
    carryOut: (by, work) => {
      cause = by;
      try {
        return work();
      } finally {
        // Nobody asked for what follows by itself.
        cause = null;
        for (let happen = left.shift(); happen !== undefined; happen = left.shift()) happen();
      }
    },
    cards: new Map(),
    payoutOf: new Map(),
    lineItems: new Map(),
    intentParams: new Map(),
  };
};
