/** Work that is done again and again until it is stopped; what it is doing then is finished first. */
export interface Rounds {
  close(): Promise<void>;
}

/** How rounds are made. */
export interface RoundsOptions {
  /** Pause between the end of one round and the beginning of the next. */
  readonly everyMs: number;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Does the work at once, and again after each pause. A round that fails is told of and costs no other one. */
export const startRounds = (
  work: (isClosed: () => boolean) => Promise<unknown>,
  { everyMs, onError }: RoundsOptions,
): Rounds => {
  let isClosed = false;
  let wake: (() => void) | undefined;
  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async (): Promise<void> => {
    while (!isClosed) {
      await work(() => isClosed).catch((error: unknown) => onError?.(error));
      if (!isClosed) await sleep();
    }
  };
  const running = loop();
  return {
    close: async () => {
      isClosed = true;
      wake?.();
      await running;
    },
  };
};
