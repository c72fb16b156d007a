/** What a loop in the background sleeps by: it can be woken before its time, and ended for good. */
export interface Alarm {
  readonly isOver: boolean;
  /** Until the time is over or somebody rings, also when that was since the last sleep. */
  sleep(ms: number): Promise<void>;
  /** The same, for nobody but the end. */
  pause(ms: number): Promise<void>;
  ring(): void;
  end(): void;
}

/** An alarm for one sleeper. */
export const createAlarm = (): Alarm => {
  let isOver = false;
  let isRung = false;
  let interrupt: (() => void) | undefined;
  const wait = (ms: number, isDeaf: boolean): Promise<void> =>
    new Promise((resolve) => {
      if (isOver || (isRung && !isDeaf)) return resolve();
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        if (isDeaf && !isOver) return;
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    get isOver() {
      return isOver;
    },
    sleep: async (ms) => {
      await wait(ms, false);
      isRung = false;
    },
    pause: (ms) => wait(ms, true),
    ring: () => {
      isRung = true;
      interrupt?.();
    },
    end: () => {
      isOver = true;
      interrupt?.();
    },
  };
};
