import { once } from 'node:events';
import WebSocket from 'ws';

/** What the clients of a benchmark are told to do. */
export type ClientsJob =
  | {
      readonly kind: 'connect';
      readonly url: string;
      readonly tenantId: string;
      readonly key: string;
      readonly channel: string;
      readonly count: number;
    }
  | { readonly kind: 'tell' }
  | { readonly kind: 'leave' };

/** What they did, or have heard since they were last asked. */
export interface ClientsAnswer {
  /** Milliseconds from dialling until a client was told that it is subscribed, of each client that got so far. */
  readonly subscribedMs: readonly number[];
  readonly received: number;
  /** Milliseconds from the booking until a message was here, of one client in ten where there are many. */
  readonly latenciesMs: readonly number[];
  /** Milliseconds since 1970 at which the first and the last message came. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly closed: number;
}

// A process of its own, so that what the clients do is not in the way of what is measured, nor their memory in it.
const clients: WebSocket[] = [];
let [received, firstAtMs, lastAtMs, gone] = [0, 0, 0, 0];
let latenciesMs: number[] = [];
const mark = Buffer.from('\\"timestamp\\":\\"');
const ping = Buffer.from('pusher:ping');
const atOnce = 50;

const heard = (bytes: Buffer, isTimed: boolean): void => {
  const nowMs = Date.now();
  if (received === 0) firstAtMs = nowMs;
  received++;
  lastAtMs = nowMs;
  if (!isTimed) return;
  const from = bytes.indexOf(mark) + mark.length;
  latenciesMs.push(Math.max(0, nowMs - Date.parse(bytes.toString('latin1', from, from + 24))));
};

/** Asks for a signature until it is given one: a server that is busy says so, and is asked again. */
const signatureOf = async (
  { url, key }: { readonly url: string; readonly key: string },
  fields: { readonly socket_id: string; readonly channel_name: string },
): Promise<string> => {
  for (;;) {
    const answer = await fetch(`${url}/v1/realtime/auth`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });
    const body = (await answer.json()) as { readonly auth?: string };
    if (body.auth !== undefined) return body.auth;
    if (answer.status !== 503) throw new Error(`A subscription was not signed: ${answer.status}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

const connect = ({ url, tenantId, key, channel }: Extract<ClientsJob, { kind: 'connect' }>, isTimed: boolean) =>
  new Promise<number>((resolve, reject) => {
    const begunAt = performance.now();
    const client = new WebSocket(`${url.replace('http', 'ws')}/app/${tenantId}?protocol=7`, {
      perMessageDeflate: false,
    });
    clients.push(client);
    let isIn = false;
    client.on('close', (code) => {
      gone++;
      reject(new Error(`A client was closed with ${code}.`));
    });
    client.on('error', reject);
    client.on('message', (bytes: Buffer) => {
      if (bytes.subarray(0, 30).includes(ping)) return client.send('{"event":"pusher:pong","data":{}}');
      if (isIn) return heard(bytes, isTimed);
      const { event, data } = JSON.parse(bytes.toString()) as { readonly event: string; readonly data: string };
      if (event === 'pusher_internal:subscription_succeeded') {
        isIn = true;
        resolve(performance.now() - begunAt);
        return;
      }
      if (event !== 'pusher:connection_established') return reject(new Error(bytes.toString()));
      const { socket_id } = JSON.parse(data) as { readonly socket_id: string };
      signatureOf({ url, key }, { socket_id, channel_name: channel })
        .then((auth) => client.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth } })))
        .catch(reject);
    });
  });

const connectAll = async (job: Extract<ClientsJob, { kind: 'connect' }>): Promise<readonly number[]> => {
  const isTimed = (number: number): boolean => job.count <= 20 || number % 10 === 0;
  const subscribedMs: number[] = [];
  for (let at = 0; at < job.count; at += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, job.count - at) }, (_, index) =>
      connect(job, isTimed(at + index)),
    );
    for (const settled of await Promise.allSettled(some))
      if (settled.status === 'fulfilled') subscribedMs.push(settled.value);
  }
  return subscribedMs;
};

const leave = async (): Promise<void> => {
  const leaving = clients
    .splice(0)
    .filter(({ readyState }) => readyState !== WebSocket.CLOSED)
    .map(async (client) => {
      const closed = once(client, 'close');
      client.close();
      await closed;
    });
  await Promise.all(leaving);
};

process.on('message', (job: ClientsJob) => {
  const work = async (): Promise<readonly number[]> => {
    if (job.kind === 'connect') return connectAll(job);
    if (job.kind === 'leave') await leave();
    return [];
  };
  void work().then((subscribedMs) => {
    const answer: ClientsAnswer = { subscribedMs, received, latenciesMs, firstAtMs, lastAtMs, closed: gone };
    [received, latenciesMs, gone] = [0, [], 0];
    process.send?.(answer);
  });
});
