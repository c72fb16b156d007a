import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPosting, availableOf, postedOf } from './balance.ts';
import { idOf, type MemoryBank, startMemoryBank } from './fixtures/memory-bank.ts';
import { holdAggregate } from './hold/hold.ts';
import type { JournalPosting } from './journal/events.ts';

const customers = ['A', 'B', 'C'].map((name) => idOf(`account ${name}`));
const houses = ['main:nostro/ing', 'main:clearing/card', 'main:income/transfer-fee'];
const assets = ['EUR', 'USD'];

const accountOf = fc.constantFrom(...customers, ...houses);
const nameOf = fc.nat(12);
const amountOf = fc.bigInt({ min: 1n, max: 500n });

type Step =
  | {
      readonly do: 'post';
      readonly name: number;
      readonly from: string;
      readonly to: string;
      readonly asset: string;
      readonly amountMinor: bigint;
      readonly captured: number | undefined;
      readonly isFinal: boolean;
      readonly isForced: boolean;
    }
  | {
      readonly do: 'hold' | 'raise';
      readonly name: number;
      readonly account: string;
      readonly asset: string;
      readonly amountMinor: bigint;
    }
  | { readonly do: 'void'; readonly name: number }
  | { readonly do: 'reverse'; readonly name: number; readonly original: number }
  | {
      readonly do: 'block' | 'lift';
      readonly name: number;
      readonly account: string;
      readonly kind: 'debit' | 'credit';
    }
  | { readonly do: 'limit'; readonly account: string; readonly asset: string; readonly amountMinor: bigint };

const asset = fc.constantFrom(...assets);
const customer = fc.constantFrom(...customers);

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('post' as const),
        name: nameOf,
        from: accountOf,
        to: accountOf,
        asset,
        amountMinor: amountOf,
        captured: fc.option(fc.nat(4), { nil: undefined }),
        isFinal: fc.boolean(),
        isForced: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('hold' as const, 'raise' as const),
        name: fc.nat(4),
        account: customer,
        asset,
        amountMinor: amountOf,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('void' as const), name: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse' as const), name: nameOf, original: nameOf }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('block' as const, 'lift' as const),
        name: fc.nat(2),
        account: customer,
        kind: fc.constantFrom('debit' as const, 'credit' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('limit' as const), account: customer, asset, amountMinor: amountOf }),
    },
  ),
  { maxLength: 40 },
);

const journalOf = (step: Extract<Step, { do: 'post' }>) => {
  const leg = (account: string, side: JournalPosting['side']): JournalPosting => ({
    account,
    asset: step.asset,
    side,
    amountMinor: step.amountMinor,
    purpose: 'principal',
  });
  return {
    journalId: idOf(`journal ${step.name}`),
    kind: 'transfer',
    postings: [leg(step.from, 'debit'), leg(step.to, 'credit')],
    captures:
      step.captured === undefined
        ? []
        : [{ holdId: idOf(`hold ${step.captured}`), amountMinor: step.amountMinor, isFinal: step.isFinal }],
    ...(step.isForced ? { forced: 'correction' as const } : {}),
  };
};

const take = ({ run, handlers }: MemoryBank, step: Step) => {
  switch (step.do) {
    case 'post':
      return run(handlers.postJournal, journalOf(step));
    case 'hold':
      return run(handlers.placeHold, {
        holdId: idOf(`hold ${step.name}`),
        account: step.account,
        asset: step.asset,
        amountMinor: step.amountMinor,
      });
    case 'raise':
      return run(handlers.increaseHold, { holdId: idOf(`hold ${step.name}`), amountMinor: step.amountMinor });
    case 'void':
      return run(handlers.voidHold, { holdId: idOf(`hold ${step.name}`) });
    case 'reverse':
      return run(handlers.reverseJournal, {
        journalId: idOf(`reversal ${step.name}`),
        original: idOf(`journal ${step.original}`),
      });
    case 'block':
      return run(handlers.placeBlock, {
        accountId: step.account,
        blockId: idOf(`block ${step.account} ${step.name}`),
        kind: step.kind,
        reason: 'other',
      });
    case 'lift':
      return run(handlers.liftBlock, { accountId: step.account, blockId: idOf(`block ${step.account} ${step.name}`) });
    case 'limit':
      return run(handlers.setOverdraftLimit, {
        accountId: step.account,
        asset: step.asset,
        limitMinor: step.amountMinor,
      });
  }
};

const funding = (account: string, its: string) => {
  const leg = { asset: its, amountMinor: 1_000n, purpose: 'principal' } as const;
  const postings: readonly JournalPosting[] = [
    { ...leg, account: 'main:nostro/ing', side: 'debit' },
    { ...leg, account, side: 'credit' },
  ];
  return { journalId: idOf(`funds ${account} ${its}`), kind: 'deposit', postings, captures: [] };
};

const open = async (): Promise<MemoryBank> => {
  const bank = await startMemoryBank();
  for (const account of customers) await bank.openCustomer(account);
  await bank.openHouse('nostro/ing', 'clearing/card');
  // With something on the accounts, most of what is asked can be done.
  for (const account of customers)
    for (const its of assets) await bank.run(bank.handlers.postJournal, funding(account, its));
  return bank;
};

// Object keys have no order in a comparison, and the instants differ with the order asked for.
const snapshot = (bank: MemoryBank) =>
  Object.fromEntries([...bank.balances()].map(([name, { bookedAt: _at, ...balance }]) => [name, balance]));

describe('whatever is asked of the ledger', () => {
  it('every asset stays balanced, floors hold unless something was forced, and what is held is what holds still reserve', () =>
    fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const bank = await open();
        for (const step of all) {
          const outcome = await take(bank, step);
          const wasForced = step.do === 'post' && step.isForced;
          // A limit set lower than what is used leaves the account below it; only debits must not deepen that.
          if (!outcome.accepted || wasForced || step.do === 'limit') continue;
          const touched = step.do === 'post' ? [step.from, step.to] : [];
          for (const balance of bank.balances().values()) {
            const net = touched.includes(balance.account) ? netOf(bank, balance.account, balance.asset) : 0n;
            if (balance.hasFloor && net < 0n)
              expect(availableOf(balance) + balance.overdraftLimitMinor).toBeGreaterThanOrEqual(0n);
          }
        }
        for (const its of assets) {
          const ofAsset = [...bank.balances().values()].filter((balance) => balance.asset === its);
          expect(ofAsset.reduce((sum, { creditsMinor, debitsMinor }) => sum + creditsMinor - debitsMinor, 0n)).toBe(0n);
        }
        const reserved = new Map<string, bigint>();
        for (const { account, asset: its, remainingMinor } of holdsOf(bank))
          reserved.set(`${account} ${its}`, (reserved.get(`${account} ${its}`) ?? 0n) + remainingMinor);
        for (const [name, balance] of bank.balances()) expect(balance.heldOutMinor).toBe(reserved.get(name) ?? 0n);
      }),
      { numRuns: 150 },
    ));

  it('the counters of every balance are the sum of its journals: a replay finds the same rows', () =>
    fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const bank = await open();
        for (const step of all) await take(bank, step);
        const sums = new Map<string, { debitsMinor: bigint; creditsMinor: bigint }>();
        for (const { data, type } of bank.events) {
          if (type !== 'JournalPosted') continue;
          for (const { account, asset: its, side, amountMinor } of data['postings'] as readonly JournalPosting[]) {
            const name = `${account} ${its}`;
            const sum = sums.get(name) ?? { debitsMinor: 0n, creditsMinor: 0n };
            sums.set(
              name,
              side === 'debit'
                ? { ...sum, debitsMinor: sum.debitsMinor + amountMinor }
                : { ...sum, creditsMinor: sum.creditsMinor + amountMinor },
            );
          }
        }
        for (const [name, { debitsMinor, creditsMinor }] of bank.balances())
          expect({ debitsMinor, creditsMinor }).toEqual(sums.get(name) ?? { debitsMinor: 0n, creditsMinor: 0n });
      }),
      { numRuns: 100 },
    ));

  it('a command accepted once is accepted again and changes nothing', () =>
    fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const bank = await open();
        for (const step of all) {
          const first = await take(bank, step);
          const events = bank.events.length;
          const second = await take(bank, step);
          expect(bank.events.length).toBe(events);
          if (first.accepted) expect(second).toMatchObject({ accepted: true, isRepeat: true });
          else expect(second).toEqual(first);
        }
      }),
      { numRuns: 100 },
    ));

  it('the order of commands that have nothing in common does not matter', () =>
    fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const [first, second, third] = customers;
        const own = (account: string | undefined) =>
          all
            .filter(
              (step) =>
                step.do === 'post' &&
                [step.from, step.to].filter((one) => customers.includes(one)).every((one) => one === account),
            )
            .map((step) => ({ ...(step as Extract<Step, { do: 'post' }>), captured: undefined }));
        const renamed = customers.map((account, index) =>
          own(account).map((step) => ({ ...step, name: step.name * 3 + index })),
        );
        const [a = [], b = [], c = []] = renamed;
        expect([first, second, third]).toHaveLength(3);
        const [forward, backward] = [await open(), await open()];
        for (const step of [...a, ...b, ...c]) await take(forward, step);
        for (const step of [...c, ...b, ...a]) await take(backward, step);
        expect(snapshot(backward)).toEqual(snapshot(forward));
      }),
      { numRuns: 60 },
    ));
});

const netOf = (bank: MemoryBank, account: string, its: string): bigint => {
  const last = bank.events.findLast(({ type }) => type === 'JournalPosted');
  const balance = bank.balance(account, its);
  if (last === undefined || balance === undefined) return 0n;
  const moved = (last.data['postings'] as readonly JournalPosting[]).filter(
    (posting) => posting.account === account && posting.asset === its,
  );
  const empty = { ...balance, debitsMinor: 0n, creditsMinor: 0n };
  return postedOf(moved.reduce((sum, posting) => afterPosting(sum, posting), empty));
};

const holdsOf = (bank: MemoryBank) => {
  const holds = new Map<string, ReturnType<typeof holdAggregate.evolve>>();
  for (const event of bank.events.filter(({ stream }) => stream.startsWith('hold:')))
    holds.set(
      event.stream,
      holdAggregate.evolve(holds.get(event.stream) ?? holdAggregate.initial, {
        type: event.type,
        data: event.data,
        meta: event,
      } as never),
    );
  return [...holds.values()].flatMap((hold) => (hold.status === 'unknown' ? [] : [hold]));
};
