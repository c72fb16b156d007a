const baseMs = 200;
const capMs = 10_000;
/** Whoever asks for more patience than this is told of, not waited for. */
const patienceMs = 60_000;

/** Statuses that say: not now. Everything else is an answer. */
export const isPassing = (status: number): boolean =>
  status === 429 || status === 502 || status === 503 || status === 504;

/**
 * Milliseconds until the next attempt: what the server asks for, else somewhere between nothing and a bound that doubles (full jitter), so that
 * clients which failed together do not come back together. Undefined where waiting is pointless.
 * @param attempts how often it was tried
 * @param random between 0 and 1
 */
export const waitMs = (attempts: number, retryAfterMs: number | undefined, random: number): number | undefined => {
  const spread = random * Math.min(capMs, baseMs * 2 ** (attempts - 1));
  if (retryAfterMs === undefined) return spread;
  return retryAfterMs > patienceMs ? undefined : retryAfterMs + spread;
};

/** Milliseconds of a `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. */
export const retryAfterOf = (header: string | null, nowMs: number): number | undefined => {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
};

/** Waits, unless it is ended before. @throws the signal's reason */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      // The reason is the caller's own, whatever it is.
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
