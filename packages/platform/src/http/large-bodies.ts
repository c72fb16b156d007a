import type { IncomingHttpHeaders } from 'node:http';

/** A place for one large body, given back once its memory is: when the work on it is over, whatever became of the connection. */
export interface LargeBodyPlace {
  /** Somebody works on the body; the end of the connection no longer gives the place back, only `leave` does. */
  work(): void;
  leave(): void;
  /** The connection is over; gives the place back unless somebody works on the body. */
  abandon(): void;
}

/** Places for bodies over the usual limit. Each holds a good part of the process's memory, so that there are few, and whoever finds none comes again. */
export interface LargeBodies {
  /** Undefined where all places are taken. */
  enter(): LargeBodyPlace | undefined;
}

/** @param places how many large bodies may be in hand at once */
export const createLargeBodies = (places: number): LargeBodies => {
  let taken = 0;
  return {
    enter: () => {
      if (taken >= places) return undefined;
      taken += 1;
      let [isHeld, isWorkedOn] = [true, false];
      const leave = (): void => {
        if (isHeld) taken -= 1;
        isHeld = false;
      };
      return {
        work: () => {
          isWorkedOn = true;
        },
        leave,
        abandon: () => {
          if (!isWorkedOn) leave();
        },
      };
    },
  };
};

/** Whether a body may be larger than usual: it says so, or does not say how large it is. */
export const mayBeLarge = (headers: IncomingHttpHeaders, bytesUsual: number): boolean => {
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > bytesUsual;
};
