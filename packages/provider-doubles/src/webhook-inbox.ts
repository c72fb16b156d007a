import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What arrived, exactly as it was sent: signatures are over the raw body. */
export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An endpoint that only takes note, for whoever wants to see what a double sends. */
export interface WebhookInbox {
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  /** Answers the next deliveries with 500. */
  readonly refuse: (times: number) => void;
  readonly close: () => Promise<void>;
}

export const startWebhookInbox = async (): Promise<WebhookInbox> => {
  const received: ReceivedWebhook[] = [];
  let refusals = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      refusals -= 1;
      response.writeHead(refusals >= 0 ? 500 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    received,
    refuse: (times) => {
      refusals = times;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};
