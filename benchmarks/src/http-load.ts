import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import { type Choice, sidesOf } from './account-choice.ts';
import type { CountedCell } from './measured.ts';
import { cellOf } from './report.ts';

/** What the load process is asked for: so many transfers over so many connections. */
export interface HttpJob {
  readonly url: string;
  readonly key: string;
  readonly connections: number;
  /** Requests in all; every one is waited for, so that what was acknowledged can be compared with what is stored. */
  readonly amount: number;
  readonly choice: Choice;
  readonly accounts: readonly string[];
}

/** What it answers; an error means that some request was not answered with 201. */
export type HttpResult = CountedCell | { readonly error: string };

/** Sends transfers, each under an Idempotency-Key of its own, and measures each answer. */
const runHttpLoad = ({ url, key, connections, amount, choice, accounts }: HttpJob): Promise<HttpResult> =>
  new Promise((resolve, reject) => {
    const next = sidesOf(choice, accounts);
    const durations: number[] = [];
    const statuses = new Map<number, number>();
    let unexpected = '';
    const began = performance.now();
    let ended = began;
    const instance = autocannon(
      {
        url,
        connections,
        amount,
        timeout: 30,
        // It looks for its end so often (ms).
        sampleInt: 100,
        requests: [
          {
            method: 'POST',
            path: '/v1/transfers',
            onResponse: (status, body) => {
              if (status !== 201) unexpected = body;
            },
            setupRequest: (request) => ({
              ...request,
              headers: {
                authorization: `Bearer ${key}`,
                'content-type': 'application/json',
                'idempotency-key': randomUUID(),
              },
              body: JSON.stringify({ ...next(), amount: { amount: '0.01', asset: 'EUR' } }),
            }),
          },
        ],
      },
      (error: Error | null) => {
        if (error !== null && error !== undefined) return reject(error);
        const posted = statuses.get(201) ?? 0;
        resolve(
          posted === amount
            ? { cell: cellOf(durations, ended - began), transfers: posted }
            : {
                error: `Of ${amount} transfers ${posted} were answered with 201: ${JSON.stringify([...statuses])} ${unexpected}`,
              },
        );
      },
    );
    instance.on('response', (_client, status, _bytes, durationMs) => {
      ended = performance.now();
      durations.push(durationMs);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
  });

process.on('message', (job: HttpJob) => {
  void runHttpLoad(job).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) } satisfies HttpResult),
  );
});
// The benchmark that started it is gone, or done.
process.on('disconnect', () => process.exit(0));
