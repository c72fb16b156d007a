import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createLogger } from '../observability/logger.ts';
import { demoServer, seen, slow } from './fixtures/demo-api.ts';
import type { HttpServer } from './server.ts';

let server: HttpServer;
let port: number;
const sockets: Socket[] = [];

const open = async (...changes: Parameters<typeof demoServer>): Promise<void> => {
  server = await demoServer(...changes);
  ({ port } = await server.listen({ host: '127.0.0.1', port: 0 }));
};

/** Writes bytes as they are and answers everything that comes back until the server closes the connection. */
const raw = async (...pieces: readonly string[]): Promise<string> => {
  const { socket, received } = dial();
  for (const piece of pieces) {
    socket.write(piece);
    await delay(20);
  }
  return received;
};

const dial = (): { socket: Socket; received: Promise<string>; soFar: () => string } => {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  const received = new Promise<string>((resolve) => {
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
  return { socket, received, soFar: () => text };
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await delay(5);
};

beforeEach(() => {
  seen.length = 0;
  slow.milliseconds = 0;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

const post =
  'POST /v1/pots/0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12/takings HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nidempotency-key: k\r\ncontent-type: application/json\r\n';

describe('two Authorization headers', () => {
  const of = (...headers: readonly string[]): string =>
    `GET /v1/pots HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;

  it.each([
    ['the good one first', ['authorization: Bearer good', 'authorization: Bearer bad']],
    ['the good one last', ['Authorization: Bearer bad', 'authorization: Bearer good']],
    ['the same twice', ['authorization: Bearer good', 'AUTHORIZATION: Bearer good']],
    ['with others between', ['authorization: Bearer good', 'x-a: authorization', 'authorization: ']],
  ])('are refused, %s', async (_, headers) => {
    await open();
    const answer = await raw(of(...headers));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"field":"/headers/authorization"');
    expect(seen).toEqual([]);
  });

  it('are not one, nor one beside a header of another name', async () => {
    await open();
    expect(await raw(of('authorization: Bearer good', 'x-a: authorization'))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('bytes that could be read as two requests are refused, and the connection ends', () => {
  const smuggled = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n';
  it.each([
    [
      'Content-Length beside Transfer-Encoding',
      `${post}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ['two different Content-Lengths', `${post}content-length: 0\r\ncontent-length: 36\r\n\r\n${smuggled}`],
    ['a Content-Length that is no number', `${post}content-length: +5\r\n\r\n{}${smuggled}`],
    ['chunked not last', `${post}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a space before the colon', `${post}content-length : 0\r\n\r\n${smuggled}`],
    [
      'a header folded over two lines',
      `${post}x-a: b\r\n transfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n${smuggled}`,
    ],
    ['a chunk of a wrong size', `${post}transfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n${smuggled}`],
    ['two Hosts', `GET /v1/pots HTTP/1.1\r\nhost: a\r\nhost: b\r\nauthorization: Bearer good\r\n\r\n`],
    ['no Host', `GET /v1/pots HTTP/1.1\r\n\r\n`],
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    await open();
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer).not.toContain('"ok"');
    expect(seen).toEqual([]);
  });

  it('in the form of a problem', async () => {
    await open();
    const answer = await raw('GET / HTTP/1.1\r\nbad header\r\n\r\n');
    expect(answer).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'malformed_request', status: 400 });
  });

  it('a request without Host, too, which Node alone would answer with nothing', async () => {
    await open();
    const answer = await raw('GET /v1/pots HTTP/1.1\r\n\r\n');
    expect(answer).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'malformed_request', status: 400 });
  });

  it('a request to be somebody’s proxy, too', async () => {
    await open();
    const answer = await raw('CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 405 [\s\S]*"code":"method_not_allowed"/);
    expect(answer).toContain('content-type: application/problem+json');
  });

  it('what is expected of the server is passed over', async () => {
    await open();
    const answer = await raw('GET /v1/pots HTTP/1.1\r\nhost: a\r\nexpect: miracles\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"unauthenticated"/);
  });

  it('headers without end are too large', async () => {
    await open();
    expect(await raw(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [\s\S]*headers_too_large/,
    );
  });

  it('a key sent twice is no key', async () => {
    await open();
    expect(await raw(`${post}idempotency-key: other\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`)).toContain(
      '/headers/idempotency-key',
    );
  });
});

describe('a slow sender', () => {
  it('of headers is cut off', async () => {
    await open({ limits: { headersTimeoutMs: 200, requestTimeoutMs: 400 } });
    const started = performance.now();
    expect(await raw('GET /v1/pots HTTP/1.1\r\nhost: a\r\n')).toMatch(/^HTTP\/1\.1 408 [\s\S]*request_timeout/);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('of a body is cut off, and its command never begins', async () => {
    await open({ limits: { headersTimeoutMs: 200, requestTimeoutMs: 400 } });
    expect(await raw(`${post}content-length: 1000\r\n\r\n`, '{"value":')).toMatch(/^HTTP\/1\.1 408 /);
    expect(seen).toEqual([]);
  });

  it('of a body is cut off sooner where no file is taken, answered or not', async () => {
    await open({ limits: { bodyTimeoutMs: 200, requestTimeoutMs: 60_000 } });
    const started = performance.now();
    expect(await raw(`${post}content-length: 1000\r\n\r\n`, '{"value":')).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*request_timeout/,
    );
    const unknown = post.replace('Bearer good', 'Bearer nobody');
    expect(await raw(`${unknown}content-length: 1000\r\n\r\n`, '{"value":')).toMatch(/^HTTP\/1\.1 401 /);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(seen).toEqual([]);
  });

  it('of a body is no fault of ours: its end is told at info, and so is that of a sender who goes away', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: 'info',
      service: 'demo',
      destination: { write: (line) => void lines.push(line) },
    });
    const told = (): readonly (readonly [string, string])[] =>
      lines
        .map((line) => JSON.parse(line) as { level: string; msg: string })
        .map(({ level, msg }) => [level, msg] as const);
    await open({ logger, limits: { headersTimeoutMs: 200, requestTimeoutMs: 400 } });
    await raw(`${post}content-length: 1000\r\n\r\n`, '{"value":');
    const { socket } = dial();
    socket.write(`${post}content-length: 1000\r\n\r\n{`);
    await delay(50);
    socket.destroy();
    const end = ['info', 'a request never arrived whole'];
    await until(() => told().filter((one) => isDeepStrictEqual(one, end)).length === 2);
    expect(told().filter(([level]) => level !== 'info')).toEqual([]);
  });

  it('does not keep others waiting', async () => {
    await open();
    for (let index = 0; index < 50; index += 1) dial().socket.write('GET /v1/pots HTTP/1.1\r\nhost: a\r\n');
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(answer.status).toBe(200);
  });
});

describe('a body that is too large', () => {
  it('is refused by its announcement, before it is sent', async () => {
    await open({ limits: { bodyBytesMax: 1_000, discardTimeoutMs: 100 } });
    expect(await raw(`${post}content-length: 1001\r\nconnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*"bytesMax":1000/,
    );
  });

  it('is refused when it grows too large without announcement', async () => {
    await open({ limits: { bodyBytesMax: 1_000, discardTimeoutMs: 100 } });
    const chunk = `200\r\n${'x'.repeat(512)}\r\n`;
    expect(await raw(`${post}transfer-encoding: chunked\r\nconnection: close\r\n\r\n`, chunk, chunk, chunk)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
    expect(seen).toEqual([]);
  });

  const large = 5 * 1024 * 1024;
  const url = (): string => `http://127.0.0.1:${port}/v1/pots/0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12/takings`;
  const headers = { authorization: 'Bearer good', 'idempotency-key': 'k', 'content-type': 'application/json' };

  /** Writes a large body to its end before it listens to anything. */
  const writeLarge = async (headers: string): Promise<ReturnType<typeof dial>> => {
    const dialled = dial();
    const { socket } = dialled;
    socket.pause();
    socket.write(`${post}${headers}content-length: ${large}\r\n\r\n`);
    for (let sent = 0; sent < large; sent += 65_536)
      if (!socket.write('x'.repeat(65_536))) await new Promise((resolve) => socket.once('drain', resolve));
    socket.resume();
    return dialled;
  };

  it('is answered to a program that writes it all before it listens, and its next request too', async () => {
    await open();
    const { socket, soFar } = await writeLarge('');
    await until(() => soFar().includes('body_too_large'));
    socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => soFar().includes('"ok"'));
    expect(soFar().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  it('is answered to a program that wants the connection closed, which then is', async () => {
    await open();
    const { received } = await writeLarge('connection: close\r\n');
    expect(await received).toMatch(/^HTTP\/1\.1 413 [\s\S]*body_too_large/);
  });

  it('is answered to fetch, announced or not, and the next request of the connection as well', async () => {
    await open();
    for (let round = 0; round < 5; round += 1) {
      const announced = await fetch(url(), { method: 'POST', headers, body: Buffer.alloc(large, 'x') });
      expect([announced.status, ((await announced.json()) as { code: string }).code]).toEqual([413, 'body_too_large']);
      const pieces = Array.from({ length: 80 }, () => Buffer.alloc(65_536, 'x'));
      const streamed = await fetch(url(), {
        method: 'POST',
        headers,
        body: new ReadableStream({
          pull: (controller) => {
            const piece = pieces.pop();
            if (piece === undefined) controller.close();
            else controller.enqueue(piece);
          },
        }),
        duplex: 'half',
      });
      expect(streamed.status).toBe(413);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    }
  });

  it('is listened to for so long and so many bytes only', async () => {
    await open({ limits: { bodyBytesMax: 1_000, discardTimeoutMs: 300, discardBytesMax: 100_000 } });
    const started = performance.now();
    const slowly = dial();
    slowly.socket.write(`${post}content-length: 2000\r\n\r\n{`);
    expect(await slowly.received).toMatch(/^HTTP\/1\.1 413 /);
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(performance.now() - started).toBeLessThan(1_500);

    await server.close();
    await open({ limits: { bodyBytesMax: 1_000, discardTimeoutMs: 60_000, discardBytesMax: 100_000 } });
    const endless = dial();
    endless.socket.write(`${post}content-length: 999999999\r\n\r\n`);
    let isOver = false;
    void endless.received.then(() => (isOver = true));
    const began = performance.now();
    while (!isOver && performance.now() - began < 5_000) {
      endless.socket.write('x'.repeat(65_536));
      await delay(1);
    }
    expect(isOver).toBe(true);
  });
});

describe('a client that goes away', () => {
  it('aborts the read it asked for', async () => {
    await open();
    slow.milliseconds = 10_000;
    const { socket } = dial();
    socket.write('GET /v1/slow HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => seen.length === 1);
    expect(seen[0]?.signal.aborted).toBe(false);
    socket.destroy();
    await until(() => seen[0]?.signal.aborted === true);
  });
});

describe('a server that closes', () => {
  it('says it is not ready, finishes what is in flight, closes idle connections, and accepts no more', async () => {
    await open({ limits: { drainDelayMs: 100 } });
    slow.milliseconds = 400;
    const idle = dial();
    idle.socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => idle.soFar().includes('"ok"'));
    const inFlight = fetch(`http://127.0.0.1:${port}/v1/slow`);
    await until(() => seen.length === 1);

    const closing = server.close();
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect([
      ready.status,
      ((await ready.json()) as { status: string }).status,
      ready.headers.get('connection'),
    ]).toEqual([503, 'draining', 'close']);
    const answer = await inFlight;
    expect([answer.status, await answer.json()]).toEqual([200, { waited: true }]);
    await idle.received;
    await closing;
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('still answers a request that was half received', async () => {
    await open();
    const { socket, received } = dial();
    socket.write('GET /v1/slow HTTP/1.1\r\nhost: a\r\n');
    await delay(50);
    const closing = server.close();
    await delay(50);
    socket.write('\r\n');
    expect(await received).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*connection: close[\s\S]*"waited":true/i);
    await closing;
  });

  it('cuts what does not finish in time', async () => {
    await open({ limits: { drainTimeoutMs: 100 } });
    slow.milliseconds = 10_000;
    const inFlight = fetch(`http://127.0.0.1:${port}/v1/slow`).then(
      () => 'answered',
      () => 'cut',
    );
    await until(() => seen.length === 1);
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await inFlight).toBe('cut');
  });
});

describe('an overloaded server', () => {
  it('refuses work at once, but still says that it lives', async () => {
    await open({ limits: { eventLoopDelayMaxMs: 50 } });
    // The lag is measured by a timer of its own, which must come to run between two blocks.
    for (let index = 0; index < 4; index += 1) {
      const end = performance.now() + 300;
      while (performance.now() < end);
      await delay(1);
    }
    const answer = await fetch(`http://127.0.0.1:${port}/v1/slow`);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'overloaded']);
    expect(answer.headers.get('x-request-id')).not.toBeNull();
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });
});
