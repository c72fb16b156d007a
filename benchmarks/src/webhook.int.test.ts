import { describe, expect, it } from 'vitest';
import { deliver } from './webhook.ts';

describe('the benchmark of webhooks', () => {
  it('finds every message of its bookings at each endpoint that lives', async () => {
    const notes: string[] = [];
    const { cells, failures } = await deliver({ warmUpMs: 50, runMs: 100 }, (note) => notes.push(note));
    expect(notes).toEqual(['6 bookings, 114 messages taken, 0 of them repeated']);
    expect(failures).toEqual([]);
    expect(cells['deliver']).toMatchObject({ endpoints: 20, dead: 1, repeats: 0 });
  });
});
