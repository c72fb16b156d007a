import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';

/** When the line to the server breaks: with COMMIT still on this side, or with the server's answer to it on the way back. */
export type CutMoment = 'before_commit' | 'after_commit';

/** A line to PostgreSQL that can be cut at the worst moment. */
export interface CuttableLine {
  readonly connection: ConnectionSettings;
  /** Cuts at the next COMMIT that passes, once. */
  cutNext(moment: CutMoment): void;
  readonly cuts: number;
  close(): Promise<void>;
}

/** A line of one's own through a unix socket in a temporary folder. */
export const cuttableLine = async (settings: ConnectionSettings): Promise<CuttableLine> => {
  const folder = mkdtempSync(join(tmpdir(), 'line-'));
  const name = `.s.PGSQL.${settings.port}`;
  const open = new Set<Socket>();
  const state: { armed: CutMoment | undefined; cuts: number } = { armed: undefined, cuts: 0 };

  const server = createServer((client) => {
    const upstream = connect(join(settings.host, name));
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    let isDeaf = false;
    const hangUp = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (data) => {
      const moment = data.includes('commit\0') ? state.armed : undefined;
      if (moment !== undefined) {
        state.armed = undefined;
        state.cuts += 1;
      }
      if (moment === 'before_commit') return hangUp();
      isDeaf ||= moment === 'after_commit';
      upstream.write(data);
    });
    // The server has committed once it answers; nobody on this side hears it.
    upstream.on('data', (data) => (isDeaf ? hangUp() : client.write(data)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(join(folder, name), resolve));
  return {
    connection: { ...settings, host: folder },
    cutNext: (moment) => (state.armed = moment),
    get cuts() {
      return state.cuts;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
