import { derivedUuid } from '@finaegis/kernel/id';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../stress/random.ts';
import { audit } from './auditor.ts';
import { type Experience, perform } from './clients.ts';
import { startMemoryBank } from './memory-bank.ts';
import { createScheduler } from './scheduler.ts';
import type { HandlerName } from './simulated-bank.ts';

// What a process remembers from one commit to the next, in the few situations where remembering has gone wrong before.

const id = (name: string): string => derivedUuid('remembered', name);
const [payer, payee] = [id('payer'), id('payee')];
const cash = 'main:cash';

interface Scene {
  /** A command sent to one of two processes. */
  send(process: 0 | 1, name: HandlerName, data: object, lane?: 'bulk'): Promise<Experience>;
  pay(
    process: 0 | 1,
    payment: { debit: string; credit: string; amountMinor: bigint; asset?: string },
  ): Promise<Experience>;
  /** A moment, as long as chance has it. */
  pause(): Promise<void>;
}

/** Two processes and two customers with 1.00 EUR each; gives back what the auditor says in the end. */
const play = (seed: number, act: (scene: Scene) => Promise<unknown>): Promise<readonly string[]> => {
  const scheduler = createScheduler(seed);
  const random = randomFrom(seed);
  // Slow, so that the other process has time to come between.
  const faults = { lostBefore: 0, lostAfter: 0, unknown: 0, slow: 400, serialization: 0 };
  const bank = startMemoryBank({ scheduler, faults, processes: 2, tenants: 1 });
  const experiences: Experience[] = [];
  let made = 0;
  const send: Scene['send'] = async (process, name, data, lane) => {
    const correlation = id(`request ${made++}`);
    const request = { tenantId: bank.tenants[0] ?? '', correlation, name, data, process, ...(lane && { lane }) };
    const experience = await perform(bank, request, random);
    experiences.push(experience);
    return experience;
  };
  const pay: Scene['pay'] = (process, { debit, credit, amountMinor, asset = 'EUR' }) =>
    send(process, 'postJournal', {
      journalId: id(`journal ${made}`),
      kind: 'transfer',
      postings: [
        { account: debit, asset, side: 'debit', amountMinor, purpose: 'principal' },
        { account: credit, asset, side: 'credit', amountMinor, purpose: 'principal' },
      ],
      captures: [],
    });
  const opened = {
    entity: 'main',
    name: 'Main',
    functionalAsset: 'EUR',
    timeZone: 'Europe/Prague',
    calendar: 'target',
  };
  return scheduler.run(
    (async () => {
      await send(0, 'openEntity', { ...opened, businessDate: '2026-03-02' });
      for (const accountId of [payer, payee]) {
        await send(0, 'openCustomer', { accountId });
        await pay(0, { debit: cash, credit: accountId, amountMinor: 100n });
      }
      await act({ send, pay, pause: () => bank.pause(random.below(300)) });
      return (await audit(bank, experiences)).problems;
    })(),
  );
};

const refusalOf = ({ answer }: Experience): string | undefined =>
  answer?.kind === 'answered' ? (JSON.parse(answer.body) as { refusal?: { code: string } }).refusal?.code : undefined;

describe('state that a process remembers', () => {
  it('is not committed on when the commit before it was refused and another process wrote just as many events', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const problems = await play(seed, async ({ pay, pause }) => {
        const first = pay(0, { debit: cash, credit: payee, amountMinor: 1n });
        await pause();
        const behind = Array.from({ length: 20 }, () => pay(0, { debit: payer, credit: payee, amountMinor: 100n }));
        await pause();
        await Promise.all([first, ...behind, pay(1, { debit: payer, credit: cash, amountMinor: 100n })]);
      });
      expect(problems, `seed ${seed}`).toEqual([]);
    }
  });

  it('knows that a journal was reversed', async () => {
    const problems = await play(1, async ({ send }) => {
      const original = id('journal 4');
      expect(refusalOf(await send(0, 'reverseJournal', { journalId: id('reversal'), original }))).toBeUndefined();
      const again = await send(0, 'reverseJournal', { journalId: id('another reversal'), original });
      expect(refusalOf(again)).toBe('journal_already_reversed');
    });
    expect(problems).toEqual([]);
  });

  it('has every block on it, also in an asset the account meets for the first time', async () => {
    const problems = await play(1, async ({ send, pay }) => {
      expect(refusalOf(await pay(0, { debit: payer, credit: payee, amountMinor: 5n, asset: 'JPY' }))).toBe(
        'insufficient_funds',
      );
      await send(0, 'placeBlock', { accountId: payee, blockId: id('block'), kind: 'credit', reason: 'other' });
      const deposit = await pay(0, { debit: cash, credit: payee, amountMinor: 5n, asset: 'JPY' });
      expect(refusalOf(deposit)).toBe('account_credits_blocked');
    });
    expect(problems).toEqual([]);
  });
});

describe('a command whose facts were looked for before they were there', () => {
  it('finds a quote or a journal unknown, and no account missing', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const problems = await play(seed, async ({ send }) => {
        const quoteId = id('quote');
        await Promise.all([
          send(0, 'issueQuote', {
            quoteId,
            entity: 'main',
            sell: { asset: 'EUR', decimals: 2, amountMinor: 10n },
            buy: { asset: 'JPY', decimals: 0 },
            midRate: '171.88',
            customerRate: '169.5',
            rateSource: 'test',
            rateDate: '2026-03-02',
            expiresAt: '2026-03-03T00:00:00.000Z',
          }),
          send(0, 'convert', { journalId: id('conversion'), quoteId, account: payer }),
        ]);
      });
      expect(problems, `seed ${seed}`).toEqual([]);
    }
  });
});

/** A linked batch on the lane for large work, in a process that has to read what it decides on, while the other lane of the process is at work. */
const beside = (seed: number, meanwhile: (scene: Scene) => readonly Promise<unknown>[]): Promise<readonly string[]> =>
  play(seed, async (scene) => {
    const { pay, send, pause } = scene;
    const third = id(`third ${seed}`);
    // Opened by the other process, so that the first has forgotten everything and reads.
    await send(1, 'openCustomer', { accountId: third });
    await pay(1, { debit: cash, credit: third, amountMinor: 10n });
    await pay(0, { debit: payer, credit: payee, amountMinor: 1n });
    const large = send(0, 'postLinkedJournals', transfers(seed, { debit: payer, credit: third }), 'bulk');
    await pause();
    await Promise.all([large, ...meanwhile(scene)]);
  });

describe('two lanes of one process', () => {
  it('do not lay one batch over another that was reading meanwhile', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const small = { debit: payer, credit: payee, amountMinor: 2n };
      const problems = await beside(seed, ({ pay }) => Array.from({ length: 8 }, () => pay(0, small)));
      expect(problems, `seed ${seed}`).toEqual([]);
    }
  });

  it('do not forget what the other committed under lock', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const block = { accountId: payer, blockId: id(`block ${seed}`), kind: 'amount', reason: 'other' };
      const problems = await beside(seed, ({ send }) => [
        send(0, 'placeBlock', { ...block, asset: 'EUR', amountMinor: 5n }),
      ]);
      expect(problems, `seed ${seed}`).toEqual([]);
    }
  });
});

const transfers = (seed: number, { debit, credit }: { debit: string; credit: string }) => ({
  journals: [1, 2].map((number) => ({
    journalId: id(`linked ${seed} ${number}`),
    kind: 'transfer',
    postings: [
      { account: debit, asset: 'EUR', side: 'debit', amountMinor: 1n, purpose: 'principal' },
      { account: credit, asset: 'EUR', side: 'credit', amountMinor: 1n, purpose: 'principal' },
    ],
    captures: [],
  })),
});
