import { connect, type Socket } from 'node:net';

// A process that opens many connections and says half a request, or shakes hands and then says nothing; so that its file descriptors are not
// the tested one's. It says how many are open, and stays until it is killed.
const [port = '', count = '', kind = ''] = process.argv.slice(2);
const said: Readonly<Record<string, string>> = {
  half: 'GET /app/x?protocol=7 HTTP/1.1\r\nHost: bank\r\n',
  shaken: `GET /app/${process.argv[5] ?? ''}?protocol=7 HTTP/1.1\r\nHost: bank\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
};
const open = (): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(said[kind] ?? '');
      resolve(socket);
    });
    socket.on('error', () => resolve(undefined));
    socket.resume();
  });
let opened = 0;
for (let at = 0; at < Number(count); at += 500) {
  const some = await Promise.all(Array.from({ length: Math.min(500, Number(count) - at) }, open));
  opened += some.filter((socket) => socket !== undefined).length;
}
process.stdout.write(`${opened}\n`);
setInterval(() => undefined, 60_000);
