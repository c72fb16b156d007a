import { OutcomeUnknown, ProviderFault } from './faults.ts';

/** A request to a provider. */
export interface OutboundRequest<Body> {
  /** `http:` or `https:`; it comes from configuration, never from a customer. */
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Of the guarded call. */
  readonly signal: AbortSignal;
  /** Bytes of the answer at most; 1 MB unless told. */
  readonly bytesMax?: number;
}

/** An answer below 500, whatever it says. */
export interface OutboundAnswer<Body> {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/**
 * Sends JSON and reads JSON; an answer without content is undefined.
 * @throws ProviderFault when the request was never sent, or was turned away before anything was done (429)
 * @throws OutcomeUnknown when it may have arrived and there is no whole answer: timeout, reset, half an answer, a redirection, a 5xx
 */
export const sendJson = (request: OutboundRequest<unknown>): Promise<OutboundAnswer<unknown>> =>
  sendForJson({ ...request, type: 'application/json', text: textOf(request.body, JSON.stringify) });

/** Sends a form and reads JSON. @throws as `sendJson` */
export const sendForm = (
  request: OutboundRequest<Readonly<Record<string, string>>>,
): Promise<OutboundAnswer<unknown>> =>
  sendForJson({
    ...request,
    type: 'application/x-www-form-urlencoded',
    text: textOf(request.body, (fields) => new URLSearchParams(fields).toString()),
  });

/** Sends a text (XML, say) and reads one; its type is in `headers`. @throws as `sendJson` */
export const sendText = async (request: OutboundRequest<string>): Promise<OutboundAnswer<string>> => {
  const answer = await sendForBytes(request);
  return { ...answer, body: answer.body.toString('utf8') };
};

/** Sends a text and reads bytes as they came: a document that names its own encoding, or is digested. @throws as `sendJson` */
export const sendForBytes = (request: OutboundRequest<string>): Promise<OutboundAnswer<Buffer>> =>
  send({ ...request, type: 'text/plain; charset=utf-8', text: request.body });

interface Encoded extends Omit<OutboundRequest<unknown>, 'body'> {
  readonly type: string;
  readonly text: string | undefined;
}

const textOf = <Body>(body: Body | undefined, encode: (body: Body) => string): string | undefined =>
  body === undefined ? undefined : encode(body);

const sendForJson = async (request: Encoded): Promise<OutboundAnswer<unknown>> => {
  const answer = await send({ ...request, headers: { accept: 'application/json', ...request.headers } });
  const body = answer.body.toString('utf8');
  if (body.trim() === '') return { ...answer, body: undefined };
  try {
    return { ...answer, body: JSON.parse(body) as unknown };
  } catch (cause) {
    throw new OutcomeUnknown('answer_not_json', { message: `The answer ${answer.status} is not JSON.`, cause });
  }
};

const send = async ({
  url,
  method,
  headers,
  signal,
  bytesMax = 1_000_000,
  type,
  text,
}: Encoded): Promise<OutboundAnswer<Buffer>> => {
  const { protocol } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${protocol} is no way to a provider.`);
  if (signal.aborted) throw new ProviderFault('abandoned', { isRetryable: false, cause: signal.reason });
  const response = await fetch(url, {
    method,
    // A redirection would carry credentials and money to somewhere nobody configured.
    redirect: 'manual',
    signal,
    ...(text === undefined
      ? { headers: { ...headers } }
      : { headers: { 'content-type': type, ...headers }, body: text }),
  }).catch((error: unknown) => {
    throw faultOfSending(error, signal);
  });
  const body = await readWhole(response, bytesMax, signal);
  const { status } = response;
  if (status === 429) throw new ProviderFault('rate_limited', { ...retryAfterOf(response.headers.get('retry-after')) });
  if (status >= 500 || (status >= 300 && status < 400))
    throw new OutcomeUnknown(`status_${status}`, { message: `The provider answered ${status}.` });
  return { status, headers: Object.fromEntries(response.headers), body };
};

/** No connection was made, so nothing was sent. Everything else may have arrived. */
const neverSent: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'name_unknown',
  EAI_AGAIN: 'name_unknown',
  EHOSTUNREACH: 'host_unreachable',
  ENETUNREACH: 'host_unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'connection_timed_out',
  CERT_HAS_EXPIRED: 'certificate_refused',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate_refused',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate_refused',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate_refused',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_refused',
};

const faultOfSending = (error: unknown, signal: AbortSignal): Error => {
  if (signal.aborted) return new OutcomeUnknown('timed_out', { cause: error });
  const cause = (error as { readonly cause?: unknown }).cause;
  const code = neverSent[String((cause as { readonly code?: unknown } | undefined)?.code)];
  if (code !== undefined) return new ProviderFault(code, { isRetryable: code !== 'certificate_refused', cause: error });
  return new OutcomeUnknown('connection_lost', { cause: error });
};

const readWhole = async (response: Response, bytesMax: number, signal: AbortSignal): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      // Leaving the loop closes the connection.
      if (size > bytesMax)
        throw new OutcomeUnknown('answer_too_large', { message: `The answer is over ${bytesMax} bytes.` });
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error;
    throw new OutcomeUnknown(signal.aborted ? 'timed_out' : 'answer_cut_off', { cause: error });
  }
  return Buffer.concat(chunks);
};

/** Seconds, or a date (RFC 9110, section 10.2.3); dates are left to our own waits, since clocks differ. */
const retryAfterOf = (header: string | null): { readonly retryAfterMs?: number } =>
  header !== null && /^\d{1,6}$/.test(header.trim()) ? { retryAfterMs: Number(header) * 1_000 } : {};
