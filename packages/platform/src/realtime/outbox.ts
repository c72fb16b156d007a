import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** What waits to be sent to one client. Nothing in it is ever left out: a client that does not take it is closed. */
export interface Outbox {
  send(frame: Buffer): void;
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
  let queue: Buffer[] = [];
  let bytes = 0;
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
  const pump = (): void => {
    let sent = 0;
    for (const frame of queue) {
      if (socket.writableLength >= socketBytesMax) break;
      sent++;
      bytes -= frame.length;
      write(frame);
    }
    queue = sent === queue.length ? [] : queue.slice(sent);
    if (queue.length === 0) wakeWaiters();
  };
  socket.on('drain', pump);

  return {
    send: (frame) => {
      if (isClosed) return;
      if (queue.length === 0 && socket.writableLength < socketBytesMax) return write(frame);
      queue.push(frame);
      bytes += frame.length;
      if (bytes > bytesMax) onOverflow();
    },
    drained: () =>
      queue.length === 0 || isClosed ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve)),
    get waiting() {
      return bytes + socket.writableLength;
    },
    close: () => {
      isClosed = true;
      queue = [];
      bytes = 0;
      socket.off('drain', pump);
      wakeWaiters();
    },
  };
};
