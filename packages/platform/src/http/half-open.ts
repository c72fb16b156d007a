import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Keeps connections that have asked for nothing yet from shutting the others out: beyond `most` of them the one that has been silent longest is
 * cut off. Within that, each has its time for the headers of a request. `asked` is to be told of those that asked for another protocol.
 */
export const boundHalfOpen = (server: Server, most: number): { asked(socket: Duplex): void } => {
  // In the order in which they came.
  const silent = new Set<Duplex>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
    if (silent.size <= most) return;
    const [oldest] = silent;
    if (oldest === undefined) return;
    silent.delete(oldest);
    oldest.destroy();
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  // Nobody may listen for upgrades here: a server that has such a listener leaves them all to it.
  return { asked: (socket) => void silent.delete(socket) };
};
