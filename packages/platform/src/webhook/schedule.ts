/** Waits before each further attempt: at 0 s, then 5 s, 1 min, 5 min, 30 min, 2 h, 6 h, 12 h and 24 h after the one before. */
export const waitsMs: readonly number[] = [5, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400].map((s) => s * 1_000);

const waitMsMax = 86_400_000;

/** Failures in a row after which an endpoint is left alone for a while. */
const failuresToOpen = 5;
const openMs = 30_000;
const openMsMax = 900_000;

/** How long nothing may be taken before an endpoint is given up. */
export const givenUpAfterMs = 3 * 24 * 3_600_000;

// Messages that failed together do not come back together.
const jittered = (ms: number, random: () => number): number => Math.round(ms * (0.9 + 0.2 * random()));

/**
 * How long to wait for the next attempt; undefined when there is none.
 * @param attempts those made
 * @param askedMs how long the receiver asks to be left alone; at most a day
 */
export const waitAfter = (attempts: number, random: () => number, askedMs = 0): number | undefined => {
  const ms = waitsMs[attempts - 1];
  return ms === undefined ? undefined : Math.max(jittered(ms, random), Math.min(askedMs, waitMsMax));
};

/** For how long an endpoint is left alone after so many failures in a row; undefined while it is not yet. */
export const openAfter = (failures: number, random: () => number): number | undefined =>
  failures < failuresToOpen
    ? undefined
    : jittered(Math.min(openMsMax, openMs * 2 ** Math.min(failures - failuresToOpen, 10)), random);
