import { expect, test } from 'vitest';
import { answerEventStream, type Said } from './event-stream.ts';

const settings = { lookEveryMs: 2, silenceMaxMs: 6, lifeMaxMs: 10_000 };
const one = { id: '1', data: { done: 1 }, isLast: false };
const two = { id: '2', data: { done: 2 }, isLast: false };
const end = { id: '3', data: { done: 3 }, isLast: true };
const looking = (...said: readonly Said[]): (() => Promise<Said>) => {
  const left = [...said];
  return async () => (left.length > 1 ? (left.shift() as Said) : (left[0] as Said));
};
const open = (
  look: () => Promise<Said | undefined>,
  lastId?: string,
  draining?: AbortSignal,
  more: Partial<typeof settings> = {},
) =>
  answerEventStream(
    {
      headers: lastId === undefined ? {} : { 'last-event-id': lastId },
      signal: new AbortController().signal,
      ...(draining === undefined ? {} : { draining }),
    },
    look,
    { ...settings, ...more },
  );
const textOf = async (answer: Awaited<ReturnType<typeof open>>): Promise<string> => {
  let text = '';
  for await (const part of answer.body as AsyncIterable<string>) text += part;
  return text;
};
const told = (text: string): readonly string[] =>
  Array.from(text.matchAll(/^event: (\w+)$/gm), ([, name]) => name ?? '');

test('every change is said once, and the end ends it', async () => {
  const answer = await open(looking(one, one, two, two, end));
  expect(answer).toMatchObject({ status: 200, contentType: 'text/event-stream' });
  const text = await textOf(answer);
  expect(text.replace(/: still here\n\n/g, '')).toBe(
    'retry: 1000\n\nid: 1\nevent: progress\ndata: {"done":1}\n\nid: 2\nevent: progress\ndata: {"done":2}\n\nid: 3\nevent: end\ndata: {"done":3}\n\n',
  );
});

test('who comes again is told what is new, and who has the end is told not to come', async () => {
  expect(told(await textOf(await open(looking(one, two, end), '1')))).toEqual(['progress', 'end']);
  expect(told(await textOf(await open(looking(one, end), 'another')))).toEqual(['progress', 'end']);
  expect(await open(looking(end), '3')).toEqual({ status: 204 });
});

test('silence is broken by a comment, and a stop of the process ends it where it is', async () => {
  const stop = new AbortController();
  let looks = 0;
  const answer = await open(
    async () => {
      looks += 1;
      if (looks === 8) stop.abort();
      return one;
    },
    undefined,
    stop.signal,
  );
  const text = await textOf(answer);
  expect(text).toContain(': still here');
  expect(told(text)).toEqual(['progress']);
});

test('whoever may no longer be told is told no more', async () => {
  const said: (Said | undefined)[] = [one, undefined];
  expect(told(await textOf(await open(async () => said.shift())))).toEqual(['progress']);
  await expect(open(async () => undefined)).rejects.toMatchObject({ code: 'not_found' });
});

test('it ends when its life is over, and a look that fails is told to the server', async () => {
  expect(told(await textOf(await open(looking(one), undefined, undefined, { lifeMaxMs: 20 })))).toEqual(['progress']);
  let looks = 0;
  const failing = await open(async () => {
    looks += 1;
    if (looks > 1) throw new Error('the database is away');
    return one;
  });
  await expect(textOf(failing)).rejects.toThrow('away');
});
