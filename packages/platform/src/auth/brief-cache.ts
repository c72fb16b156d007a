/** Answers kept for a moment, so that a busy caller costs one lookup a second instead of one a request. */
export interface BriefCache<Value> {
  get(key: string): Promise<Value>;
}

/** How a brief cache is made. */
export interface BriefCacheOptions<Value> {
  readonly load: (key: string) => Promise<Value>;
  /** How old an answer may be when it is given; counted from before the question was asked. */
  readonly ageMaxMs: number;
  /** The oldest entry goes when there are more. */
  readonly entriesMax: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface Entry<Value> {
  readonly askedAtMs: number;
  readonly value: Promise<Value>;
}

/** A cache whose answers are at most `ageMaxMs` old; callers that ask together share one lookup, and a failed lookup is not kept. */
export const briefCache = <Value>({
  load,
  ageMaxMs,
  entriesMax,
  now = () => performance.now(),
}: BriefCacheOptions<Value>): BriefCache<Value> => {
  const entries = new Map<string, Entry<Value>>();
  return {
    get: (key) => {
      const known = entries.get(key);
      const askedAtMs = now();
      if (known !== undefined && askedAtMs - known.askedAtMs < ageMaxMs) return known.value;
      const entry: Entry<Value> = { askedAtMs, value: load(key) };
      entry.value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      // A Map keeps the order of insertion, and every entry is as old as its place in it.
      entries.delete(key);
      entries.set(key, entry);
      if (entries.size > entriesMax) entries.delete(entries.keys().next().value ?? key);
      return entry.value;
    },
  };
};
