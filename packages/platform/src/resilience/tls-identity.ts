import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';

/** Who we are to a provider, and whom we take for it, all as PEM. */
export interface TlsMaterial {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Authorities that may have issued the provider's certificate; those of the machine unless told. */
  readonly authority?: string | undefined;
}

/** Opens connections as somebody. */
export interface TlsIdentity {
  readonly agent: Agent;
}

/** @throws Error that says which part is wrong and never what is in it */
export const createTlsIdentity = ({ certificate, key, authority }: TlsMaterial): TlsIdentity => {
  if ((certificate === undefined) !== (key === undefined))
    throw new Error('A client certificate and its key belong together: one of them is missing.');
  const own =
    certificate === undefined ? undefined : parsed('client certificate', () => new X509Certificate(certificate));
  const secret = key === undefined ? undefined : parsed('key', () => createPrivateKey(key));
  if (authority !== undefined) parsed('authority', () => new X509Certificate(authority));
  if (own !== undefined && secret !== undefined && !own.checkPrivateKey(secret))
    throw new Error('The key is not that of the client certificate.');
  return {
    // A connection kept for later may be closed by the time it is used, and a payment sent on it would have an outcome nobody knows.
    agent: new Agent({
      keepAlive: false,
      minVersion: 'TLSv1.2',
      ...(certificate === undefined ? {} : { cert: certificate, key }),
      ...(authority === undefined ? {} : { ca: authority }),
    }),
  };
};

/**
 * An identity whose parts may be renewed while the process runs: they are read for each connection, and what changed is used from then on. What
 * cannot be read or does not fit together, a certificate without its new key yet, say, leaves the last good identity in use and is warned of once.
 * @param read the parts as they are now; may throw
 * @throws Error that says which part is wrong, where the first ones are
 */
export const createRenewedIdentity = (
  read: () => TlsMaterial,
  warn: (problem: string) => void = (problem) => process.emitWarning(problem, 'TlsRenewal'),
): TlsIdentity => {
  let material = read();
  let identity = createTlsIdentity(material);
  let warned: string | undefined;
  return {
    get agent() {
      try {
        const found = read();
        if (!isSame(found, material)) [identity, material] = [createTlsIdentity(found), found];
        warned = undefined;
      } catch (error) {
        const problem = (error as Error).message;
        if (problem !== warned) warn(`${problem} The last good one stays in use.`);
        warned = problem;
      }
      return identity.agent;
    },
  };
};

const isSame = (one: TlsMaterial, other: TlsMaterial): boolean =>
  one.certificate === other.certificate && one.key === other.key && one.authority === other.authority;

const parsed = <Value>(part: string, parse: () => Value): Value => {
  try {
    return parse();
  } catch {
    // What the parser says may quote what it read.
    throw new Error(`The ${part} is no PEM that can be read.`);
  }
};

/** What is sent over such a connection. */
export interface TlsRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** The connection ended before either side was sure of the other, so that nothing was sent on it. */
export class HandshakeFailed extends Error {
  override readonly name = 'HandshakeFailed';
}

/**
 * Sends as somebody, and gives back the answer with its body still to be read.
 * @throws HandshakeFailed, and what the connection throws
 */
export const sendAs = (
  { agent }: TlsIdentity,
  url: string,
  { method, headers, body, signal }: TlsRequest,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    let isSecured = false;
    const sent = request(url, { agent, method, headers, signal }, resolve);
    sent.on('socket', (socket) => socket.once('secureConnect', () => (isSecured = true)));
    sent.on('error', (error) =>
      reject(isSecured || signal.aborted ? error : new HandshakeFailed('The handshake failed.', { cause: error })),
    );
    sent.end(body);
  });
