import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { commonProblems } from './common-problems.ts';
import { demoProblems, demoRoutes } from './fixtures/demo-api.ts';
import { openApiDocument } from './openapi.ts';
import type { Json } from './openapi-schema.ts';
import { mergeProblems } from './problem.ts';
import { defineRoute, type Route } from './route.ts';

type Parameter = { readonly in: string; readonly name: string; readonly required: boolean };

const problems = mergeProblems(commonProblems, demoProblems);
const write = (routes: readonly Route[] = demoRoutes): Json =>
  openApiDocument(routes, problems, { title: 'Pots', version: '1.0.0' });
const document = write();

/** What stands at a JSON pointer (RFC 6901) of the document. */
const at = (pointer: string): unknown => {
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((value, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }, document);
};
const take = '/paths/~1v1~1pots~1{potId}~1takings/post';
const json = 'content/application~1json/schema';

const refsOf = (value: unknown): string[] => {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => (name === '$ref' ? [String(member)] : refsOf(member)));
};

describe('the OpenAPI document', () => {
  it('is the same text whatever the order of the routes', () => {
    expect(JSON.stringify(write(demoRoutes.toReversed()))).toBe(JSON.stringify(document));
  });

  it('refers only to what it holds', () => {
    const refs = new Set(refsOf(document));
    expect(refs.size).toBeGreaterThan(5);
    expect([...refs].filter((ref) => at(ref.slice(1)) === undefined)).toEqual([]);
  });

  it('names shared schemas once and leaves out hidden routes', () => {
    expect(Object.keys(at('/components/schemas') as object)).toEqual([
      'Amount',
      'Approval',
      'AssetCode',
      'DecimalAmount',
      'Metadata',
      'Pot',
      'Problem',
    ]);
    expect(at(`${take}/requestBody/${json}/properties/value`)).toEqual({ $ref: '#/components/schemas/Amount' });
    expect(at('/paths')).not.toHaveProperty(['/v1/faults/{kind}']);
    expect(JSON.stringify(document)).not.toMatch(/\$defs|\$schema/);
  });

  it('closes what clients send and leaves open what they receive, so that answers may gain fields', () => {
    expect(at(`${take}/requestBody/${json}/additionalProperties`)).toBe(false);
    expect(at('/components/schemas/Pot')).toMatchObject({ type: 'object' });
    expect(at('/components/schemas/Pot')).not.toHaveProperty('additionalProperties');
  });

  it('tells parameters, headers and permission of a command', () => {
    const parameters = at(`${take}/parameters`) as Parameter[];
    expect(parameters.map(({ in: place, name, required }) => [place, name, required])).toEqual([
      ['path', 'potId', true],
      ['query', 'dryRun', false],
      ['header', 'Idempotency-Key', true],
      ['header', 'Finaegis-Step-Up', false],
      ['header', 'Finaegis-Position', false],
    ]);
    expect(at(`${take}/x-permission`)).toBe('pots:take');
    expect(at('/paths/~1v1~1slow/get/security')).toEqual([]);
    expect(at('/components/securitySchemes/apiKey')).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('tells which query fields have defaults', () => {
    const parameters = at('/paths/~1v1~1pots/get/parameters') as Parameter[];
    const [cursor, limit] = ['cursor', 'limit'].map((wanted) => parameters.find(({ name }) => name === wanted));
    expect(limit).toMatchObject({
      required: false,
      schema: { type: 'integer', default: 50, minimum: 1, maximum: 200 },
    });
    expect(cursor).toMatchObject({
      required: false,
      schema: { type: 'string' },
      description: expect.stringContaining('nextCursor'),
    });
  });

  it('says that a command may wait for a second person, and a read may not', () => {
    expect(at(`${take}/responses/202/content/application~1json/schema`)).toEqual({
      $ref: '#/components/schemas/Approval',
    });
    expect(at('/paths/~1v1~1pots~1{potId}/get/responses')).not.toHaveProperty('202');
  });

  it('documents every problem of a route under its status', () => {
    const codesOf = (status: number): unknown =>
      at(`${take}/responses/${status}/content/application~1problem+json/schema/allOf/1/properties/code/enum`);
    expect(codesOf(422)).toEqual(['check_refused', 'idempotency_key_reused', 'pot_empty']);
    expect(codesOf(401)).toEqual(['key_expired', 'key_revoked', 'session_ended', 'token_over', 'unauthenticated']);
    expect(at(`${take}/responses/422/description`)).toContain('`pot_empty`: The pot holds too little.');
    expect(codesOf(400)).toContain('idempotency_key_required');
    expect(codesOf(503)).toContain('outcome_unknown');
    expect(at('/paths/~1v1~1slow/get/responses')).not.toHaveProperty('401');
  });

  it('documents files', () => {
    const upload = '/paths/~1v1~1files/post';
    expect(Object.keys(at(`${upload}/requestBody/content`) as object)).toEqual(['text/csv']);
    expect(Object.keys(at(`${upload}/responses/200/content`) as object)).toEqual(['text/csv']);
  });

  it('cannot be written when a route names a problem of nobody', () => {
    const [first] = demoRoutes;
    expect(() => write([{ ...(first as Route), problems: ['no_such_problem'] }])).toThrow(
      /no_such_problem, which is in no table/,
    );
  });

  it.each<[string, z.ZodType, z.ZodType]>([
    ['fields', z.object({ a: z.string() }).meta({ id: 'Twice' }), z.object({ a: z.number() }).meta({ id: 'Twice' })],
    [
      'fields further in',
      z.array(z.object({ b: z.string() }).meta({ id: 'Inside' })),
      z.array(z.object({ b: z.int() }).meta({ id: 'Inside' })),
    ],
  ])('cannot be written when one id names two shapes of %s', (_, one, other) => {
    const routeOf = (schema: z.ZodType, operationId: string) =>
      defineRoute({
        ...(demoRoutes[1] as Route),
        path: `/v1/${operationId}`,
        operationId,
        request: {},
        responses: { 200: { description: '', schema } },
        handle: async () => ({ status: 200 }),
      });
    expect(() => write([routeOf(one, 'one'), routeOf(one, 'again')])).not.toThrow();
    expect(() => write([routeOf(one, 'one'), routeOf(other, 'other')])).toThrow(/names two different shapes/);
  });

  it('cannot be written when a default makes a shared shape differ for sender and receiver', () => {
    const shared = z.strictObject({ a: z.string().default('x') }).meta({ id: 'WithDefault' });
    const route = defineRoute({
      ...(demoRoutes[2] as Route),
      path: '/v1/both',
      request: { body: shared },
      responses: { 200: { description: '', schema: shared } },
      handle: async () => ({ status: 200 }),
    });
    expect(() => write([route])).toThrow(/WithDefault names two different shapes/);
  });
});
