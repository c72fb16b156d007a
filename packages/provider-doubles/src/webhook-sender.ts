import type { FaultQueue } from './faults.ts';

/** Where a provider sends its events, and the secret it signs them with. */
export interface WebhookEndpoint {
  readonly url: string;
  readonly secret: string;
}

/** One attempt to deliver, ready to be posted. */
export interface Delivery {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Renders an event for one attempt (counted from 1): signatures carry the time of sending, some bodies count attempts. */
export type RenderDelivery = (endpoint: WebhookEndpoint, attempt: number) => Delivery;

export interface WebhookSender {
  readonly addEndpoint: (endpoint: WebhookEndpoint) => void;
  readonly endpointCount: () => number;
  /** Sends an event on its way: once, twice or not yet, as the faults have it. */
  readonly send: (type: string, render: RenderDelivery) => void;
  /** Sends what was withheld, in the order it happened. */
  readonly release: () => void;
  /** Waits until nothing is on its way: delivered, or given up after the last attempt. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const attemptsMax = 5;
const firstPauseMs = 10;
const attemptTimeoutMs = 5_000;

/** Delivers events as providers do: each on its own, in no promised order, again until the endpoint answers 2xx. */
export const createWebhookSender = (faults: FaultQueue): WebhookSender => {
  const endpoints: WebhookEndpoint[] = [];
  const underWay = new Set<Promise<void>>();
  const withheld: RenderDelivery[] = [];
  const stopped = new AbortController();

  const start = (endpoint: WebhookEndpoint, render: RenderDelivery): void => {
    const delivery = deliver(endpoint, render, stopped.signal).finally(() => underWay.delete(delivery));
    underWay.add(delivery);
  };
  const startAll = (render: RenderDelivery): void => {
    for (const endpoint of endpoints) start(endpoint, render);
  };
  const settled = async (): Promise<void> => {
    // What an endpoint does on one event may cause the next.
    while (underWay.size > 0) await Promise.all(underWay);
  };

  return {
    addEndpoint: (endpoint) => void endpoints.push(endpoint),
    endpointCount: () => endpoints.length,
    send: (type, render) => {
      const fault = faults.forEvent(type);
      if (fault?.with === 'withhold webhook') return void withheld.push(render);
      startAll(render);
      if (fault?.with === 'duplicate webhook') startAll(render);
    },
    release: () => {
      for (const render of withheld.splice(0)) startAll(render);
    },
    settled,
    close: async () => {
      stopped.abort();
      await settled();
    },
  };
};

const deliver = async (endpoint: WebhookEndpoint, render: RenderDelivery, stopped: AbortSignal): Promise<void> => {
  for (let attempt = 1; attempt <= attemptsMax && !stopped.aborted; attempt += 1) {
    if (await isDelivered(endpoint, render(endpoint, attempt), stopped)) return;
    if (attempt < attemptsMax) await pause(firstPauseMs * 2 ** (attempt - 1), stopped);
  }
};

const isDelivered = async ({ url }: WebhookEndpoint, { body, headers }: Delivery, stopped: AbortSignal) => {
  try {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(attemptTimeoutMs)]);
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // To whoever sends a webhook an endpoint that is down is like one that answers 500: try again.
    return false;
  }
};

const pause = (ms: number, stopped: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
