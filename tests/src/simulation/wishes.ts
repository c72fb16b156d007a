import { nextBusinessDay } from '@finaegis/kernel/calendar';
import type { Random } from '../stress/random.ts';
import { chance } from './scheduler.ts';
import type { HandlerName } from './simulated-bank.ts';

/** One posting of a journal. */
export interface Leg {
  readonly account: string;
  readonly asset: string;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: bigint;
  readonly purpose: 'principal' | 'fee';
}

/** A journal to post, as its handler wants it. */
export interface JournalData {
  readonly journalId: string;
  readonly kind: string;
  readonly postings: readonly Leg[];
  readonly captures: readonly { readonly holdId: string; readonly amountMinor: bigint; readonly isFinal: boolean }[];
  readonly bookingDate?: string;
  readonly forced?: 'correction';
}

/** What the clients of one tenant remember having asked for. */
export interface Notes {
  readonly tenantId: string;
  readonly customers: string[];
  readonly holds: { readonly holdId: string; readonly account: string; readonly asset: string; amountMinor: bigint }[];
  readonly journals: JournalData[];
  readonly quotes: string[];
  readonly blocks: { readonly accountId: string; readonly blockId: string }[];
  businessDate: string;
  isDayOpen: boolean;
}

/** A command before it is anybody's request. */
export type Draft = {
  readonly name: HandlerName;
  readonly data: unknown;
  readonly actor?: string;
  readonly lane?: 'bulk';
};

/** EUR twice: it is what most people use. */
export const assets = ['EUR', 'EUR', 'JPY', 'BTC'] as const;
/** The business day the books open on. */
export const firstDay = '2026-03-02';
/** A house account by its place in the chart. */
export const house = (code: string): string => `main:${code}`;

interface Pair {
  readonly debit: string;
  readonly credit: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly purpose?: Leg['purpose'];
}

/** A debit and the credit that balances it. */
export const pair = ({ debit, credit, asset, amountMinor, purpose = 'principal' }: Pair): readonly Leg[] => [
  { account: debit, asset, side: 'debit', amountMinor, purpose },
  { account: credit, asset, side: 'credit', amountMinor, purpose },
];

/** Where chance, ids and time come from. */
export interface Sources {
  readonly random: Random;
  readonly fresh: (what: string) => string;
  readonly nowMs: () => number;
}

/** One thing a client wants, noted for whoever will want something of it later. */
export const wish = (from: Sources, notes: Notes): Draft => {
  // Nothing is booked on a closed day, so it soon ends.
  if (!notes.isDayOpen && chance(from.random, 300)) return day(notes);
  const draw = from.random.below(100);
  if (draw < 28) return post(transfer(from, notes));
  if (draw < 38) return post(deposit(from, notes));
  if (draw < 50 || notes.holds.length === 0) return place(from, notes);
  if (draw < 66) return onHold(from, notes);
  if (draw < 72 && notes.journals.length > 0) return reversal(from, notes);
  if (draw < 77)
    return {
      name: 'postLinkedJournals',
      data: { journals: Array.from({ length: 2 + from.random.below(3) }, () => transfer(from, notes)) },
    };
  if (draw < 81 || notes.quotes.length === 0) return quote(from, notes);
  if (draw < 86)
    return {
      name: 'convert',
      data: {
        journalId: from.fresh('journal'),
        quoteId: from.random.pick(notes.quotes),
        account: customer(from, notes),
      },
    };
  return life(from, notes);
};

// The first customer is hot: half of everything goes through it.
const customer = (from: Sources, { customers }: Notes): string =>
  chance(from.random, 500) ? (customers[0] ?? '') : from.random.pick(customers);

const amount = (from: Sources): bigint => BigInt(1 + from.random.below(chance(from.random, 100) ? 20_000 : 900));

const soon = (from: Sources): string => new Date(from.nowMs() + from.random.below(2_000)).toISOString();

const journal = (from: Sources, notes: Notes, rest: Omit<JournalData, 'journalId'>): JournalData => {
  const made = { journalId: from.fresh('journal'), ...rest };
  notes.journals.push(made);
  return made;
};

const transfer = (from: Sources, notes: Notes): JournalData => {
  const asset = from.random.pick(assets);
  const debit = customer(from, notes);
  const others = notes.customers.filter((account) => account !== debit);
  const credit = chance(from.random, 30) ? debit : from.random.pick(others);
  const fee = { debit, credit: house('income/transfer-fee'), asset, amountMinor: 1n, purpose: 'fee' } as const;
  return journal(from, notes, {
    kind: 'transfer',
    postings: [
      ...pair({ debit, credit, asset, amountMinor: amount(from) }),
      ...(chance(from.random, 300) ? pair(fee) : []),
    ],
    captures: [],
    ...(chance(from.random, 50) ? { bookingDate: notes.businessDate } : {}),
    ...(chance(from.random, 40) ? { forced: 'correction' as const } : {}),
  });
};

/** As many transfers as a linked batch may have, all or none, on the lane for large work; most fail in the middle when somebody has nothing left. */
export const bulkTransfers = (from: Sources, notes: Notes): Draft => {
  const most = from.random.pick([20, 100, 1_000]);
  const journals = Array.from({ length: 1 + from.random.below(most) }, (): JournalData => {
    const debit = from.random.pick(notes.customers);
    const credit = from.random.pick(notes.customers.filter((account) => account !== debit));
    return {
      journalId: from.fresh('journal'),
      kind: 'transfer',
      postings: pair({ debit, credit, asset: 'EUR', amountMinor: BigInt(1 + from.random.below(3)) }),
      captures: [],
    };
  });
  return { name: 'postLinkedJournals', data: { journals }, lane: 'bulk' };
};

const deposit = (from: Sources, notes: Notes): JournalData =>
  journal(from, notes, {
    kind: 'deposit',
    postings: pair({
      debit: house('nostro/ing'),
      credit: customer(from, notes),
      asset: from.random.pick(assets),
      amountMinor: amount(from),
    }),
    captures: [],
  });

const capture = (from: Sources, notes: Notes): JournalData => {
  const held = Array.from({ length: 1 + from.random.below(2) }, () => from.random.pick(notes.holds));
  const captures = held.map(({ holdId, amountMinor }) => ({
    holdId,
    amountMinor: chance(from.random, 400) ? amountMinor : 1n + amountMinor / BigInt(2 + from.random.below(3)),
    isFinal: chance(from.random, 500),
  }));
  const postings = held.flatMap(({ account, asset }, index) =>
    pair({ debit: account, credit: house('clearing/card'), asset, amountMinor: captures[index]?.amountMinor ?? 1n }),
  );
  return journal(from, notes, { kind: 'capture', postings, captures });
};

const place = (from: Sources, notes: Notes): Draft => {
  const hold = {
    holdId: from.fresh('hold'),
    account: customer(from, notes),
    asset: from.random.pick(assets),
    amountMinor: amount(from),
  };
  notes.holds.push(hold);
  return { name: 'placeHold', data: { ...hold, ...(chance(from.random, 400) ? { expiresAt: soon(from) } : {}) } };
};

const day = (notes: Notes): Draft => {
  const { isDayOpen, businessDate } = notes;
  notes.isDayOpen = !isDayOpen;
  if (isDayOpen) return { name: 'closeBusinessDay', data: { entity: 'main', businessDate } };
  notes.businessDate = nextBusinessDay('target', businessDate);
  return { name: 'openBusinessDay', data: { entity: 'main', businessDate: notes.businessDate } };
};

const quote = (from: Sources, notes: Notes): Draft => {
  const quoteId = from.fresh('quote');
  notes.quotes.push(quoteId);
  const isDear = chance(from.random, 200);
  return {
    name: 'issueQuote',
    data: {
      quoteId,
      entity: 'main',
      sell: { asset: 'EUR', decimals: 2, amountMinor: amount(from) },
      buy: { asset: 'JPY', decimals: 0 },
      midRate: '171.88',
      customerRate: isDear ? '173' : '169.5',
      rateSource: 'simulation',
      rateDate: firstDay,
      expiresAt: soon(from),
    },
  };
};

const post = (data: JournalData): Draft => ({ name: 'postJournal', data });

const onHold = (from: Sources, notes: Notes): Draft => {
  const hold = from.random.pick(notes.holds);
  const { holdId } = hold;
  switch (from.random.below(6)) {
    case 0:
      return { name: 'voidHold', data: { holdId } };
    case 1:
      return { name: 'expireHold', data: { holdId } };
    case 2:
      hold.amountMinor += BigInt(from.random.below(300)) - 30n;
      if (hold.amountMinor < 1n) hold.amountMinor = 1n;
      return { name: 'increaseHold', data: { holdId, amountMinor: hold.amountMinor } };
    default:
      return post(capture(from, notes));
  }
};

const reversal = (from: Sources, notes: Notes): Draft => {
  const { journalId: original, postings } = from.random.pick(notes.journals);
  const half = (postings[0]?.amountMinor ?? 2n) / 2n;
  const isPartial = chance(from.random, 300) && half > 0n && postings.length === 2;
  return {
    name: 'reverseJournal',
    data: {
      journalId: from.fresh('journal'),
      original,
      ...(isPartial ? { lines: [0, 1].map((index) => ({ index, amountMinor: half })) } : {}),
      ...(chance(from.random, 200) ? { forced: 'correction' } : {}),
    },
  };
};

const life = (from: Sources, notes: Notes): Draft => {
  const accountId = customer(from, notes);
  const block = { accountId, blockId: from.fresh('block') };
  switch (from.random.below(9)) {
    case 0:
      return {
        name: 'setOverdraftLimit',
        data: { accountId, asset: from.random.pick(assets), limitMinor: BigInt(from.random.below(2_000)) },
      };
    case 1:
    case 2: {
      notes.blocks.push(block);
      const kind = from.random.pick(['debit', 'credit', 'amount'] as const);
      const money = kind === 'amount' ? { asset: from.random.pick(assets), amountMinor: amount(from) } : {};
      return { name: 'placeBlock', data: { ...block, kind, reason: 'fraud_suspicion', ...money } };
    }
    case 3: {
      if (chance(from.random, 500)) return day(notes);
      // The first two stay, or nothing would happen any more.
      const [, , ...others] = notes.customers;
      if (others.length > 0 && chance(from.random, 600))
        return { name: 'closeCustomer', data: { accountId: from.random.pick(others) } };
      const opened = from.fresh('account');
      notes.customers.push(opened);
      return { name: 'openCustomer', data: { accountId: opened } };
    }
    default:
      return { name: 'liftBlock', data: notes.blocks.length > 0 ? from.random.pick(notes.blocks) : block };
  }
};
