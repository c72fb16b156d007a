import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBreakers } from './breakers.ts';
import { systemClock } from './clock.ts';
import { createProviderCalls } from './guarded-call.ts';
import { sendForm, sendJson, sendText } from './outbound-http.ts';
import { healthOf } from './provider-health.ts';

/** What a provider of the tests does when it is asked for this path. */
const behaviours: Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse, body: string) => unknown>
> = {
  '/echo': ({ method, headers }, response, body) =>
    json(response, 200, {
      method,
      type: headers['content-type'],
      accept: headers.accept,
      key: headers['idempotency-key'],
      body,
    }),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/declined': (_, response) => json(response, 402, { error: { code: 'card_declined' } }),
  '/broken': (_, response) => json(response, 500, { error: 'sorry' }),
  '/gateway': (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
  '/busy': (_, response) => response.writeHead(429, { 'retry-after': '2' }).end(),
  '/busy-until': (_, response) => response.writeHead(429, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }).end(),
  '/elsewhere': (_, response) => response.writeHead(303, { location: '/echo' }).end(),
  '/slow': async (_, response) => {
    await delay(400);
    json(response, 200, { isLate: true });
  },
  '/reset': (request) => request.socket.resetAndDestroy(),
  '/closed': (request) => request.socket.destroy(),
  '/half': (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"id":"pi_1",');
    setImmediate(() => request.socket.destroy());
  },
  // Without a length, half an answer looks like a whole one until it is read.
  '/half-unsized': (_, response) => response.writeHead(200, { connection: 'close' }).end('{"id":"pi_1",'),
  '/stuck-half': (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":'),
  '/huge': (_, response) => json(response, 200, { text: 'x'.repeat(5_000) }),
};

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const asked: string[] = [];
let url: string;
let server: Server;
/** A port nobody listens on. */
let deafUrl: string;

const listen = async (listener: Server): Promise<string> => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(request.url ?? '');
      behaviours[request.url ?? '']?.(request, response, Buffer.concat(chunks).toString());
    });
  });
  url = await listen(server);
  const deaf = createSocketServer();
  deafUrl = await listen(deaf);
  await new Promise((resolve) => deaf.close(resolve));
});

afterAll(async () => {
  (server as ReturnType<typeof createServer>).closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const signal = new AbortController().signal;
const post = { method: 'POST', signal } as const;

describe('a request to a provider', () => {
  it('sends JSON with its headers and reads JSON', async () => {
    const answer = await sendJson({
      ...post,
      url: `${url}/echo`,
      headers: { 'idempotency-key': 'k1' },
      body: { amount: '10.05' },
    });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: {
        method: 'POST',
        type: 'application/json',
        accept: 'application/json',
        key: 'k1',
        body: '{"amount":"10.05"}',
      },
    });
    expect(await sendJson({ method: 'GET', signal, url: `${url}/empty` })).toMatchObject({
      status: 204,
      body: undefined,
    });
  });

  it('sends a form, or a text under a type of its own', async () => {
    expect(
      await sendForm({ ...post, url: `${url}/echo`, body: { grant_type: 'client_credentials', scope: 'a b&c' } }),
    ).toMatchObject({
      body: { type: 'application/x-www-form-urlencoded', body: 'grant_type=client_credentials&scope=a+b%26c' },
    });
    const { body } = await sendText({
      ...post,
      url: `${url}/echo`,
      headers: { 'content-type': 'application/xml' },
      body: '<a>ř</a>',
    });
    expect(JSON.parse(body)).toMatchObject({ type: 'application/xml', body: '<a>ř</a>' });
  });

  it('gives back what the provider says no with', async () => {
    expect(await sendJson({ ...post, url: `${url}/declined` })).toMatchObject({
      status: 402,
      body: { error: { code: 'card_declined' } },
    });
  });

  it.each([
    [
      'nobody listens',
      () => `${deafUrl}/echo`,
      { name: 'ProviderFault', code: 'connection_refused', isRetryable: true },
    ],
    ['nobody has that name', () => 'http://provider.invalid/', { name: 'ProviderFault', code: 'name_unknown' }],
    ['it was turned away', () => `${url}/busy`, { name: 'ProviderFault', code: 'rate_limited', retryAfterMs: 2_000 }],
    [
      'it was turned away until a date',
      () => `${url}/busy-until`,
      { name: 'ProviderFault', code: 'rate_limited', retryAfterMs: undefined },
    ],
    ['the provider broke', () => `${url}/broken`, { name: 'OutcomeUnknown', code: 'status_500' }],
    ['something in between broke', () => `${url}/gateway`, { name: 'OutcomeUnknown', code: 'status_502' }],
    ['it is sent elsewhere', () => `${url}/elsewhere`, { name: 'OutcomeUnknown', code: 'status_303' }],
    ['the connection was reset', () => `${url}/reset`, { name: 'OutcomeUnknown', code: 'connection_lost' }],
    ['the connection was closed', () => `${url}/closed`, { name: 'OutcomeUnknown', code: 'connection_lost' }],
    ['half an answer came', () => `${url}/half`, { name: 'OutcomeUnknown', code: 'answer_cut_off' }],
    [
      'half an answer came and looked whole',
      () => `${url}/half-unsized`,
      { name: 'OutcomeUnknown', code: 'answer_not_json' },
    ],
    ['the answer was too large', () => `${url}/huge`, { name: 'OutcomeUnknown', code: 'answer_too_large' }],
  ])('says what is known when %s', async (_, target, fault) => {
    await expect(sendJson({ ...post, url: target(), body: {}, bytesMax: 4_096 })).rejects.toMatchObject(fault);
  });

  it('follows no redirection', async () => {
    asked.length = 0;
    await expect(sendText({ ...post, url: `${url}/elsewhere`, body: '' })).rejects.toMatchObject({
      code: 'status_303',
    });
    expect(asked).toEqual(['/elsewhere']);
  });

  it.each(['/slow', '/stuck-half'])('may have arrived when nobody waits for the answer any more: %s', async (path) => {
    await expect(sendJson({ ...post, url: `${url}${path}`, signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'OutcomeUnknown',
      code: 'timed_out',
    });
  });

  it('is not sent for somebody who has gone, nor by another way than HTTP', async () => {
    asked.length = 0;
    await expect(sendJson({ ...post, url: `${url}/echo`, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'abandoned',
    });
    await expect(sendJson({ method: 'GET', signal, url: 'data:application/json,{}' })).rejects.toThrow(
      'data: is no way to a provider.',
    );
    expect(asked).toEqual([]);
  });
});

describe('a provider in chaos', () => {
  const stage = () => {
    const breakers = createBreakers(systemClock());
    const policy = { timeoutMs: 100, retry: { attemptsMax: 3, waitMs: 1, waitMsMax: 2 } };
    const { call } = createProviderCalls({
      provider: 'chaos',
      policies: { ask: policy },
      breakers,
      clock: systemClock(),
      random: Math.random,
    });
    const operation = breakers.operations[0] as NonNullable<(typeof breakers.operations)[number]>;
    const ask = (path: string, kind: { isMoney: true } | { isRead: true }) =>
      call(
        'ask',
        ({ signal: waiting }) => sendJson({ ...post, url: `${url}${path}`, body: {}, signal: waiting }),
        kind,
      );
    return { ask, health: () => healthOf(operation, Date.now()) };
  };

  it.each([
    ['/slow', 'timed_out'],
    ['/broken', 'status_500'],
    ['/reset', 'connection_lost'],
    ['/half', 'answer_cut_off'],
    ['/half-unsized', 'answer_not_json'],
    ['/stuck-half', 'timed_out'],
  ])('%s: money is asked once, a read three times, and five failures open the breaker', async (path, code) => {
    const { ask, health } = stage();
    asked.length = 0;
    await expect(ask(path, { isMoney: true })).rejects.toMatchObject({ name: 'OutcomeUnknown', code });
    expect(asked).toEqual([path]);
    await expect(ask(path, { isRead: true })).rejects.toMatchObject({ name: 'ProviderFault', code });
    expect(asked).toHaveLength(4);
    expect(health()).toMatchObject({ state: 'closed', lastFailure: { code } });
    await expect(ask(path, { isMoney: true })).rejects.toMatchObject({ code });
    expect(health().state).toBe('open');
    await expect(ask('/echo', { isMoney: true })).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(asked).toHaveLength(5);
  });

  it('answers twice, and no answer is taken for that of another question', async () => {
    const sockets = new Set<Socket>();
    let count = 0;
    const stammering = createSocketServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => {
        count += 1;
        const body = JSON.stringify({ count });
        const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
        socket.write(answer + answer);
      });
    });
    const target = await listen(stammering);
    const counts: unknown[] = [];
    for (let index = 0; index < 5; index += 1)
      counts.push((await sendJson({ method: 'GET', url: target, signal })).body);
    expect(counts).toEqual([1, 2, 3, 4, 5].map((each) => ({ count: each })));
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => stammering.close(resolve));
  });
});
