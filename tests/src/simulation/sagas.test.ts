import { describe, expect, it } from 'vitest';
import { liveSagas } from './saga-life.ts';

// SAGA_SEEDS=n looks longer.
const seeds = Array.from({ length: Number(process.env['SAGA_SEEDS'] ?? 60) }, (_, index) => index + 1);

/** Places of a life where a process must have died at least once among all seeds, or the proof is about something else. */
const places = [
  'before a read',
  'before saga.RecordAttempt',
  'before saga.Start',
  'before simulation.Count',
  'before the claim',
  'after the claim',
  'before the release',
  'after the release',
  'after SagaStepIntended',
  'after SagaStepWaiting',
  'after SagaEnded',
  'with a request on its way',
  'with an answer on its way',
  'with a question on its way',
];

describe('sagas whose processes die between any two steps', () => {
  it('end once each, and what they did is done or taken back to the last piece', async () => {
    const deaths = new Set<string>();
    const outcomes = new Set<string>();
    for (const seed of seeds) {
      const life = await liveSagas(seed);
      expect(life.problems, `seed ${seed}`).toEqual([]);
      for (const where of life.deaths) deaths.add(where);
      for (const outcome of life.outcomes) outcomes.add(outcome);
    }
    expect([...outcomes].sort()).toEqual(['completed', 'undone']);
    expect(places.filter((place) => !deaths.has(place))).toEqual([]);
  });

  it('live the same life again under the same seed', async () => {
    const life = await liveSagas(7);
    expect(await liveSagas(7)).toEqual(life);
    expect(await liveSagas(8)).not.toEqual(life);
  });
});
