import { OutcomeUnknown, ProviderFault } from '@finaegis/platform/resilience/faults';
import type { ProviderCalls } from '@finaegis/platform/resilience/guarded-call';
import { type OutboundAnswer, sendForBytes } from '@finaegis/platform/resilience/outbound-http';
import type { TlsIdentity } from '@finaegis/platform/resilience/tls-identity';
import { z } from 'zod';
import type { ArrivedMessage, HandedOver, IsoOrder, IsoTransport } from './iso-transport.ts';
import { authHeaders, type RequestAuth } from './request-auth.ts';

/** What is asked of a bank's message service, each behind a breaker of its own. */
export const isoHttpOperations = { send: {}, has: {}, list: {}, read: {}, acknowledge: {} } as const;
export type IsoHttpOperation = keyof typeof isoHttpOperations;

/** A bank's message service. */
export interface IsoHttpService {
  readonly url: string;
  readonly auth: RequestAuth;
  /** Our client certificate, where the bank wants one. */
  readonly identity?: TlsIdentity | undefined;
  readonly now: () => number;
  readonly calls: ProviderCalls<IsoHttpOperation>;
}

interface Wanted {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A page of what the bank offers, oldest first. */
const offered = z.object({ messages: z.array(z.object({ id: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/) })) });

/** Messages over HTTP: orders are posted, the bank's messages listed, read and acknowledged one by one. */
export const isoHttpTransport = (service: IsoHttpService): IsoTransport => {
  const { calls } = service;
  const read = (operation: IsoHttpOperation, wanted: Wanted, abort: AbortSignal) =>
    calls.call(operation, ({ signal }) => request(service, wanted, signal), { isRead: true, signal: abort });
  return {
    send: (order, abort) =>
      calls.call('send', ({ signal }) => send(service, order, signal), { isMoney: true, signal: abort }),
    has: async ({ messageId }, abort) => {
      const { status } = await read('has', { method: 'GET', path: `/payments/${messageId}` }, abort);
      if (status === 200) return true;
      if (status === 404) return false;
      throw refused(status);
    },
    arrived: (abort) => arrived(read, abort),
    // Acknowledging twice changes nothing, so that it may be tried again as a read may.
    acknowledge: async ({ name }, abort) => {
      const path = `/messages/${name}/acknowledgement`;
      const { status } = await read('acknowledge', { method: 'POST', path }, abort);
      if (status !== 204 && status !== 200 && status !== 404 && status !== 410) throw refused(status);
    },
  };
};

const send = async (
  service: IsoHttpService,
  { messageId, xml }: IsoOrder,
  signal: AbortSignal,
): Promise<HandedOver> => {
  const headers = { 'content-type': 'application/xml; charset=utf-8', 'idempotency-key': messageId };
  const { status } = await request(service, { method: 'POST', path: '/payments', headers, body: xml }, signal);
  if (status === 200 || status === 201 || status === 202) return { kind: 'taken' };
  if (status === 409) return { kind: 'declined', code: 'key_reused' };
  if (status === 400 || status === 422) return { kind: 'declined', code: 'request_malformed' };
  // Turned away at the door: nothing was looked at.
  throw refused(status);
};

type Read = (operation: IsoHttpOperation, wanted: Wanted, abort: AbortSignal) => Promise<OutboundAnswer<Buffer>>;

/** Page by page, until the bank has nothing that was not offered before. */
async function* arrived(read: Read, abort: AbortSignal): AsyncIterable<ArrivedMessage> {
  const seen = new Set<string>();
  for (;;) {
    const page = await read('list', { method: 'GET', path: '/messages' }, abort);
    if (page.status !== 200) throw refused(page.status);
    const fresh = pageOf(page.body).filter((id) => !seen.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) {
      seen.add(id);
      const { status, body } = await read('read', { method: 'GET', path: `/messages/${id}` }, abort);
      // Another process has taken and acknowledged it in the meantime; it is in the records already.
      if (status === 404 || status === 410) continue;
      if (status !== 200) throw refused(status);
      yield { name: id, bytes: body };
    }
  }
}

const pageOf = (body: Buffer): readonly string[] => {
  try {
    return offered.parse(JSON.parse(body.toString('utf8'))).messages.map(({ id }) => id);
  } catch (cause) {
    throw new OutcomeUnknown('answer_malformed', { cause });
  }
};

const refused = (status: number): ProviderFault => new ProviderFault(`status_${status}`, { isRetryable: false });

const request = (
  { url, auth, identity, now }: IsoHttpService,
  { method, path, headers, body }: Wanted,
  signal: AbortSignal,
): Promise<OutboundAnswer<Buffer>> => {
  const whole = new URL(`${url}${path}`);
  const proof = authHeaders(auth, {
    method,
    target: `${whole.pathname}${whole.search}`,
    body: body ?? '',
    nowMs: now(),
  });
  return sendForBytes({
    url: whole.href,
    method,
    headers: { ...headers, ...proof },
    ...(body === undefined ? {} : { body }),
    signal,
    identity,
    bytesMax: 64_000_000,
  });
};
