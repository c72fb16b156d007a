import { OutcomeUnknown, ProviderFault } from './faults.ts';
import { HandshakeFailed, sendAs, type TlsIdentity } from './tls-identity.ts';

/** A request to a provider. */
export interface OutboundRequest<Body> {
  /** `http:` or `https:`; it comes from configuration, never from a customer. */
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Of the guarded call. */
  readonly signal: AbortSignal;
  /** Who we are to the provider; nobody in particular unless told. Only over `https:`. */
  readonly identity?: TlsIdentity | undefined;
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

const send = async (request: Encoded): Promise<OutboundAnswer<Buffer>> => {
  const { url, signal, identity, bytesMax = 1_000_000 } = request;
  const { protocol } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${protocol} is no way to a provider.`);
  if (identity !== undefined && protocol !== 'https:') throw new TypeError(`${protocol} takes no client certificate.`);
  if (signal.aborted) throw new ProviderFault('abandoned', { isRetryable: false, cause: signal.reason });
  const answered = await (identity === undefined ? fetched(request) : answeredTo(identity, request)).catch(
    (error: unknown) => {
      throw faultOfSending(error, signal);
    },
  );
  const body = await readWhole(answered.content, bytesMax, signal);
  const { status, headers } = answered;
  if (status === 429) throw new ProviderFault('rate_limited', { ...retryAfterOf(headers['retry-after']) });
  if (status >= 500 || (status >= 300 && status < 400))
    throw new OutcomeUnknown(`status_${status}`, { message: `The provider answered ${status}.` });
  return { status, headers, body };
};

/** An answer whose body is still on its way. */
interface Beginning {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: AsyncIterable<Uint8Array>;
}

const headersOf = ({ headers, type, text }: Encoded): Readonly<Record<string, string>> =>
  text === undefined ? { ...headers } : { 'content-type': type, ...headers };

const fetched = async (request: Encoded): Promise<Beginning> => {
  const { url, method, signal, text } = request;
  const response = await fetch(url, {
    method,
    // A redirection would carry credentials and money to somewhere nobody configured.
    redirect: 'manual',
    signal,
    headers: headersOf(request),
    ...(text === undefined ? {} : { body: text }),
  });
  const content = (response.body ?? []) as AsyncIterable<Uint8Array>;
  return { status: response.status, headers: Object.fromEntries(response.headers), content };
};

const answeredTo = async (identity: TlsIdentity, request: Encoded): Promise<Beginning> => {
  const { url, method, signal, text } = request;
  const answer = await sendAs(identity, url, { method, headers: headersOf(request), body: text, signal });
  const headers = Object.entries(answer.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]);
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    content: answer as AsyncIterable<Uint8Array>,
  };
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
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate_refused',
  CERT_NOT_YET_VALID: 'certificate_refused',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_refused',
  // A provider that does not take ours ends the handshake, and reads no request.
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'client_certificate_refused',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'client_certificate_refused',
};

/** They stay refused until somebody changes a certificate. */
const forGood = new Set(['certificate_refused', 'client_certificate_refused']);

/** fetch and handshakes wrap what the connection said. */
const connectionCode = (error: unknown): string => {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return typeof code === 'string' ? code : cause === undefined || cause === null ? '' : connectionCode(cause);
};

const faultOfSending = (error: unknown, signal: AbortSignal): Error => {
  if (signal.aborted) return new OutcomeUnknown('timed_out', { cause: error });
  const code = neverSent[connectionCode(error)] ?? (error instanceof HandshakeFailed ? 'handshake_failed' : undefined);
  if (code !== undefined) return new ProviderFault(code, { isRetryable: !forGood.has(code), cause: error });
  return new OutcomeUnknown('connection_lost', { cause: error });
};

const readWhole = async (
  content: AsyncIterable<Uint8Array>,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of content) {
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
const retryAfterOf = (header: string | undefined): { readonly retryAfterMs?: number } =>
  header !== undefined && /^\d{1,6}$/.test(header.trim()) ? { retryAfterMs: Number(header) * 1_000 } : {};
