import { createServer } from 'node:net';

/**
 * The first port nobody listens on, from the one wanted on: a second start in the same folder then runs beside the first one.
 * @throws Error when none of `tries` ports is free
 */
export const freePort = async ({
  host,
  port,
  tries,
}: {
  readonly host: string;
  readonly port: number;
  readonly tries: number;
}): Promise<number> => {
  for (let candidate = port; candidate < port + tries; candidate++) if (await isFree(host, candidate)) return candidate;
  throw new Error(`Every port from ${port} to ${port + tries - 1} is taken; set PORT.`);
};

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
