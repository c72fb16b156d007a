import { derivedUuid } from '@finaegis/kernel/id';
import type { Random } from '../stress/random.ts';
import { chance } from './scheduler.ts';
import { type SimulatedRequest, textOf } from './simulated-bank.ts';
import { assets, type Draft, firstDay, house, type JournalData, type Leg, type Notes, pair, wish } from './wishes.ts';

/** What random clients want next. */
export interface Requests {
  /** Opens each tenant's books and gives its customers money; one after the other. */
  readonly opening: readonly SimulatedRequest[];
  /** One wish: one request, or several that are sent at the same time because somebody is impatient, mistaken or dishonest. */
  next(): readonly SimulatedRequest[];
  /** Forgets what a refused request would have made: clients ask for what they believe is there, and are wrong only sometimes. */
  refused(request: SimulatedRequest): void;
}

/** Clients' wishes drawn from one source of chance; ids are the source's too, so that a seed names every one of them. */
export const createRequests = (
  random: Random,
  { tenants, nowMs }: { readonly tenants: readonly string[]; readonly nowMs: () => number },
): Requests => {
  let made = 0;
  const fresh = (what: string): string => derivedUuid('simulated', what, String(random.below(2 ** 31)), String(made++));
  const notes = tenants.map(
    (tenantId): Notes => ({
      tenantId,
      customers: Array.from({ length: 2 + random.below(4) }, () => fresh('account')),
      holds: [],
      journals: [],
      quotes: [],
      blocks: [],
      businessDate: firstDay,
      isDayOpen: true,
    }),
  );
  const wishes = (its: Notes): Draft => wish({ random, fresh, nowMs }, its);
  const request = (tenantId: string, { name, data }: Draft): SimulatedRequest => ({
    tenantId,
    correlation: fresh('request'),
    name,
    data,
    ...(chance(random, 800) ? { key: { key: fresh('key'), fingerprint: textOf([name, data]) } } : {}),
  });
  return {
    opening: notes.flatMap(({ tenantId, customers }) =>
      openingOf(customers, fresh).map((draft) => request(tenantId, draft)),
    ),
    next: () => {
      const its = random.pick(notes);
      const draft = wishes(its);
      const first = request(its.tenantId, draft);
      return [first, ...companions(random, { first, fresh, other: () => request(its.tenantId, wishes(its)) })];
    },
    refused: ({ tenantId, name, data }) => {
      const its = notes.find((each) => each.tenantId === tenantId);
      const made = data as { holdId?: string; journalId?: string; quoteId?: string; journals?: readonly JournalData[] };
      if (its === undefined || chance(random, 100)) return;
      const journals = made.journals ?? [made];
      if (name === 'placeHold') drop(its.holds, ({ holdId }) => holdId === made.holdId);
      if (name === 'issueQuote') drop(its.quotes, (quoteId) => quoteId === made.quoteId);
      if (name === 'postJournal' || name === 'postLinkedJournals')
        drop(its.journals, ({ journalId }) => journals.some((journal) => journal.journalId === journalId));
    },
  };
};

const drop = <T>(list: T[], isIt: (each: T) => boolean): void => {
  const at = list.findIndex(isIt);
  if (at >= 0) list.splice(at, 1);
};

const openingOf = (customers: readonly string[], fresh: (what: string) => string): readonly Draft[] => [
  {
    name: 'openEntity',
    data: {
      entity: 'main',
      name: 'Test Bank',
      functionalAsset: 'EUR',
      timeZone: 'Europe/Prague',
      calendar: 'target',
      businessDate: firstDay,
    },
  },
  ...['nostro/ing', 'clearing/card'].map(
    (chartCode): Draft => ({ name: 'openHouseAccount', data: { entity: 'main', chartCode, hasFloor: false } }),
  ),
  ...customers.map((accountId): Draft => ({ name: 'openCustomer', data: { accountId } })),
  ...customers.flatMap((account, index) =>
    // Some meet an asset for the first time later on.
    (index === 0 ? [...new Set(assets)] : ['EUR']).map(
      (asset): Draft => ({
        name: 'postJournal',
        data: {
          journalId: fresh('journal'),
          kind: 'deposit',
          postings: pair({ debit: house('nostro/ing'), credit: account, asset, amountMinor: 4_000n }),
          captures: [],
        },
      }),
    ),
  ),
];

interface Companions {
  readonly first: SimulatedRequest;
  readonly other: () => SimulatedRequest;
  readonly fresh: (what: string) => string;
}

/** What arrives together with a request: itself again, its key or its id on something else, or a question what would happen. */
const companions = (random: Random, { first, other, fresh }: Companions): readonly SimulatedRequest[] => {
  const { key, ...withoutKey } = first;
  switch (random.below(14)) {
    case 0:
      return [first];
    case 1: {
      if (key === undefined) return [];
      const second = other();
      return [{ ...second, key: { ...key, fingerprint: textOf([second.name, second.data]) } }];
    }
    case 2:
      return [
        {
          ...withoutKey,
          correlation: fresh('request'),
          key: { key: fresh('key'), fingerprint: textOf(first.data) },
        },
      ];
    case 3:
      return [{ ...withoutKey, correlation: fresh('request'), data: altered(first.data) }];
    case 4:
      return [{ ...withoutKey, correlation: fresh('request'), isDryRun: true }];
    case 5:
      return [other(), other(), other()];
    default:
      return [];
  }
};

/** The same natural id with another amount, where there is one. */
const altered = (data: unknown): unknown => {
  const { amountMinor, postings } = data as { amountMinor?: bigint; postings?: readonly Leg[] };
  if (amountMinor !== undefined) return { ...(data as object), amountMinor: amountMinor + 1n };
  if (postings === undefined) return data;
  return { ...(data as object), postings: postings.map((leg) => ({ ...leg, amountMinor: leg.amountMinor + 1n })) };
};
