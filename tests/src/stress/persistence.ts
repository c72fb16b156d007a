import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random.ts';
import { startWaits } from './waits.ts';

/** What a client was told in the end. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What all clients have met together. */
export interface Told {
  readonly surprises: string[];
  retries: number;
  longestWaitMs: number;
}

/** Posts under a fresh key; undefined when nobody answered however often it was asked. */
export type Post = (random: Random, path: string, body: object) => Promise<Answer | undefined>;

const giveUpMs = 90_000;
const retryMs = 60;

/** What a careful client does: the same request under the same key until somebody answers, and now and then once more. */
export const poster = (
  {
    addresses,
    authorization,
    waitMaxMs,
  }: {
    readonly addresses: () => readonly string[];
    readonly authorization: string;
    readonly waitMaxMs: number;
  },
  told: Told,
): Post => {
  const waits = startWaits();
  const ask = async (random: Random, path: string, request: RequestInit): Promise<Answer | undefined> => {
    const open = addresses();
    if (open.length === 0) return undefined;
    const wait = waits.begin(waitMaxMs);
    const { signal } = wait;
    try {
      const response = await fetch(`${random.pick(open)}${path}`, { ...request, signal });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (signal.aborted) told.surprises.push(withoutIds(`a client waited ${waitMaxMs} ms for ${path}`));
      // A failed fetch means that the server is away, which is what this is about.
      else if (!(error instanceof TypeError)) throw error;
      return undefined;
    } finally {
      told.longestWaitMs = Math.max(told.longestWaitMs, wait.end());
    }
  };

  /** The same request under the same key until somebody says what became of it. */
  const untilAnswered = async (random: Random, path: string, request: RequestInit): Promise<Answer | undefined> => {
    for (const deadline = performance.now() + giveUpMs; performance.now() < deadline; await pause(retryMs)) {
      const answer = await ask(random, path, request);
      if (answer !== undefined && ![429, 500, 503].includes(answer.status)) return answer;
      if (answer?.status === 500) told.surprises.push(withoutIds(`500 for ${path}: ${answer.text}`));
      told.retries += 1;
    }
    told.surprises.push(`nobody answered ${path} within ${giveUpMs} ms`);
    return undefined;
  };

  return async (random, path, body) => {
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await untilAnswered(random, path, request);
    if (answer === undefined || random.below(20) > 0) return answer;
    const again = await untilAnswered(random, path, request);
    if (again !== undefined && again.text !== answer.text)
      told.surprises.push(`asked again: ${again.text} after ${answer.text}`);
    return answer;
  };
};

/** The same surprise is told once, whoever met it. */
export const withoutIds = (text: string): string => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…');
