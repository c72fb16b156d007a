import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

/** What the receiver of a benchmark saw since it was last asked. */
export interface Seen {
  /** Milliseconds from the booking until a message had arrived whole, of each message of each endpoint the first time it came. */
  readonly latenciesMs: readonly number[];
  readonly repeats: number;
}

// In a thread of its own, so that what it does is not in the way of what is measured. `/live/N` takes at once, `/dead` takes and never answers.
let latenciesMs: number[] = [];
let repeats = 0;
const known = new Set<string>();

const taken = (path: string, body: string): void => {
  const { id, timestamp } = JSON.parse(body) as { readonly id: string; readonly timestamp: string };
  const name = `${path} ${id}`;
  if (known.has(name)) {
    repeats++;
    return;
  }
  known.add(name);
  latenciesMs.push(Math.max(0, Date.now() - Date.parse(timestamp)));
};

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const path = request.url ?? '';
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (path.startsWith('/dead')) return;
    taken(path, Buffer.concat(chunks).toString('utf8'));
    response.writeHead(204).end();
  });
};

const server = createServer({ keepAliveTimeout: 60_000 }, answer);
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
parentPort?.on('message', () => {
  const seen: Seen = { latenciesMs, repeats };
  latenciesMs = [];
  repeats = 0;
  parentPort?.postMessage(seen);
});
