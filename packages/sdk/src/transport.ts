import { type Asked, FinAegisFault, FinAegisProblem, type ProblemDocument } from './problem.ts';
import { isPassing, pause, retryAfterOf, waitMs } from './retry.ts';

/** One request, whatever it asks. */
export interface Sent {
  /** Id of the operation, for those who are told of a failure. */
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | Blob | undefined;
  /** Media type of what is answered when all is well. */
  readonly expects: string;
  /** Whether asking twice is the same as asking once: reads, and what is named by an Idempotency-Key. */
  readonly isRepeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly attemptsMax: number;
}

/** An answer, read to its end. */
export interface Received {
  readonly asked: Asked;
  readonly status: number;
  readonly headers: Headers;
  /** JSON as a value, other text as a string, everything else as bytes; undefined where there is nothing. */
  readonly data: unknown;
}

/** What sends requests: `fetch`, and who it is that asks. */
export interface Wire {
  readonly fetch: typeof fetch;
  readonly authorization: () => Promise<string>;
}

/** Nothing of a bank's API is anywhere else: whoever redirects is somebody in between, and is not followed. */
export const alwaysSo = { redirect: 'manual' } as const;

type Attempt =
  | { readonly received: Received }
  | {
      readonly error: FinAegisFault | FinAegisProblem;
      readonly isPassing: boolean;
      readonly retryAfterMs?: number | undefined;
    };

/**
 * Sends a request until it is answered: again after a fault of the network, 429, 502, 503 and 504, as long as asking twice is harmless.
 * @throws FinAegisProblem for what the server refuses, FinAegisFault where no answer came, and the signal's reason
 */
export const send = async (wire: Wire, sent: Sent): Promise<Received> => {
  for (let attempts = 1; ; attempts++) {
    const attempt = await attemptOnce(wire, sent, attempts);
    if ('received' in attempt) return attempt.received;
    const mayRepeat = attempt.isPassing && sent.isRepeatable && attempts < sent.attemptsMax;
    const ms = mayRepeat ? waitMs(attempts, attempt.retryAfterMs, Math.random()) : undefined;
    if (ms === undefined) throw attempt.error;
    await pause(ms, sent.signal);
  }
};

const attemptOnce = async (wire: Wire, sent: Sent, attempts: number): Promise<Attempt> => {
  const asked = { operation: sent.operation, idempotencyKey: sent.headers['idempotency-key'], attempts };
  const timeout = AbortSignal.timeout(sent.timeoutMs);
  sent.signal?.throwIfAborted();
  const authorization = await wire.authorization();
  let status: number | undefined;
  try {
    const response = await wire.fetch(sent.url, {
      ...alwaysSo,
      method: sent.method,
      headers: { ...sent.headers, authorization },
      ...(sent.body === undefined ? {} : { body: sent.body }),
      signal: sent.signal === undefined ? timeout : AbortSignal.any([sent.signal, timeout]),
    });
    status = response.status;
    const received = { asked, ...(await readAnswer(response)) };
    if (response.ok && isExpected(received, sent.expects)) return { received };
    const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), Date.now());
    const error = isProblem(received.data)
      ? new FinAegisProblem(received.data, asked, retryAfterMs)
      : new FinAegisFault('answer_unreadable', asked, { status });
    return { error, isPassing: isPassing(status), retryAfterMs };
  } catch (cause) {
    sent.signal?.throwIfAborted();
    const reason = timeout.aborted ? 'timed_out' : cause instanceof SyntaxError ? 'answer_unreadable' : 'unreachable';
    const error = new FinAegisFault(reason, asked, { cause, ...(status === undefined ? {} : { status }) });
    return { error, isPassing: true };
  }
};

const readAnswer = async (response: Response): Promise<Omit<Received, 'asked'>> => {
  const { status, headers } = response;
  const type = headers.get('content-type') ?? '';
  if (status === 204) return { status, headers, data: undefined };
  if (/^application\/(problem\+)?json\b/.test(type))
    return { status, headers, data: JSON.parse(await response.text()) };
  if (/^text\/|\bxml\b/.test(type)) return { status, headers, data: await response.text() };
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status, headers, data: bytes.length === 0 ? undefined : bytes };
};

/** A page of somebody in between that says 200 as well is no answer of the bank. */
const isExpected = ({ status, headers }: Received, expects: string): boolean =>
  status === 204 || (headers.get('content-type') ?? '').split(';', 1)[0] === expects;

const isProblem = (data: unknown): data is ProblemDocument =>
  typeof data === 'object' &&
  data !== null &&
  typeof (data as Partial<ProblemDocument>).code === 'string' &&
  typeof (data as Partial<ProblemDocument>).title === 'string';
