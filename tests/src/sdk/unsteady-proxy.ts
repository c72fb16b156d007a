import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one exchange on its way. */
export type Mishap =
  /** The server never hears of it. */
  | 'lost on the way there'
  /** The server has done it, and nobody is told. */
  | 'answer lost'
  /** The answer breaks off in the middle. */
  | 'answer cut'
  /** Somebody in between is out of order, and says so in HTML. */
  | 'bad gateway';

/** A request that went through. */
export interface Passed {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly position: string | undefined;
  readonly mishap: Mishap | undefined;
  /** What the server answered, whoever heard of it. */
  readonly status: number | undefined;
}

/** Stands between a client and the server, and is out of order when told so. */
export interface UnsteadyProxy {
  readonly url: string;
  readonly passed: readonly Passed[];
  /** Mishaps of the next requests, one each. */
  readonly next: Mishap[];
  /** Cuts every connection there is now. */
  cutAll(): void;
  close(): Promise<void>;
}

/** Starts one on a free port of this machine; `pages` are served by itself. */
export const startUnsteadyProxy = async (
  target: string,
  pages: Readonly<Record<string, string>> = {},
): Promise<UnsteadyProxy> => {
  const passed: Passed[] = [];
  const next: Mishap[] = [];
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
      return;
    }
    const mishap = next.shift();
    const note = (status?: number): void => {
      const { 'idempotency-key': key, 'finaegis-position': position } = request.headers;
      const [method = '', path = ''] = [request.method, request.url];
      passed.push({ method, path, key: key?.toString(), position: position?.toString(), mishap, status });
    };
    if (mishap === 'lost on the way there') {
      note();
      request.socket.destroy();
    } else if (mishap === 'bad gateway') {
      note();
      request.resume();
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    } else pass({ target, request, response, mishap, note });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    next,
    cutAll: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

interface Passing {
  readonly target: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly mishap: Mishap | undefined;
  readonly note: (status?: number) => void;
}

const pass = ({ target, request, response, mishap, note }: Passing): void => {
  const { host: _, ...headers } = request.headers;
  const onward = forward(`${target}${request.url ?? ''}`, { method: request.method, headers }, (answer) => {
    const status = answer.statusCode ?? 0;
    note(status);
    if (mishap === undefined) {
      response.writeHead(status, answer.headers);
      answer.pipe(response);
      response.on('close', () => answer.destroy());
      return;
    }
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const whole = Buffer.concat(chunks);
      if (mishap === 'answer cut') {
        response.writeHead(status, answer.headers);
        response.write(whole.subarray(0, whole.length / 2), () => request.socket.destroy());
      } else request.socket.destroy();
    });
  });
  onward.on('error', () => request.socket.destroy());
  request.pipe(onward);
};
