import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { positionsOf } from '../event-store/position.ts';
import { type ApiRequest, defineRoute, type Route, readRoute } from '../http/route.ts';
import { readingOwnWrites } from './read-your-writes.ts';

const positions = positionsOf('epoch');
const waited: bigint[] = [];
let foldedTo = 100n;

const own = {
  positions: () => positions,
  head: async () => 7n,
  reach: async ({ seq }: { readonly seq: bigint }) => {
    waited.push(seq);
    return seq <= foldedTo;
  },
};

const balances = defineRoute({
  ...readRoute,
  path: '/balances',
  operationId: 'balances',
  summary: 'Balances',
  tag: 'Test',
  permission: 'test',
  request: { query: z.strictObject({ at: z.string().optional() }) },
  responses: { 200: { description: 'Balances.' } },
  problems: [],
  isOfWholeLog: ({ query }) => query.at !== undefined,
  handle: async () => ({ status: 200 }),
});

const ask = async (query: { readonly at?: string }, position?: string): Promise<void> => {
  const [route] = readingOwnWrites([balances], own) as [Route];
  await route.handle({ tenantId: 't', query, ...(position === undefined ? {} : { position }) } as ApiRequest);
};

beforeEach(() => {
  waited.length = 0;
  foldedTo = 100n;
});

describe('a read', () => {
  it('waits for nothing unless asked to', async () => {
    await ask({});
    expect(waited).toEqual([]);
  });

  it('waits for the position it is sent', async () => {
    await ask({}, positions.encode(3n));
    expect(waited).toEqual([3n]);
  });

  it('of a past that is over waits for all that was written before it was asked, whatever it is sent', async () => {
    await ask({ at: 'then' });
    await ask({ at: 'then' }, positions.encode(3n));
    expect(waited).toEqual([7n, 3n, 7n]);
  });

  it('whose views stay behind says so instead of answering', async () => {
    foldedTo = 6n;
    await expect(ask({ at: 'then' })).rejects.toMatchObject({ code: 'view_behind' });
  });

  it('from a position of another log names the header', async () => {
    await expect(ask({}, 'elsewhere')).rejects.toMatchObject({
      code: 'position_unknown',
      extras: { errors: [{ field: '/headers/finaegis-position' }] },
    });
  });
});
