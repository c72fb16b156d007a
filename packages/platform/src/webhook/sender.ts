import { createHmac } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { AddressRefused, type AddressRules, guardedLookup, refuseUrl } from './address-guard.ts';
import { secretBytes } from './secret-text.ts';

/** One message to one receiver. */
export interface Envelope {
  readonly url: string;
  readonly messageId: string;
  readonly body: string;
  /** Valid ones, the newest first; each signs. */
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** What became of an attempt. */
export interface Attempted {
  /** Undefined when there was no answer. */
  readonly status?: number;
  /** A code: `timed_out`, `connection_refused`, `address_not_public` … */
  readonly error?: string;
  /** The beginning of what was answered. */
  readonly answer?: string;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs?: number;
  readonly durationMs: number;
}

/** Sends messages; `close` closes the connections that are kept. */
export interface Sender {
  send(envelope: Envelope): Promise<Attempted>;
  close(): void;
}

/** Milliseconds an answer may take, and how much of it is kept. */
export interface SenderLimits {
  readonly timeoutMs: number;
  readonly answerMax: number;
}

const usual: SenderLimits = { timeoutMs: 15_000, answerMax: 2_000 };

/** Signs by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, one signature for each secret. */
export const signatures = (
  secrets: readonly string[],
  { messageId, timestamp, body }: { readonly messageId: string; readonly timestamp: number; readonly body: string },
): string =>
  secrets
    .map((secret) => {
      const mac = createHmac('sha256', secretBytes(secret)).update(`${messageId}.${timestamp}.${body}`, 'utf8');
      return `v1,${mac.digest('base64')}`;
    })
    .join(' ');

/**
 * A sender over connections that are kept open. A redirection is an answer like any other and is not followed: it would lead to where nobody
 * looked.
 * @param now milliseconds since 1970, for the timestamp that is signed
 */
export const createSender = (rules: AddressRules, now: () => number, limits: SenderLimits = usual): Sender => {
  const kept = { keepAlive: true, keepAliveMsecs: 10_000, maxFreeSockets: 32, lookup: guardedLookup(rules) };
  const agents = { 'http:': new http.Agent(kept), 'https:': new https.Agent(kept) };
  return {
    send: async (envelope) => {
      const begunAt = performance.now();
      const reason = refuseUrl(envelope.url, rules);
      const outcome =
        reason === undefined ? await attempt(envelope, { agents, limits, now: now() }) : { error: reason };
      return { ...outcome, durationMs: Math.round(performance.now() - begunAt) };
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
};

interface Tools {
  readonly agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent };
  readonly limits: SenderLimits;
  readonly now: number;
}

const attempt = (
  { url, messageId, body, secrets, headers }: Envelope,
  { agents, limits, now }: Tools,
): Promise<Omit<Attempted, 'durationMs'>> =>
  new Promise((resolve) => {
    const target = new URL(url);
    const isTls = target.protocol === 'https:';
    const timestamp = Math.floor(now / 1_000);
    const request = (isTls ? https : http).request(target, {
      method: 'POST',
      agent: isTls ? agents['https:'] : agents['http:'],
      headers: {
        ...headers,
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'FinAegis-Webhooks/1',
        'webhook-id': messageId,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatures(secrets, { messageId, timestamp, body }),
      },
    });
    const timer = setTimeout(() => {
      resolve({ error: 'timed_out' });
      request.destroy();
    }, limits.timeoutMs);
    const done = (outcome: Omit<Attempted, 'durationMs'>): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    request.on('error', (error) => done({ error: codeOf(error) }));
    request.on('response', (response) => read(response, limits.answerMax, done));
    request.end(body);
  });

/** Reads an answer to its end, or as much of it as is kept: who answers without end is not listened to. */
const read = (
  response: http.IncomingMessage,
  answerMax: number,
  done: (outcome: Omit<Attempted, 'durationMs'>) => void,
): void => {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (): void => {
    const answer = Buffer.concat(chunks).subarray(0, answerMax).toString('utf8').replaceAll('\u0000', '');
    done({ status, ...(answer === '' ? {} : { answer }), ...retryAfterOf(response.headers['retry-after']) });
  };
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size - chunk.length < answerMax) chunks.push(chunk);
    // What follows is read for the sake of the connection, but not for ever.
    if (size > 64 * answerMax) {
      finish();
      response.destroy();
    }
  });
  response.on('end', finish);
  response.on('error', () => done({ status, error: 'answer_cut_off' }));
};

// Seconds (RFC 9110, section 10.2.3); dates are left to our own waits, since clocks differ.
const retryAfterOf = (header: string | undefined): { readonly retryAfterMs?: number } =>
  header !== undefined && /^\d{1,6}$/.test(header) ? { retryAfterMs: Number(header) * 1_000 } : {};

const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
  ENOTFOUND: 'name_unknown',
  EAI_AGAIN: 'name_unknown',
  EHOSTUNREACH: 'host_unreachable',
  ENETUNREACH: 'host_unreachable',
  ETIMEDOUT: 'timed_out',
};

const codeOf = (error: Error): string => {
  if (error instanceof AddressRefused) return error.code;
  const code = String((error as NodeJS.ErrnoException).code);
  return codes[code] ?? (/CERT|TLS|SSL/.test(code) ? 'certificate_refused' : 'connection_lost');
};
