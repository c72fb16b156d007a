import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A message as a receiver took it, verified. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly isTest?: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly at: number;
}

/** A receiver as a customer would write it, over the published library: what does not verify is answered 400 and is not in `received`. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  readonly refused: number;
  /** Secrets any of which verifies; set once the endpoint has told its own. */
  secrets: string[];
  /** Answers instead of 204. */
  answer: ((response: ServerResponse, message: Received) => void) | undefined;
  until(isTrue: (received: readonly Received[]) => boolean, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts one on a free port of this machine. */
export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  let refused = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = verified(receiver.secrets, Buffer.concat(chunks), request.headers);
      if (message === undefined) {
        refused++;
        response.writeHead(400).end();
        return;
      }
      received.push(message);
      if (receiver.answer === undefined) response.writeHead(204).end();
      else receiver.answer(response, message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    get refused() {
      return refused;
    },
    secrets: [],
    answer: undefined,
    until: async (isTrue, timeoutMs = 20_000) => {
      const end = Date.now() + timeoutMs;
      while (!isTrue(received)) {
        if (Date.now() > end)
          throw new Error(`Received after ${timeoutMs} ms: ${received.length}, refused ${refused}.`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
};

const verified = (secrets: readonly string[], body: Buffer, headers: IncomingHttpHeaders): Received | undefined => {
  for (const secret of secrets) {
    try {
      const message = new Webhook(secret).verify(body.toString('utf8'), headers as Record<string, string>) as Received;
      return { ...message, headers, at: Date.now() };
    } catch {
      // Perhaps the next secret.
    }
  }
  return undefined;
};
