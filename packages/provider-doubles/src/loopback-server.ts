import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { IssuedCertificate } from './certificates.ts';
import type { Fault, FaultQueue } from './faults.ts';

/** A request as a provider sees it, its body read to the end. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoopbackServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface LoopbackOptions {
  /** Does the work and says the answer, synchronously: two requests never interleave in a double. */
  readonly answer: (request: ReceivedRequest) => Answer;
  /** The provider's own words for a failure without work (`500`, `429`). */
  readonly failure: (status: 500 | 429, request: Pick<ReceivedRequest, 'path'>) => Answer;
  readonly faults: FaultQueue;
  /** Serves over TLS, to clients with a certificate of this authority only. */
  readonly tls?: ClientsWanted | undefined;
}

/** A server's own certificate, and the authority (as PEM) that its clients' are of. */
export interface ClientsWanted extends IssuedCertificate {
  readonly clientAuthority: string;
}

const host = '127.0.0.1';
const slowMs = 200;

/** Serves a provider's double on a free port of this machine, striking the faults that were asked for. */
export const startLoopbackServer = async ({
  answer,
  failure,
  faults,
  tls,
}: LoopbackOptions): Promise<LoopbackServer> => {
  const late = new Set<NodeJS.Timeout>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = await receive(request);
    const fault = faults.forRequest(received);
    if (fault?.with === '500' || fault?.with === '429')
      return send(response, failure(fault.with === '500' ? 500 : 429, received));
    if (fault?.with === 'reset') return drop(request);

    if (fault?.with === 'twice') answer(received);
    const answered = answer(received);
    switch (fault?.with) {
      case 'lost answer':
        return drop(request);
      case 'half':
        return sendHalf(response, answered);
      case 'slow':
        return void late.add(sendLate(response, answered, fault));
      default:
        return send(response, answered);
    }
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      // A broken double must be heard, not mistaken for a provider that is down.
      const { status, headers } = failure(500, { path: request.url ?? '/' });
      send(response, { status, headers, body: `The double itself failed: ${String(error)}` });
    });
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer(
          { cert: tls.certificate, key: tls.key, ca: tls.clientAuthority, requestCert: true, rejectUnauthorized: true },
          listener,
        );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    host,
    port,
    close: async () => {
      for (const timer of late) clearTimeout(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};

const receive = async (request: IncomingMessage): Promise<ReceivedRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  return {
    method: request.method ?? 'GET',
    path,
    query,
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
};

const send = (response: ServerResponse, { status, headers, body }: Answer): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
};

const sendLate = (response: ServerResponse, answered: Answer, { delayMs = slowMs }: Fault): NodeJS.Timeout =>
  setTimeout(() => send(response, answered), delayMs);

// The whole length is promised and the line goes dead after half of it, as when a proxy restarts.
const sendHalf = (response: ServerResponse, { status, headers, body }: Answer): void => {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
};

const drop = (request: IncomingMessage): void => {
  request.socket.resetAndDestroy();
};
