import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestBank } from '@finaegis/testing/bank';
import type { PaymentProcessTerms } from './payment-process.ts';

const main = fileURLToPath(new URL('../../dist/crash/payment-process.js', import.meta.url));

/** Processes that execute sagas, one at a time, the next one ready. */
export interface Workers {
  /** Kills the one that executes sagas, as the kernel does when memory runs out. */
  kill(): Promise<void>;
  /** Lets the next one take over. What the dead one held is free after 25 s; a test does not wait for them. */
  takeOver(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the first one ready. */
export const createWorkers = (
  bank: TestBank,
  {
    variables = {},
    ...outside
  }: Omit<PaymentProcessTerms, 'connections' | 'masterKey'> & { readonly variables?: Readonly<Record<string, string>> },
): Workers => {
  /** A process that has opened the bank and waits for its turn. */
  const prepared = async (): Promise<ChildProcess> => {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [main], {
      env: { PATH, HOME, ...variables },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { connections, masterKey } = bank;
    const terms: PaymentProcessTerms = { connections, masterKey: [...masterKey], ...outside };
    child.stdin?.write(`${JSON.stringify(terms)}\n`);
    const exited = once(child, 'exit').then(() => Promise.reject(new Error('The process ended before it was ready.')));
    await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), exited]);
    exited.catch(() => undefined);
    return child;
  };
  let next = prepared();
  let current: ChildProcess | undefined;
  return {
    kill: async () => {
      if (current === undefined) throw new Error('Nobody executes sagas.');
      const gone = once(current, 'exit');
      current.kill('SIGKILL');
      await gone;
    },
    takeOver: async () => {
      await bank.adminPool.query(
        "update saga_queue set lease_until = now() - interval '1 second' where lease_until is not null",
      );
      current = await next;
      current.stdin?.write('begin\n');
      next = prepared();
    },
    close: async () => {
      current?.kill('SIGKILL');
      (await next).kill('SIGKILL');
    },
  };
};
