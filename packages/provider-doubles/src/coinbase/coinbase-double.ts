import { createHmac } from 'node:crypto';
import { createCountedIds } from '../counted-ids.ts';
import { createFaultQueue, type Fault } from '../faults.ts';
import { type Answer, type ReceivedRequest, startLoopbackServer } from '../loopback-server.ts';
import { createWebhookSender, type RenderDelivery, type WebhookEndpoint } from '../webhook-sender.ts';
import type { PlatformKey } from './bearer-token.ts';
import { type ChargeBook, type ChargeControl, controlCharges, uuidOf } from './charges.ts';
import { type CheckoutBook, type CheckoutControl, controlCheckouts } from './checkouts.ts';
import { checkoutsProblem, createCheckoutsApi } from './checkouts-api.ts';
import { CoinbaseProblem } from './coinbase-problem.ts';
import { answerCommerce, commerceProblem } from './commerce-api.ts';

export interface CoinbaseDoubleOptions {
  /** Coinbase Commerce: the key clients show as X-CC-Api-Key, and where its events go. */
  readonly commerce?: { readonly apiKey: string; readonly webhook?: WebhookEndpoint };
  /** The Checkouts API: the key bearer tokens are signed with, and where its events go. */
  readonly business?: {
    readonly key: PlatformKey;
    readonly webhook?: WebhookEndpoint;
    readonly feeBasisPoints?: number;
  };
  /** The double's clock; the machine's unless told. */
  readonly clock?: () => Date;
  readonly faults?: readonly Fault[];
  readonly seed?: string;
}

/** An event as it was sent, of either API. */
export interface CoinbaseEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
}

/** What payers and the chain do, and the net in between. */
export interface CoinbaseControl {
  readonly charges: ChargeControl;
  readonly checkouts: CheckoutControl;
  /** Has the next matching requests or events go wrong. */
  readonly fail: (fault: Fault) => void;
  readonly releaseWebhooks: () => void;
  /** Waits until no event is on its way any more. */
  readonly settled: () => Promise<void>;
  /** Every event so far, oldest first. */
  readonly events: () => readonly CoinbaseEvent[];
}

export interface CoinbaseDouble {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly control: CoinbaseControl;
  readonly close: () => Promise<void>;
}

const checkoutsPath = '/api/v1/checkouts';
const standingFeeBasisPoints = 100;

/** Starts a double of Coinbase on 127.0.0.1: Commerce charges below /charges, the Checkouts API below /api/v1/checkouts. */
export const startCoinbaseDouble = async (options: CoinbaseDoubleOptions): Promise<CoinbaseDouble> => {
  const { commerce, business, clock = () => new Date(), faults = [], seed = 'coinbase' } = options;
  const queue = createFaultQueue(faults);
  const nextDigits = createCountedIds(seed);
  const events: CoinbaseEvent[] = [];
  const [commerceSender, businessSender] = [createWebhookSender(queue), createWebhookSender(queue)];
  if (commerce?.webhook !== undefined) commerceSender.addEndpoint(commerce.webhook);
  if (business?.webhook !== undefined) businessSender.addEndpoint(business.webhook);
  let url = '';

  const record = (type: string, data: object): CoinbaseEvent => {
    const event = { id: uuidOf(nextDigits()), type, data: structuredClone(data) };
    events.push(event);
    return event;
  };
  const common = { now: clock, nextDigits, url: () => url };
  const charges: ChargeBook = {
    ...common,
    kept: new Map(),
    publish: (type, charge) => commerceSender.send(type, commerceDelivery(record(type, charge), clock)),
  };
  const checkouts: CheckoutBook = {
    ...common,
    kept: new Map(),
    feeBasisPoints: business?.feeBasisPoints ?? standingFeeBasisPoints,
    publish: (type, checkout) => businessSender.send(type, businessDelivery(record(type, checkout), clock)),
  };
  const server = await startLoopbackServer({ ...createApi(options, { charges, checkouts }), faults: queue });
  url = server.url;

  return {
    ...server,
    control: {
      charges: controlCharges(charges),
      checkouts: controlCheckouts(checkouts),
      fail: queue.add,
      releaseWebhooks: () => {
        commerceSender.release();
        businessSender.release();
      },
      settled: async () => void (await Promise.all([commerceSender.settled(), businessSender.settled()])),
      events: () => [...events],
    },
    close: async () => {
      await Promise.all([commerceSender.close(), businessSender.close()]);
      await server.close();
    },
  };
};

interface Books {
  readonly charges: ChargeBook;
  readonly checkouts: CheckoutBook;
}

// Either API is there only if it was asked for; a path of the other is not found.
const createApi = ({ commerce, business }: CoinbaseDoubleOptions, { charges, checkouts }: Books) => {
  const nextRequestId = (): string => checkouts.nextDigits().slice(0, 16);
  const answerCheckouts =
    business === undefined
      ? undefined
      : createCheckoutsApi({ book: checkouts, key: business.key, now: checkouts.now, nextRequestId });
  return {
    answer: (request: ReceivedRequest): Answer => {
      if (isBelow(checkoutsPath, request) && answerCheckouts !== undefined) return answerCheckouts(request);
      if (isBelow('/charges', request) && commerce !== undefined)
        return answerCommerce(charges, commerce.apiKey, request);
      return commerceProblem(new CoinbaseProblem(404, 'not_found', 'Not found'));
    },
    failure: (status: 500 | 429, request: Pick<ReceivedRequest, 'path'>): Answer => {
      const fault =
        status === 500
          ? new CoinbaseProblem(500, 'internal_server_error', 'An unknown error occurred')
          : new CoinbaseProblem(429, 'rate_limit_exceeded', 'Too many requests');
      return isBelow(checkoutsPath, request) ? checkoutsProblem(fault, nextRequestId()) : commerceProblem(fault);
    },
  };
};

const isBelow = (prefix: string, { path }: Pick<ReceivedRequest, 'path'>): boolean =>
  path === prefix || path.startsWith(`${prefix}/`);

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

const commerceDelivery =
  ({ id, type, data }: CoinbaseEvent, clock: () => Date): RenderDelivery =>
  ({ secret }, attempt) => {
    const time = clock().toISOString();
    const event = { id, resource: 'event', type, api_version: '2018-03-22', created_at: time, data };
    const body = JSON.stringify({ id, scheduled_for: time, attempt_number: attempt, event });
    return { body, headers: { 'content-type': 'application/json', 'x-cc-webhook-signature': hmac(secret, body) } };
  };

const signedNames = 'content-type x-event-id x-event-type';

const businessDelivery =
  ({ id, type, data }: CoinbaseEvent, clock: () => Date): RenderDelivery =>
  ({ secret }) => {
    const body = JSON.stringify({ ...data, eventType: type });
    const time = Math.floor(clock().getTime() / 1000);
    const headers = { 'content-type': 'application/json', 'x-event-id': id, 'x-event-type': type };
    const values = Object.values(headers).join('.');
    const [v0, v1] = [hmac(secret, `${time}.${body}`), hmac(secret, `${time}.${signedNames}.${values}.${body}`)];
    return { body, headers: { ...headers, 'x-hook0-signature': `t=${time},v0=${v0},h=${signedNames},v1=${v1}` } };
  };
