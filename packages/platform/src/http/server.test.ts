import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { demoPotId, demoProblems, demoRoutes, demoServer, seen, slow } from './fixtures/demo-api.ts';
import { ProblemError } from './problem.ts';
import { defineRoute } from './route.ts';
import type { HttpServer } from './server.ts';

type Asked = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS';
  url: string;
  key?: string;
  headers?: Record<string, string>;
  body?: unknown;
};

let server: HttpServer;
const opened: HttpServer[] = [];
const open = async (...changes: Parameters<typeof demoServer>): Promise<HttpServer> => {
  const made = await demoServer(...changes);
  opened.push(made);
  return made;
};
const ask = (to: HttpServer, { method = 'GET', url, key = 'good', headers = {}, body }: Asked) =>
  to.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
  });

const taking = { value: { amount: '1.00', asset: 'EUR' } };
const takingsOf = (id: string) => `/v1/pots/${id}/takings`;
const take = (body: unknown, headers: Record<string, string> = {}, url = takingsOf(demoPotId)) =>
  ask(server, { method: 'POST', url, body, headers: { 'idempotency-key': 'k1', ...headers } });

beforeAll(async () => {
  server = await demoServer();
});
beforeEach(() => {
  seen.length = 0;
  slow.milliseconds = 0;
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

describe('a request that is right', () => {
  it('is answered with the resource, its position and its id', async () => {
    const answer = await ask(server, {
      url: `/v1/pots/${demoPotId}`,
      headers: { 'x-request-id': 'my-request-1', 'finaegis-position': '41' },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ potId: demoPotId, balance: { amount: '10.05', asset: 'EUR' } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'finaegis-position': '42',
      'x-request-id': 'my-request-1',
      'cache-control': 'no-store',
    });
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(seen[0]).toMatchObject({
      position: '41',
      requestId: 'my-request-1',
      tenantId: '0197f2c4-0000-7000-8000-000000000001',
      dryRun: false,
      principal: { id: 'key-1' },
    });
    expect(seen[0]?.deadlineMs).toBeGreaterThan(Date.now());
  });

  it('gets an id of ours when its own could break a log', async () => {
    const answer = await ask(server, { url: '/v1/pots', headers: { 'x-request-id': 'a b"c' } });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('walks a list by cursors to its end', async () => {
    const seqs: number[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const answer: Awaited<ReturnType<typeof ask>> = await ask(server, {
        url: `/v1/pots?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      });
      const page: { items: { seq: number }[]; nextCursor?: string } = answer.json();
      seqs.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
    }
    expect(seqs).toEqual([5, 4, 3, 2, 1]);
  });

  it('may only try: a dry run needs no key and uses none up', async () => {
    const answer = await ask(server, {
      method: 'POST',
      url: `${takingsOf(demoPotId)}?dryRun=true`,
      body: taking,
      headers: { 'idempotency-key': 'k1' },
    });
    expect(answer.json()).toEqual({ taken: taking.value, isDryRun: true });
    expect(seen[0]).not.toHaveProperty('idempotency');
    expect(
      (await ask(server, { method: 'POST', url: `${takingsOf(demoPotId)}?dryRun=true`, body: taking })).statusCode,
    ).toBe(201);
  });

  it('may carry a file, which comes to the handler as bytes and goes back as a stream', async () => {
    const answer = await ask(server, {
      method: 'POST',
      url: '/v1/files',
      body: 'a;b\n1;2\n',
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/csv');
    expect(answer.body).toBe('a;b\n1;2\n');
  });

  it('asked by HEAD has the headers alone, by OPTIONS the methods', async () => {
    const head = await ask(server, { method: 'HEAD', url: `/v1/pots/${demoPotId}` });
    expect([head.statusCode, head.body, head.headers['finaegis-position']]).toEqual([200, '', '42']);
    const choices = await ask(server, { method: 'OPTIONS', url: `/v1/pots/${demoPotId}` });
    expect([choices.statusCode, choices.headers['allow']]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });
});

describe('the fingerprint of a command', () => {
  const fingerprintOf = async (...asked: Parameters<typeof take>) => {
    await take(...asked);
    return seen.at(-1)?.idempotency?.fingerprint;
  };

  it('is the same however the same JSON is written, and differs with what is asked', async () => {
    const first = await fingerprintOf(taking);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprintOf('{ "value": {"asset":"EUR", "amount":"1.00"} }')).toBe(first);
    expect(await fingerprintOf({ value: { amount: '1.01', asset: 'EUR' } })).not.toBe(first);
    expect(await fingerprintOf(taking, {}, takingsOf('0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d13'))).not.toBe(first);
  });

  it('differs with the query', async () => {
    const upload = (query: string) =>
      ask(server, {
        method: 'POST',
        url: `/v1/files${query}`,
        body: 'a',
        headers: { 'content-type': 'text/csv', 'idempotency-key': 'k' },
      });
    for (const query of ['', '?mode=all_or_none', '?mode=best_effort', '?mode=all_or_none']) await upload(query);
    const [bare, one, other, again] = seen.map(({ idempotency }) => idempotency?.fingerprint);
    expect(again).toBe(one);
    expect(new Set([bare, one, other]).size).toBe(3);
  });

  it('of a file is that of its bytes', async () => {
    const upload = (body: string) =>
      ask(server, {
        method: 'POST',
        url: '/v1/files',
        body,
        headers: { 'content-type': 'text/csv', 'idempotency-key': 'k' },
      });
    for (const body of ['a', 'b', 'a']) await upload(body);
    const [one, other, again] = seen.map(({ idempotency }) => idempotency?.fingerprint);
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });
});

describe('a request that is wrong', () => {
  const pot = `/v1/pots/${demoPotId}`;

  it.each<[string, Asked, string]>([
    ['a key that is none', { url: pot, key: 'nobody' }, '/headers/authorization'],
    ['a key whose time is over', { url: pot, key: 'old' }, '/headers/authorization'],
    ['a key without the scope', { url: pot, key: 'poor' }, '/headers/authorization'],
    ['a body without end', { method: 'POST', url: `${pot}/takings`, body: 'x'.repeat(5_000_000) }, '/body'],
  ])('names where it is wrong: %s', async (_, asked, field) => {
    const { code, errors } = (await ask(server, asked)).json() as { code: string; errors: unknown };
    expect(errors).toEqual([{ field, code, message: expect.any(String) }]);
  });

  it.each<[string, Asked, number, string]>([
    ['without a key', { url: pot, headers: { authorization: '' } }, 401, 'unauthenticated'],
    ['with an expired key', { url: pot, key: 'old' }, 401, 'key_expired'],
    ['with a revoked key', { url: pot, key: 'revoked' }, 401, 'key_revoked'],
    ['without the scope', { url: pot, key: 'poor' }, 403, 'permission_missing'],
    ['for what does not exist', { url: '/v1/pots/0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d13' }, 404, 'not_found'],
    ['to no route', { url: '/v1/nowhere' }, 404, 'route_not_found'],
    ['to a route with a slash too many', { url: `${pot}/` }, 404, 'route_not_found'],
    ['by another method', { method: 'DELETE', url: pot }, 405, 'method_not_allowed'],
    ['by another method, to a page', { method: 'POST', url: '/openapi.json' }, 405, 'method_not_allowed'],
    ['with a broken escape in the path', { url: '/v1/pots/%E0%A4%A' }, 400, 'malformed_request'],
    ['with a broken escape in the query', { url: '/v1/pots?name=%E0%A4%A' }, 400, 'validation_failed'],
    ['with a query that is no UTF-8', { url: '/v1/pots?name=%FF' }, 400, 'validation_failed'],
    ['with a hexadecimal number in the query', { url: '/v1/pots?limit=0x10' }, 400, 'validation_failed'],
    ['with an exponent in the query', { url: '/v1/pots?limit=1e2' }, 400, 'validation_failed'],
    ['with a number twice in the query', { url: '/v1/pots?limit=1&limit=2' }, 400, 'validation_failed'],
    ['with a cursor of nobody', { url: '/v1/pots?cursor=xyz' }, 400, 'position_unknown'],
    ['with U+0000 in the query', { url: '/v1/pots?name=a%00b' }, 400, 'text_not_storable'],
    ['with U+0000 in the path', { url: '/v1/pots/a%00b' }, 400, 'text_not_storable'],
    [
      'without Idempotency-Key',
      { method: 'POST', url: `${pot}/takings`, body: taking },
      400,
      'idempotency_key_required',
    ],
    [
      'without Idempotency-Key though it says it is no dry run',
      { method: 'POST', url: `${pot}/takings?dryRun=false`, body: taking },
      400,
      'idempotency_key_required',
    ],
  ])('%s', async (_, asked, status, code) => {
    const answer = await ask(server, asked);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      type: `/problems/${code}`,
      status,
      code,
      title: expect.any(String),
      instance: expect.any(String),
    });
    expect(seen.filter(({ params }) => JSON.stringify(params ?? '').includes('\0'))).toEqual([]);
  });

  it.each([['gzip'], ['identity, br']])(
    'with a body encoded as %s is told so, not that its JSON is wrong',
    async (encoding) => {
      const { url, headers, body } = { url: `${pot}/takings`, headers: { 'content-encoding': encoding }, body: taking };
      const answer = await ask(server, { method: 'POST', url, headers: { 'idempotency-key': 'k', ...headers }, body });
      expect(answer.statusCode).toBe(415);
      expect(answer.headers['accept-encoding']).toBe('identity');
      expect(answer.json()).toMatchObject({
        code: 'unsupported_encoding',
        errors: [{ field: '/headers/content-encoding' }],
      });
      expect(seen).toEqual([]);
    },
  );

  it.each<[string, unknown, string, number]>([
    ['broken JSON', '{"value":', 'malformed_json', 400],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'malformed_json', 400],
    ['U+0000', { ...taking, why: 'a\0' }, 'text_not_storable', 400],
    ['half a surrogate pair', { ...taking, labels: { a: '\ud800' } }, 'text_not_storable', 400],
    ['too many bytes', `"${'x'.repeat(4 * 1024 * 1024)}"`, 'body_too_large', 413],
  ])('with a body of %s', async (_, body, code, status) => {
    const answer = await take(body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code });
    expect(seen).toEqual([]);
  });

  it.each<[string, unknown, string, string]>([
    ['no body', undefined, '/body', 'required'],
    ['an array for a body', [], '/body', 'wrong_type'],
    ['an unknown field', { ...taking, ammount: 1 }, '/body/ammount', 'unknown_field'],
    ['an unknown field further in', { value: { ...taking.value, 'a/b': 1 } }, '/body/value/a~1b', 'unknown_field'],
    ['a missing field', { value: { asset: 'EUR' } }, '/body/value/amount', 'required'],
    ['a number for an amount', { value: { amount: 1, asset: 'EUR' } }, '/body/value/amount', 'wrong_type'],
    ['a negative amount', { value: { amount: '-1', asset: 'EUR' } }, '/body/value/amount', 'wrong_format'],
    ['a text that is too long', { ...taking, why: 'x'.repeat(51) }, '/body/why', 'too_big'],
    [
      'an attack on prototypes',
      '{"value":{"amount":"1","asset":"EUR"},"__proto__":{"a":1}}',
      '/body/__proto__',
      'unknown_field',
    ],
  ])('with %s names the field', async (_, body, field, code) => {
    const answer = await take(body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toContainEqual({ field, code, message: expect.any(String) });
    expect(seen).toEqual([]);
  });

  it.each<[string, Asked, string]>([
    ['an unknown query field', { url: '/v1/pots?sort=up' }, '/query/sort'],
    ['a query field twice', { url: '/v1/pots?limit=1&limit=2' }, '/query/limit'],
    ['a dry run of what cannot be tried', { url: '/v1/pots?dryRun=true' }, '/query/dryRun'],
    [
      'a dry run that is neither true nor false',
      { method: 'POST', url: `${takingsOf(demoPotId)}?dryRun=1`, body: taking },
      '/query/dryRun',
    ],
    [
      'a key of spaces',
      { method: 'POST', url: takingsOf(demoPotId), body: taking, headers: { 'idempotency-key': 'a b' } },
      '/headers/idempotency-key',
    ],
    [
      'an endless key',
      { method: 'POST', url: takingsOf(demoPotId), body: taking, headers: { 'idempotency-key': 'x'.repeat(256) } },
      '/headers/idempotency-key',
    ],
    [
      'a position in no form of ours',
      { url: '/v1/pots', headers: { 'finaegis-position': 'a b' } },
      '/headers/finaegis-position',
    ],
    ['a body where there is none', { method: 'POST', url: '/v1/slow', body: { a: 1 } }, '/body'],
  ])('with %s names it', async (_, asked, field) => {
    const answer = await ask(server, asked);
    expect(answer.json()).toMatchObject({ code: 'validation_failed', errors: [{ field }] });
  });

  it('names all wrong fields at once, but no more than twenty', async () => {
    const answer = await ask(server, {
      method: 'POST',
      url: `${takingsOf('x')}?a=1`,
      body: { value: {} },
      headers: { 'idempotency-key': 'k' },
    });
    expect(answer.json().errors.map(({ field }: { field: string }) => field)).toEqual([
      '/params/potId',
      '/query/a',
      '/body/value/amount',
      '/body/value/asset',
    ]);
    const many = await take(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1])));
    expect(many.json().errors).toHaveLength(20);
  });

  it('in another media type is told which are accepted', async () => {
    const answer = await take('<a/>', { 'content-type': 'application/xml' });
    expect(answer.json()).toMatchObject({ code: 'unsupported_media_type', accepted: ['application/json'] });
    expect(answer.statusCode).toBe(415);
  });

  it('unauthenticated is challenged, and by another method told the methods', async () => {
    expect((await ask(server, { url: '/v1/pots', key: 'nobody' })).headers['www-authenticate']).toBe(
      'Bearer error="invalid_token"',
    );
    expect((await ask(server, { method: 'PUT', url: '/v1/pots' })).headers['allow']).toBe('GET, HEAD, OPTIONS');
  });
});

describe('a refusal', () => {
  it('carries the numbers that explain it, none of which can replace a member of the standard', async () => {
    const answer = await take({ value: { amount: '11.00', asset: 'EUR' } });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      code: 'pot_empty',
      status: 422,
      detail: 'It holds 10.05.',
      available: { amount: '10.05', asset: 'EUR' },
    });
  });
});

describe('a fault', () => {
  it('is answered without a word of what it was, and logged under the request', async () => {
    const lines: string[] = [];
    const quiet = await open({
      checkAnswers: false,
      logger: createLogger({
        level: 'error',
        service: 'demo',
        destination: { write: (line) => void lines.push(line) },
      }),
    });
    const answer = await ask(quiet, { url: '/v1/faults/throws', headers: { 'x-request-id': 'request-77' } });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({
      type: '/problems/internal_fault',
      title: expect.any(String),
      status: 500,
      code: 'internal_fault',
      instance: 'request-77',
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { requestId: 'request-77', route: '/v1/faults/:kind', err: { type: 'Error' } },
    ]);
  });

  it('that the platform knows becomes the problem it is documented as', async () => {
    const translating = await open({ translateFault: () => new ProblemError('overloaded') });
    const answer = await ask(translating, { url: '/v1/faults/throws' });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  });

  it('met while authenticating is translated as well', async () => {
    const authenticate = () => Promise.reject(new Error('the keys cannot be read'));
    const translating = await open({ authenticate, translateFault: () => new ProblemError('overloaded') });
    const answer = await ask(translating, { url: '/v1/faults/throws' });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  });

  it.each(['undeclared-problem', 'unknown-problem', 'wrong-field', 'extra-field', 'undeclared-status'])(
    'is what tests see when an answer is not the documented one: %s',
    async (kind) => {
      const answer = await ask(server, { url: `/v1/faults/${kind}` });
      expect(answer.statusCode).toBe(500);
      expect(answer.json().detail).toContain('fault answered');
    },
  );
});

describe('limits', () => {
  it('a key that asks too often is told to wait, and no other key is', async () => {
    const limited = await open({ rates: { read: { perSecond: 0.01, burst: 2 } } });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await ask(limited, { url: '/v1/pots' })).statusCode);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await ask(limited, { url: '/v1/pots' });
    expect(refused.json()).toMatchObject({ code: 'rate_limited' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(refused.headers['ratelimit-policy']).toBe('"read";q=2;w=200');
    expect((await ask(limited, { url: '/v1/pots', key: 'poor' })).statusCode).toBe(403);
  });

  it('an address that tries keys is slowed down', async () => {
    const limited = await open({ rates: { sensitive: { perSecond: 0.01, burst: 2 } } });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1)
      statuses.push((await ask(limited, { url: '/v1/pots', key: `guess-${index}` })).statusCode);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await ask(limited, { url: '/v1/pots' })).statusCode).toBe(200);
  });

  it('a read that takes too long is given up, and its handler told', async () => {
    const impatient = await open({ limits: { handlerTimeoutMs: 50 } });
    slow.milliseconds = 2_000;
    const answer = await ask(impatient, { url: '/v1/slow' });
    expect(answer.json()).toMatchObject({ code: 'deadline_exceeded', status: 504 });
    expect(seen[0]?.signal.aborted).toBe(true);
  });

  it('nobody waits for an authentication that takes too long: nothing was done', async () => {
    const impatient = await open({
      limits: { handlerTimeoutMs: 50 },
      authenticate: () => new Promise(() => undefined),
    });
    const answer = await ask(impatient, { url: '/v1/pots' });
    expect(answer.json()).toMatchObject({ code: 'overloaded', status: 503 });
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('a command that takes too long has an unknown outcome, not a failed one', async () => {
    const impatient = await open({ limits: { handlerTimeoutMs: 50 } });
    slow.milliseconds = 200;
    const answer = await ask(impatient, { method: 'POST', url: '/v1/slow' });
    expect(answer.json()).toMatchObject({ code: 'outcome_unknown', status: 503 });
  });
});

describe('operations', () => {
  it('a process lives, and is ready when everything it needs is there', async () => {
    const ready = await open({
      checks: { database: async () => undefined, subscriptions: async () => 'released: ledger.lists' },
    });
    expect((await ready.inject('/healthz')).json()).toEqual({ status: 'ok' });
    const answer = await ready.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      {
        status: 'ready',
        checks: { database: { status: 'ok' }, subscriptions: { status: 'ok', note: 'released: ledger.lists' } },
      },
    ]);
  });

  it('is not ready when something fails or does not answer, and does not tell the world why', async () => {
    const broken = await open({
      checks: {
        database: () => Promise.reject(new Error('password wrong for bank')),
        log: () => new Promise(() => {}),
      },
    });
    const answer = await broken.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { status: 'not_ready', checks: { database: { status: 'failed' }, log: { status: 'failed' } } },
    ]);
  });

  it('requests are counted by pattern, not by path', async () => {
    const metered = await open({ metrics: createMetrics() });
    await ask(metered, { url: `/v1/pots/${demoPotId}` });
    await ask(metered, { url: '/v1/wp-admin.php' });
    const { body } = await metered.inject('/metrics');
    expect(body).toContain('http_request_seconds_count{method="GET",route="/v1/pots/:potId",status="2xx"} 1');
    expect(body).toContain('route="unrouted",status="4xx"} 1');
    expect(body).not.toContain(demoPotId);
  });

  it('requests are logged with who and how long, never with their path, query, headers or body', async () => {
    const lines: string[] = [];
    const logging = await open({
      logger: createLogger({ level: 'info', service: 'demo', destination: { write: (line) => void lines.push(line) } }),
    });
    await ask(logging, { url: '/v1/pots?name=Novak' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      route: '/v1/pots',
      method: 'GET',
      status: 200,
      principalId: 'key-1',
      durationMs: expect.any(Number),
      requestId: expect.any(String),
    });
    expect(lines.join()).not.toMatch(/Novak|good/);
  });
});

describe('documentation', () => {
  it('is served offline: the document, the pages and their script', async () => {
    expect((await server.inject('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Pots' } });
    const docs = await server.inject('/docs');
    expect(docs.body).toContain('data-url="/openapi.json"');
    expect(docs.body).not.toMatch(/https?:\/\//);
    expect(docs.headers['content-security-policy']).toContain("default-src 'self'");
    const script = await server.inject('/docs/scalar.js');
    expect(script.headers['content-type']).toContain('text/javascript');
    expect(script.body.length).toBeGreaterThan(1_000_000);
  });

  it('has a page for every problem', async () => {
    expect((await server.inject('/problems')).json()).toContainEqual({
      code: 'pot_empty',
      status: 422,
      title: 'The pot holds too little',
    });
    expect((await server.inject('/problems/pot_empty')).json()).toMatchObject({
      type: '/problems/pot_empty',
      status: 422,
    });
    const page = await server.inject({ url: '/problems/rate_limited', headers: { accept: 'text/html' } });
    expect(page.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(page.body).toContain('# Too many requests');
    expect((await server.inject('/problems/constructor')).statusCode).toBe(404);
  });
});

describe('a route that would be a hole', () => {
  const [first] = demoRoutes;
  if (first === undefined) throw new Error('the demo has no routes');
  it.each<[string, object, RegExp]>([
    ['an open object', { request: { ...first.request, query: z.object({}) } }, /query must be a strict object/],
    ['a parameter it does not declare', { path: '/v1/pots/:id' }, /path has the parameters/],
    ['a key on a read', { idempotency: 'required' }, /only POST/],
  ])('stops the start: %s', async (_, change, message) => {
    await expect(demoServer({ routes: [{ ...first, ...change }] })).rejects.toThrow(message);
  });

  it('stops the start: two routes of one path', async () => {
    await expect(demoServer({ routes: [first, defineRoute({ ...first, operationId: 'other' })] })).rejects.toThrow(
      /already declared/,
    );
  });

  it('stops the start: one problem code with two meanings', async () => {
    await expect(
      demoServer({ problems: [demoProblems, { pot_empty: { status: 409, title: 'Something else' } }] }),
    ).rejects.toThrow(/declared twice/);
  });
});
