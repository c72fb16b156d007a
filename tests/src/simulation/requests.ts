import { derivedUuid } from '@finaegis/kernel/id';
import type { Random } from '../stress/random.ts';
import { cardWish } from './card-wishes.ts';
import { fileWish } from './file-wishes.ts';
import { providerWish } from './provider-wishes.ts';
import { chance } from './scheduler.ts';
import { type SimulatedRequest, textOf } from './simulated-bank.ts';
import type { WholeNotes, WholeSources } from './whole-notes.ts';
import { wholeOpening, wholeWish } from './whole-wishes.ts';
import { assets, type Draft, firstDay, house, type JournalData, type Leg, pair, type Sources, wish } from './wishes.ts';

/**
 * Which crowd comes: the clients of the ledger alone, those of a bank with parties and payments, those who pay by card besides, or all of them
 * with files of payments, a provider that sends messages, and disputes. A seed means what it means under one of them.
 */
export const scripts = ['ledger', 'whole', 'cards', 'all'] as const;
export type ScriptName = (typeof scripts)[number];

/** What random clients want next. */
export interface Requests {
  /** Opens each tenant's books and gives its customers money; one after the other. */
  readonly opening: readonly SimulatedRequest[];
  /** One wish: one request, or several that are sent at the same time because somebody is impatient, mistaken or dishonest. */
  next(): readonly SimulatedRequest[];
  /** A request for a tenant that nothing is left to chance in. */
  make(tenantId: string, draft: Draft): SimulatedRequest;
  /** Forgets what a refused request would have made: clients ask for what they believe is there, and are wrong only sometimes. */
  refused(request: SimulatedRequest): void;
  /** Learns what an answer tells: numbers of accounts, what waits for a person. */
  accepted(request: SimulatedRequest, body: string): void;
}

/** Clients' wishes drawn from one source of chance; ids are the source's too, so that a seed names every one of them. */
export const createRequests = (
  random: Random,
  {
    tenants,
    nowMs,
    script = 'ledger',
    newsFor = () => undefined,
    cardNewsFor = () => undefined,
    messageFor = () => undefined,
    casesOf = () => [],
  }: {
    readonly tenants: readonly string[];
    readonly nowMs: () => number;
    readonly script?: ScriptName;
    readonly newsFor?: WholeSources['newsFor'] | undefined;
    readonly cardNewsFor?: WholeSources['cardNewsFor'] | undefined;
    readonly messageFor?: WholeSources['messageFor'] | undefined;
    readonly casesOf?: WholeSources['casesOf'] | undefined;
  },
): Requests => {
  let made = 0;
  const fresh = (what: string): string => derivedUuid('simulated', what, String(random.below(2 ** 31)), String(made++));
  const from: WholeSources = { random, fresh, nowMs, newsFor, cardNewsFor, messageFor, casesOf };
  const isWhole = script !== 'ledger';
  const notes = tenants.map((tenantId) => notesOf(from, tenantId, script));
  const wishes = (its: WholeNotes): Draft => {
    if (script === 'all' && chance(random, 400))
      return chance(random, 450) ? fileWish(from, its) : providerWish(from, its);
    if ((script === 'cards' || script === 'all') && chance(random, 350)) return cardWish(from, its);
    return isWhole ? wholeWish(from, its) : wish(from, its);
  };
  const request = (tenantId: string, draft: Draft): SimulatedRequest => ({
    tenantId,
    correlation: fresh('request'),
    ...draft,
    ...(chance(random, 800) ? { key: { key: fresh('key'), fingerprint: textOf([draft.name, draft.data]) } } : {}),
  });
  const notesFor = (tenantId: string): WholeNotes | undefined => notes.find((each) => each.tenantId === tenantId);
  return {
    opening: notes.flatMap((its) =>
      (isWhole ? wholeOpening(from, its) : openingOf(its.customers, fresh)).map((draft) =>
        request(its.tenantId, draft),
      ),
    ),
    next: () => {
      const its = random.pick(notes);
      const draft = wishes(its);
      const first = request(its.tenantId, draft);
      return [first, ...companions(random, { first, fresh, other: () => request(its.tenantId, wishes(its)) })];
    },
    make: request,
    refused: ({ tenantId, name, data }) => {
      const its = notesFor(tenantId);
      if (its === undefined || chance(random, 100)) return;
      forget(its, name, data as Made);
    },
    accepted: (request, body) => {
      const its = notesFor(request.tenantId);
      if (its === undefined || !isWhole) return;
      learn(its, body);
      if (request.name === 'takeBulkLines' && request.isDryRun !== true) mayBeTaken(its, request.data);
    },
  };
};

const notesOf = ({ random, fresh }: Sources, tenantId: string, script: ScriptName): WholeNotes => {
  const customers = Array.from({ length: 2 + random.below(4) }, () => fresh('account'));
  const parties = script !== 'ledger' ? Array.from({ length: 2 + random.below(3) }, () => fresh('party')) : [];
  return {
    tenantId,
    customers,
    parties,
    businessDate: firstDay,
    isDayOpen: true,
    holds: [],
    journals: [],
    quotes: [],
    blocks: [],
    mandates: [],
    ibans: [],
    deposits: [],
    payments: [],
    arrivals: [],
    reviews: [],
    items: [],
    cardDeposits: [],
    refunds: [],
    files: [],
    writtenFiles: [],
    takenFiles: [],
    messages: [],
  };
};

/** Once its lines are written down. */
const mayBeTaken = ({ files, writtenFiles, takenFiles }: WholeNotes, data: unknown): void => {
  const file = files.find(({ lines }) => lines === data);
  if (file !== undefined && !writtenFiles.includes(file) && !takenFiles.includes(file)) writtenFiles.push(file);
};

interface Made {
  readonly holdId?: string;
  readonly journalId?: string;
  readonly quoteId?: string;
  readonly partyId?: string;
  readonly accountId?: string;
  readonly mandateId?: string;
  readonly paymentId?: string;
  readonly depositId?: string;
  readonly refundId?: string;
  readonly journals?: readonly JournalData[];
}

const forget = (its: WholeNotes, name: string, made: Made): void => {
  const journals = made.journals ?? [made];
  switch (name) {
    case 'placeHold':
      return drop(its.holds, ({ holdId }) => holdId === made.holdId);
    case 'issueQuote':
      return drop(its.quotes, (quoteId) => quoteId === made.quoteId);
    case 'postJournal':
    case 'postLinkedJournals':
      return drop(its.journals, ({ journalId }) => journals.some((journal) => journal.journalId === journalId));
    case 'registerParty':
      return drop(its.parties, (partyId) => partyId === made.partyId);
    case 'openAccount':
      return drop(its.customers, (accountId) => accountId === made.accountId);
    case 'grantMandate':
      return drop(its.mandates, (mandateId) => mandateId === made.mandateId);
    case 'createCardDeposit':
      return drop(its.cardDeposits, ({ depositId }) => depositId === made.depositId);
    case 'requestRefund':
      return drop(its.refunds, ({ refundId }) => refundId === made.refundId);
    case 'createPayment':
      return drop(its.payments, ({ paymentId }) => paymentId === made.paymentId);
    default:
  }
};

const learn = (its: WholeNotes, body: string): void => {
  const { result } = JSON.parse(body) as { readonly result?: unknown };
  const told = (result ?? {}) as {
    readonly identifiers?: readonly { readonly scheme: string; readonly value: string }[];
    readonly workItemId?: string;
    readonly incomingId?: string;
    readonly status?: string;
  };
  for (const { scheme, value } of told.identifiers ?? []) if (scheme === 'iban') its.ibans.push(value);
  if (told.workItemId !== undefined && !its.items.includes(told.workItemId)) its.items.push(told.workItemId);
  if (told.status === 'in_review' && told.incomingId !== undefined) its.reviews.push(told.incomingId);
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
