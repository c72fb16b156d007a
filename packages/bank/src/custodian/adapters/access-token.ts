import { OutcomeUnknown, ProviderFault } from '@finaegis/platform/resilience/faults';
import { sendForm } from '@finaegis/platform/resilience/outbound-http';
import type { TlsIdentity } from '@finaegis/platform/resilience/tls-identity';
import { z } from 'zod';

/** How tokens are got (RFC 6749, section 4.4). */
export interface TokenSource {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly identity?: TlsIdentity | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An access token that is still good for a while. */
export interface AccessToken {
  get(signal: AbortSignal): Promise<string>;
  /** The bank no longer takes it, whatever it said when it gave it. */
  forget(token: string): void;
}

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** A token this close to its end is not used any more: it must outlive the call it is sent with. */
const marginMs = 30_000;

/** Keeps one token for all calls, gets the next before it ends, and asks once however many calls need it at a time. */
export const createAccessToken = (source: TokenSource): AccessToken => {
  let kept: { readonly token: string; readonly goodUntilMs: number } | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (signal: AbortSignal): Promise<string> => {
    const askedAtMs = source.now();
    const { access_token: token, expires_in: seconds } = await request(source, signal);
    // A token shorter than the margin is good for half its life.
    kept = { token, goodUntilMs: askedAtMs + Math.max(seconds * 1_000 - marginMs, seconds * 500) };
    return token;
  };
  return {
    get: async (signal) => {
      if (kept !== undefined && source.now() < kept.goodUntilMs) return kept.token;
      asking ??= ask(signal).finally(() => (asking = undefined));
      return asking;
    },
    forget: (token) => {
      if (kept?.token === token) kept = undefined;
    },
  };
};

const request = async (
  { url, clientId, clientSecret, identity }: TokenSource,
  signal: AbortSignal,
): Promise<z.output<typeof answer>> => {
  const credentials = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
  const sent = await sendForm({
    url,
    method: 'POST',
    headers: { authorization: `Basic ${credentials.toString('base64')}` },
    body: { grant_type: 'client_credentials' },
    signal,
    identity,
  }).catch((error: unknown) => {
    // Whatever became of the question for a token, no payment was asked for yet.
    if (error instanceof OutcomeUnknown) throw new ProviderFault(`token_${error.code}`, { cause: error });
    throw error;
  });
  const parsed = answer.safeParse(sent.body);
  if (sent.status !== 200 || !parsed.success)
    throw new ProviderFault('token_refused', {
      isRetryable: false,
      message: `The bank gave no token (${sent.status}).`,
    });
  return parsed.data;
};
