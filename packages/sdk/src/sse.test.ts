import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvents, type StreamEvent } from './sse.ts';

const streamOf = (chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

const read = async (chunks: readonly Uint8Array[]): Promise<{ events: StreamEvent[]; lines: number }> => {
  let lines = 0;
  const events: StreamEvent[] = [];
  for await (const event of readEvents(streamOf(chunks), () => lines++)) events.push(event);
  return { events, lines };
};

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('Server-Sent Events (WHATWG HTML §9.2)', () => {
  test('have a kind, an id that stays, and data of several lines', async () => {
    const text =
      ': hello\nretry: 1000\nid: 1\nevent: begun\ndata: {}\n\nevent:\ndata:a\ndata:  b\n\nevent: none\n\nid\ndata\n\ndata: never ended';
    expect((await read([bytesOf(text)])).events).toEqual([
      { id: '1', event: 'begun', data: '{}' },
      { id: '1', event: 'message', data: 'a\n b' },
      { id: '', event: 'message', data: '' },
    ]);
  });

  test('an id with U+0000 is none', async () => {
    expect((await read([bytesOf('id: a\0\ndata: x\n\n')])).events).toEqual([
      { id: undefined, event: 'message', data: 'x' },
    ]);
  });

  test('comments are heard as signs of life', async () => {
    expect(await read([bytesOf(': still here\n\n')])).toEqual({ events: [], lines: 2 });
  });

  test('are the same wherever the network cuts them, in letters of several bytes and in ends of lines too', async () => {
    const wanted = [
      { id: '7', event: 'message', data: 'Žofie\n€ 10' },
      { id: '8', event: 'b', data: '🏦' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(80)), async (end, cuts) => {
        const lines = ['id: 7', 'data: Žofie', 'data: € 10', '', 'id: 8', 'event: b', 'data: 🏦', '', ': end', ''];
        const bytes = bytesOf(lines.join(end));
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((to, index) => bytes.slice(at[index], to));
        expect((await read(chunks)).events).toEqual(wanted);
      }),
    );
  });

  test('whoever stops reading lets go of the connection', async () => {
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytesOf('data: x\n\n')),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const { data } of readEvents(endless, () => undefined)) {
      expect(data).toBe('x');
      break;
    }
    expect(isCancelled).toBe(true);
  });
});
