import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long, and for how many bytes, a sender is listened to after it has been refused. */
export type DiscardLimits = { readonly discardBytesMax: number; readonly discardTimeoutMs: number };

/**
 * Reads on, and throws away, what a refused sender is still writing. Closed at once, a connection with unread bytes is reset by the kernel
 * (RFC 9112 §9.6), and the reset takes the answer with it: the sender would see a broken pipe and never learn why. Whoever sends more than the
 * limits, or too slowly, is cut off all the same.
 * Called before the answer is sent.
 */
export const discardBody = (
  request: IncomingMessage,
  response: ServerResponse,
  { discardBytesMax, discardTimeoutMs }: DiscardLimits,
): void => {
  if (request.complete) return;
  const { socket } = request;
  // Node would close as soon as the answer is out if the sender asked for it; that is done here, once the body is over.
  const isToClose = !response.shouldKeepAlive;
  response.shouldKeepAlive = true;
  let left = discardBytesMax;
  const timer = setTimeout(() => socket.destroy(), discardTimeoutMs);
  request.on('data', (bytes: Buffer) => {
    left -= bytes.length;
    if (left < 0) socket.destroy();
  });
  request.once('end', () => {
    if (!isToClose) return;
    if (response.writableFinished) socket.end();
    else response.once('finish', () => socket.end());
  });
  const stop = (): void => clearTimeout(timer);
  request.once('end', stop);
  socket.once('close', stop);
};
