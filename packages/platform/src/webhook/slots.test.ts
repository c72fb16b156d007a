import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

const endpoint = { tenantId: 't', endpointId: 'e' };
const roomOf = (slots: ReturnType<typeof createSlots>) => slots.room().byEndpoint[0]?.room;

it('an endpoint has eight slots at first, more as it takes, one once it does not', () => {
  const slots = createSlots(1_000);
  expect(slots.room()).toEqual({ usual: 8, total: 1_000, byEndpoint: [] });
  for (let number = 0; number < 100; number++) slots.settle(endpoint, true);
  expect(roomOf(slots)).toBe(64);
  slots.settle(endpoint, false);
  expect(roomOf(slots)).toBe(1);
  slots.settle(endpoint, true);
  expect(roomOf(slots)).toBe(2);
});

it('what is under way takes room, of the endpoint and in all, until it is over', async () => {
  const slots = createSlots(10);
  let end = (): void => undefined;
  slots.track([endpoint, endpoint, endpoint], new Promise<void>((resolve) => (end = resolve)));
  expect([roomOf(slots), slots.room().total]).toEqual([5, 7]);
  end();
  await slots.idle();
  expect([roomOf(slots), slots.room().total]).toEqual([8, 10]);
});
