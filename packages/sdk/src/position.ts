/** The newest place of the log this client has been told of. */
export interface KnownPosition {
  newest(): string | undefined;
  /** Learns of a position; one that is older than what is known is passed over. */
  learn(position: string | null | undefined): void;
  /** The log is another one, restored from before: what was known means nothing there. */
  forget(position: string): void;
}

/** Knows nothing at first. */
export const createKnownPosition = (): KnownPosition => {
  let known: string | undefined;
  return {
    newest: () => known,
    learn: (position) => {
      if (position !== null && position !== undefined && !isOlder(position, known)) known = position;
    },
    forget: (position) => {
      if (known === position) known = undefined;
    },
  };
};

/**
 * Positions are opaque and only handed back. But answers of requests that ran at once come in any order, and the last to come is not always the
 * newest, so what today's server writes is looked into: `epoch:seq` in base64url. Of any other form the last one counts.
 */
const isOlder = (position: string, known: string | undefined): boolean => {
  const [a, b] = [placeOf(position), known === undefined ? undefined : placeOf(known)];
  return a !== undefined && b !== undefined && a.epoch === b.epoch && a.seq < b.seq;
};

const placeOf = (position: string): { readonly epoch: string; readonly seq: bigint } | undefined => {
  try {
    const [, epoch, seq] = /^([^:]+):(\d+)$/.exec(atob(position.replaceAll('-', '+').replaceAll('_', '/'))) ?? [];
    return epoch === undefined || seq === undefined ? undefined : { epoch, seq: BigInt(seq) };
  } catch {
    // Not base64: a form we do not know.
    return undefined;
  }
};
