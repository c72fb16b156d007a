import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { createWaitingLine } from './waiting-line.ts';

/** What waits to be sent to one client. No fact in it is ever left out: a client that does not take it is closed. */
export interface Outbox {
  send(frame: Buffer): void;
  /** Sends what takes the place of whatever was sent under the same key and still waits. */
  sendLatest(key: string, frame: Buffer): void;
  /** Until it has taken most of what was sent. */
  drained(): Promise<void>;
  /** Bytes that wait. */
  readonly waiting: number;
  close(): void;
}

/** Bytes handed to the socket before the rest waits here. */
const socketBytesMax = 65_536;

/** Its frames leave in order; those of one turn of the loop leave together. */
export const createOutbox = ({
  webSocket,
  socket,
  bytesMax,
  onOverflow,
}: {
  readonly webSocket: WebSocket;
  /** What the WebSocket stands on. */
  readonly socket: Duplex;
  readonly bytesMax: number;
  readonly onOverflow: () => void;
}): Outbox => {
  const line = createWaitingLine<Buffer>();
  let isCorked = false;
  let isClosed = false;
  let waiters: (() => void)[] = [];

  const write = (frame: Buffer): void => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      process.nextTick(() => {
        isCorked = false;
        socket.uncork();
      });
    }
    webSocket.send(frame, { binary: false });
  };
  const wakeWaiters = (): void => {
    const its = waiters;
    waiters = [];
    for (const wake of its) wake();
  };
  const hasRoom = (): boolean => socket.writableLength < socketBytesMax;
  const pump = (): void => {
    line.take(hasRoom, write);
    if (line.isEmpty) wakeWaiters();
  };
  socket.on('drain', pump);

  const push = (frame: Buffer, key?: string): void => {
    if (isClosed) return;
    if (line.isEmpty && hasRoom()) return write(frame);
    line.push(frame, frame.length, key);
    if (line.size > bytesMax) onOverflow();
  };

  return {
    send: (frame) => push(frame),
    sendLatest: (key, frame) => push(frame, key),
    drained: () => (line.isEmpty || isClosed ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    get waiting() {
      return line.size + socket.writableLength;
    },
    close: () => {
      isClosed = true;
      line.clear();
      socket.off('drain', pump);
      wakeWaiters();
    },
  };
};
