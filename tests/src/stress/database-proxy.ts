import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type CommitFinder, commitFinder, isCommitted } from './commit-finder.ts';

/**
 * When a connection is cut around a COMMIT: before PostgreSQL sees it, when it was sent and nobody waits for what becomes of it, or when
 * PostgreSQL has committed and its answer has not passed.
 */
export type CutMoment = 'before' | 'sent' | 'answered';

/** Stands between the bank and PostgreSQL and cuts the line between them. */
export interface DatabaseProxy {
  readonly port: number;
  /** Cuts every connection; gives back how many there were. */
  cutAll(): number;
  /** Refuses new connections until told otherwise. */
  refuse(isRefusing: boolean): void;
  /** Cuts the next connection that commits a batch of commands; resolves when that has happened. */
  cutNextCommit(moment: CutMoment): Promise<void>;
  close(): Promise<void>;
}

interface Armed {
  readonly moment: CutMoment;
  readonly onCut: () => void;
}

/** Listens on a free port of the loopback address and passes everything on to the socket in `socketFolder`. */
export const startDatabaseProxy = async (socketFolder: string): Promise<DatabaseProxy> => {
  const lines = new Set<() => void>();
  const armed: Armed[] = [];
  let isRefusing = false;
  const server = createServer((bank) => {
    if (isRefusing) return void bank.destroy();
    const cut = passThrough(bank, connect(join(socketFolder, '.s.PGSQL.5432')), () => armed.shift());
    lines.add(cut);
    bank.once('close', () => lines.delete(cut));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cutAll = (): number => {
    const count = lines.size;
    for (const cut of lines) cut();
    return count;
  };
  return {
    port: (server.address() as AddressInfo).port,
    cutAll,
    refuse: (wanted) => {
      isRefusing = wanted;
    },
    cutNextCommit: (moment) => new Promise((resolve) => armed.push({ moment, onCut: resolve })),
    close: async () => {
      server.close();
      cutAll();
      await once(server, 'close');
    },
  };
};

/** Joins the two ends; gives back how to cut them apart. */
const passThrough = (bank: Socket, postgres: Socket, take: () => Armed | undefined): (() => void) => {
  const cut = (): void => {
    bank.destroy();
    postgres.destroy();
  };
  const finder = commitFinder();
  let awaited: Armed | undefined;
  bank.on('data', (chunk) => {
    if (awaited !== undefined) return;
    awaited = forward({ finder, chunk, postgres, take });
    if (awaited === undefined || awaited.moment === 'answered') return;
    awaited.onCut();
    bank.destroy();
    // What was sent still arrives; PostgreSQL then finds nobody at the other end.
    postgres.end();
  });
  let tail = Buffer.alloc(0);
  postgres.on('data', (chunk) => {
    if (awaited === undefined) return void bank.write(chunk);
    tail = Buffer.concat([tail.subarray(-32), chunk]);
    if (awaited.moment !== 'answered' || !isCommitted(tail)) return;
    awaited.onCut();
    cut();
  });
  for (const end of [bank, postgres]) {
    end.setNoDelay(true);
    // An end that is gone takes the other with it: this is a line, and it has been cut.
    end.on('error', cut).on('close', cut);
  }
  return cut;
};

/** Passes on whole messages, up to the COMMIT at which the line shall be cut. */
const forward = ({
  finder,
  chunk,
  postgres,
  take,
}: {
  readonly finder: CommitFinder;
  readonly chunk: Buffer;
  readonly postgres: Socket;
  readonly take: () => Armed | undefined;
}): Armed | undefined => {
  const { messages, commitAt } = finder.read(chunk);
  const armed = commitAt === undefined ? undefined : take();
  postgres.write(armed?.moment === 'before' ? messages.subarray(0, commitAt) : messages);
  return armed;
};
