import { describe, expect, it } from 'vitest';
import { type Breakage, runEpisode } from './episode.ts';
import { always, failedOnce } from './seeds.ts';

/** The first seed whose episode the auditor finds fault with. */
const caughtBy = async (breakage: Breakage, seedsMax: number): Promise<number | undefined> => {
  for (let seed = 1; seed <= seedsMax; seed++) {
    // A broken product may also stand still, which is a fault like any other.
    const isSound = await runEpisode(seed, 60, breakage).then(
      ({ problems }) => problems.length === 0,
      () => false,
    );
    if (!isSound) return seed;
  }
  return undefined;
};

describe('a simulated bank', () => {
  for (const seed of always)
    it(`keeps every promise in the life of seed ${seed}`, async () => {
      const { problems, accepted, refused } = await runEpisode(seed, 100);
      expect(problems).toEqual([]);
      expect(accepted).toBeGreaterThan(20);
      expect(refused).toBeGreaterThan(10);
    });

  for (const { seed, steps, found } of failedOnce)
    it(`never again: ${found} (seed ${seed})`, async () => {
      expect((await runEpisode(seed, steps)).problems).toEqual([]);
    });

  it('lives the same life for the same seed', async () => {
    const [first, again, other] = [await runEpisode(7, 40), await runEpisode(7, 40), await runEpisode(8, 40)];
    expect(again).toEqual(first);
    expect(other.history).not.toBe(first.history);
  });
});

describe('the auditor', () => {
  it('notices a database that does not look whether the log has moved', async () => {
    expect(await caughtBy({ sabotage: { skipsHeadCheck: true } }, 10)).toBeDefined();
  });

  it('notices deltas of house accounts that are added twice', async () => {
    expect(await caughtBy({ sabotage: { appliesDeltasTwice: true } }, 1)).toBe(1);
  });

  it('notices balances that forget to release a voided hold', async () => {
    const forgetful: Breakage['breakBalances'] = (table) => ({
      ...table,
      fold: (rows, event) => {
        if (event.type !== 'HoldVoided') table.fold(rows, event);
      },
    });
    expect(await caughtBy({ breakBalances: forgetful }, 10)).toBeDefined();
  });

  it('notices a log in which one event was changed', async () => {
    expect(await caughtBy({ sabotage: { changesAnEvent: true } }, 1)).toBe(1);
  });
});
