import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createOutbox } from './outbox.ts';

/** A socket whose other end takes only when it is told to. */
const slowSocket = () => {
  const taken: string[] = [];
  let take: (() => void) | undefined;
  const socket = new Duplex({
    read: () => undefined,
    writableHighWaterMark: 16_384,
    write: (chunk: Buffer, _, done) => {
      take = () => {
        taken.push(chunk.toString());
        done();
      };
    },
  });
  const webSocket = { send: (frame: Buffer) => void socket.write(frame) } as unknown as WebSocket;
  const takeAll = async (): Promise<void> => {
    while (take !== undefined) {
      const its = take;
      take = undefined;
      its();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { socket, webSocket, taken, takeAll };
};
const kilobytes = (name: string, count: number): Buffer => Buffer.from(name.padEnd(count * 1_024, '.'));

describe('what waits for a client', () => {
  it('is sent in order when the client takes it, and nothing of it is left out', async () => {
    const { socket, webSocket, taken, takeAll } = slowSocket();
    const outbox = createOutbox({ webSocket, socket, bytesMax: 1_048_576, onOverflow: () => expect.unreachable() });
    for (let number = 0; number < 50; number++) outbox.send(kilobytes(`${number} `, 10));
    expect(outbox.waiting).toBeGreaterThan(400_000);
    let isDrained = false;
    const drained = outbox.drained().then(() => {
      isDrained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    await takeAll();
    await drained;
    expect(taken.map((text) => Number(text.split(' ')[0]))).toEqual(Array.from({ length: 50 }, (_, number) => number));
    expect(outbox.waiting).toBe(0);
  });

  it('is replaced where only the newest matters, behind the facts that came meanwhile', async () => {
    const { socket, webSocket, taken, takeAll } = slowSocket();
    const outbox = createOutbox({ webSocket, socket, bytesMax: 200_000, onOverflow: () => expect.unreachable() });
    for (let number = 0; number < 10; number++) outbox.send(kilobytes(`before${number} `, 10));
    for (let number = 0; number < 1_000; number++) {
      outbox.sendLatest('a', kilobytes(`a${number} `, 10));
      if (number % 500 === 0) outbox.sendLatest('b', kilobytes(`b${number} `, 10));
      if (number === 700) outbox.send(kilobytes('fact ', 10));
    }
    await new Promise((resolve) => setImmediate(resolve));
    await takeAll();
    const names = taken.map((text) => text.split(' ')[0] ?? '');
    expect(names.slice(-3)).toEqual(['b500', 'fact', 'a999']);
    expect(names.filter((name) => name.startsWith('before'))).toHaveLength(10);
    expect(names).toHaveLength(13);
    expect(outbox.waiting).toBe(0);
    outbox.sendLatest('a', kilobytes('a1000 ', 1));
    await new Promise((resolve) => setImmediate(resolve));
    await takeAll();
    expect(taken.at(-1)).toMatch(/^a1000 /);
  });

  it('has a bound, at which somebody is told; afterwards nothing is kept', () => {
    const { socket, webSocket } = slowSocket();
    let overflows = 0;
    const outbox = createOutbox({
      webSocket,
      socket,
      bytesMax: 100_000,
      onOverflow: () => {
        overflows++;
        outbox.close();
      },
    });
    for (let number = 0; number < 50; number++) outbox.send(kilobytes(`${number} `, 10));
    expect(overflows).toBe(1);
    expect(outbox.waiting).toBe(socket.writableLength);
  });

  it('lets nobody wait for a client that is gone', async () => {
    const { socket, webSocket } = slowSocket();
    const outbox = createOutbox({ webSocket, socket, bytesMax: 1_048_576, onOverflow: () => expect.unreachable() });
    for (let number = 0; number < 20; number++) outbox.send(kilobytes(`${number} `, 10));
    const drained = outbox.drained();
    outbox.close();
    await drained;
    await outbox.drained();
  });
});
