// A second opinion on the books: folded from the raw text of the log by rules written from LEDGER.md, sharing no code with the ledger.

/** An event as it lies in the log: amounts are decimal digits. */
export interface RawEvent {
  readonly seq: bigint;
  readonly type: string;
  // What the JSON says; whoever reads a type knows its fields.
  readonly data: Readonly<Record<string, never>> & { readonly [field: string]: unknown };
}

/** What an account's balance in one asset must be. */
export interface ReplayedBalance {
  debits: bigint;
  credits: bigint;
  heldOut: bigint;
  overdraftLimit: bigint;
  blocked: bigint;
}

/** An account as the log tells it. */
export interface ReplayedAccount {
  readonly entity: string;
  readonly class: string;
  readonly hasFloor: boolean;
  isClosed: boolean;
  debitBlocks: number;
  creditBlocks: number;
}

/** A hold as the log tells it. */
export interface ReplayedHold {
  readonly account: string;
  readonly asset: string;
  amount: bigint;
  captured: bigint;
  remaining: bigint;
  status: 'active' | 'captured' | 'voided' | 'expired';
}

interface Posting {
  readonly account: string;
  readonly asset: string;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: string;
}

interface PostedJournal {
  readonly postings: readonly Posting[];
  readonly reversed: bigint[];
  readonly reverses: string | undefined;
  readonly quoteId: string | undefined;
  readonly fulfils: readonly string[];
}

/** An announcement as the log tells it. */
export interface ReplayedIncoming {
  readonly account: string;
  readonly asset: string;
  readonly amount: string;
  status: 'open' | 'withdrawn' | 'fulfilled';
  /** The journal that is said to have booked it. */
  journalId?: string;
}

/** The books as a replay leaves them, and everything in the log that should never have been accepted. */
export interface ReplayedBooks {
  readonly accounts: Map<string, ReplayedAccount>;
  /** By account and asset, joined by a space. */
  readonly balances: Map<string, ReplayedBalance>;
  readonly holds: Map<string, ReplayedHold>;
  readonly incoming: Map<string, ReplayedIncoming>;
  readonly journals: Map<string, PostedJournal>;
  /** The journal that used each quote. */
  readonly quotes: Map<string, string>;
  /** Uses of holds whose journal has not come yet. */
  readonly captures: Map<string, readonly Capture[]>;
  readonly problems: string[];
}

interface Capture {
  readonly holdId: string;
  readonly amountMinor: string;
}

/** Empty books. */
export const emptyBooks = (): ReplayedBooks => ({
  accounts: new Map(),
  balances: new Map(),
  holds: new Map(),
  incoming: new Map(),
  journals: new Map(),
  quotes: new Map(),
  captures: new Map(),
  problems: [],
});

const nameOf = ({ account, asset }: { readonly account: string; readonly asset: string }): string =>
  `${account} ${asset}`;
const isDebitNormal = (accountClass: string | undefined): boolean =>
  accountClass === 'asset' || accountClass === 'expense';

const problemsMax = 100;

const complain = (books: ReplayedBooks, text: string): void => {
  if (books.problems.length < problemsMax) books.problems.push(text);
};

/** Folds one event of the ledger; what is wrong with it is noted with its place. */
export const foldRaw = (books: ReplayedBooks, event: RawEvent): void => {
  const before = books.problems.length;
  foldEvent(books, event);
  for (let index = before; index < books.problems.length; index++)
    books.problems[index] = `seq ${event.seq}: ${books.problems[index] ?? ''}`;
};

const balanceOf = (books: ReplayedBooks, name: string): ReplayedBalance => {
  const known = books.balances.get(name) ?? { debits: 0n, credits: 0n, heldOut: 0n, overdraftLimit: 0n, blocked: 0n };
  books.balances.set(name, known);
  return known;
};
const spendable = (books: ReplayedBooks, name: string): bigint => {
  const { debits, credits, heldOut, overdraftLimit, blocked } = balanceOf(books, name);
  const net = credits - debits;
  return (
    (isDebitNormal(books.accounts.get(name.slice(0, name.lastIndexOf(' ')))?.class) ? -net : net) -
    heldOut -
    blocked +
    overdraftLimit
  );
};

const foldJournal = (
  books: ReplayedBooks,
  journal: {
    journalId: string;
    postings: readonly Posting[];
    captures: readonly { holdId: string; amountMinor: string }[];
    forced?: string;
    reverses?: string;
    quoteId?: string;
    fulfils?: readonly string[];
  },
): void => {
  const { journalId, postings, forced, reverses, quoteId, fulfils = [] } = journal;
  if (books.journals.has(journalId)) complain(books, `journal ${journalId} is posted twice`);
  books.journals.set(journalId, { postings, reversed: postings.map(() => 0n), reverses, quoteId, fulfils });
  const sums = new Map<string, bigint>();
  const nets = new Map<string, bigint>();
  for (const posting of postings) {
    const account = books.accounts.get(posting.account);
    const amount = BigInt(posting.amountMinor);
    if (account === undefined) complain(books, `a posting to account ${posting.account}, which nobody opened`);
    if (account?.isClosed === true) complain(books, `a posting to account ${posting.account}, which is closed`);
    if (amount <= 0n) complain(books, `journal ${journalId} has a posting that is not above zero`);
    const signed = posting.side === 'credit' ? amount : -amount;
    const set = `${account?.entity ?? ''} ${posting.asset}`;
    sums.set(set, (sums.get(set) ?? 0n) + signed);
    const name = nameOf(posting);
    const balance = balanceOf(books, name);
    if (posting.side === 'debit') balance.debits += amount;
    else balance.credits += amount;
    nets.set(name, (nets.get(name) ?? 0n) + (isDebitNormal(account?.class) ? -signed : signed));
    if (account?.hasFloor === false) nets.delete(name);
  }
  for (const [set, sum] of sums)
    if (sum !== 0n) complain(books, `journal ${journalId} does not balance in ${set}: ${sum}`);
  for (const [name, net] of nets)
    if (net < 0n && forced === undefined && spendable(books, name) < 0n)
      complain(books, `journal ${journalId} takes ${name} below its floor`);
  const said = JSON.stringify(journal.captures.map(({ holdId, amountMinor }) => [holdId, amountMinor]));
  const done = JSON.stringify(
    (books.captures.get(journalId) ?? []).map(({ holdId, amountMinor }) => [holdId, amountMinor]),
  );
  complainOfOvercapture(books, journal);
  if (said !== done) complain(books, `journal ${journalId} says it captures ${said} and the holds say ${done}`);
  books.captures.delete(journalId);
};

/** Holds are used by what is debited: each minor unit of it by one of them. */
const complainOfOvercapture = (
  books: ReplayedBooks,
  {
    journalId,
    postings,
    captures,
  }: {
    readonly journalId: string;
    readonly postings: readonly Posting[];
    readonly captures: readonly Capture[];
  },
): void => {
  const left = new Map<string, bigint>();
  for (const posting of postings)
    if (posting.side === 'debit')
      left.set(nameOf(posting), (left.get(nameOf(posting)) ?? 0n) + BigInt(posting.amountMinor));
  for (const { holdId, amountMinor } of captures) {
    const hold = books.holds.get(holdId);
    if (hold === undefined) continue;
    const rest = (left.get(nameOf(hold)) ?? 0n) - BigInt(amountMinor);
    if (rest < 0n) complain(books, `journal ${journalId} captures more of ${nameOf(hold)} than it takes from it`);
    left.set(nameOf(hold), rest);
  }
};

const release = (
  books: ReplayedBooks,
  holdId: string,
  released: bigint,
  status: ReplayedHold['status'],
): ReplayedHold | undefined => {
  const hold = books.holds.get(holdId);
  if (hold?.status !== 'active') {
    complain(books, `hold ${holdId} is used and is ${hold?.status ?? 'unknown'}`);
    return undefined;
  }
  hold.remaining -= released;
  balanceOf(books, nameOf(hold)).heldOut -= released;
  if (hold.remaining < 0n) complain(books, `hold ${holdId} is used for more than it holds`);
  hold.status = hold.remaining === 0n ? status : 'active';
  return hold;
};

const foldReversal = (
  books: ReplayedBooks,
  { journalId, by, lines }: { journalId: string; by: string; lines: readonly { index: number; amountMinor: string }[] },
): void => {
  const [original, mirror] = [books.journals.get(journalId), books.journals.get(by)];
  if (original === undefined || mirror?.reverses !== journalId)
    return complain(books, `journal ${journalId} is reversed by ${by}, which is no reversal of it`);
  for (const [at, { index, amountMinor }] of lines.entries()) {
    const [posting, other] = [original.postings[index], mirror.postings[at]];
    const total = (original.reversed[index] ?? 0n) + BigInt(amountMinor);
    original.reversed[index] = total;
    if (posting === undefined || total > BigInt(posting.amountMinor))
      complain(books, `journal ${journalId} is reversed beyond its posting ${index}`);
    const isMirror =
      other?.account === posting?.account &&
      other?.asset === posting?.asset &&
      other?.side !== posting?.side &&
      other?.amountMinor === amountMinor;
    if (!isMirror) complain(books, `journal ${by} does not mirror posting ${index} of ${journalId}`);
  }
};

const foldBlock = (
  books: ReplayedBooks,
  { accountId, kind, asset, amountMinor }: { accountId: string; kind: string; asset?: string; amountMinor?: string },
  sign: 1 | -1,
): void => {
  const account = books.accounts.get(accountId);
  if (account === undefined) return complain(books, `a block on account ${accountId}, which nobody opened`);
  if (kind === 'debit') account.debitBlocks += sign;
  else if (kind === 'credit') account.creditBlocks += sign;
  else balanceOf(books, `${accountId} ${asset ?? ''}`).blocked += BigInt(sign) * BigInt(amountMinor ?? '0');
};

const foldHold = (
  books: ReplayedBooks,
  type: string,
  data: {
    holdId: string;
    account: string;
    asset: string;
    amountMinor: string;
    addedMinor: string;
    releasedMinor: string;
    journalId: string;
    isFinal: boolean;
  },
): void => {
  const { holdId, account, asset } = data;
  switch (type) {
    case 'HoldPlaced': {
      const amount = BigInt(data.amountMinor);
      if (books.holds.has(holdId)) complain(books, `hold ${holdId} is placed twice`);
      books.holds.set(holdId, { account, asset, amount, captured: 0n, remaining: amount, status: 'active' });
      balanceOf(books, nameOf(data)).heldOut += amount;
      if (spendable(books, nameOf(data)) < 0n) complain(books, `hold ${holdId} holds more than there is`);
      return;
    }
    case 'HoldIncreased': {
      release(books, holdId, -BigInt(data.addedMinor), 'active');
      const hold = books.holds.get(holdId);
      if (hold !== undefined) hold.amount = BigInt(data.amountMinor);
      if (spendable(books, nameOf(data)) < 0n) complain(books, `hold ${holdId} holds more than there is`);
      return;
    }
    case 'HoldCaptured': {
      const hold = release(books, holdId, BigInt(data.releasedMinor), 'captured');
      books.captures.set(data.journalId, [
        ...(books.captures.get(data.journalId) ?? []),
        { holdId, amountMinor: data.amountMinor },
      ]);
      if (hold === undefined) return;
      hold.captured += BigInt(data.amountMinor);
      if (hold.captured > hold.amount) complain(books, `hold ${holdId} is captured beyond its amount`);
      if (data.isFinal !== (hold.status === 'captured') && data.isFinal)
        complain(books, `hold ${holdId} keeps ${hold.remaining} after its final capture`);
      return;
    }
    default:
      release(books, holdId, BigInt(data.releasedMinor), type === 'HoldVoided' ? 'voided' : 'expired');
  }
};

// Payments have incoming ones too, of another kind.
const announcements: readonly string[] = ['IncomingAnnounced', 'IncomingWithdrawn', 'IncomingFulfilled'];

const foldIncoming = (
  books: ReplayedBooks,
  type: string,
  {
    announcementId,
    account,
    asset,
    amountMinor,
    journalId,
  }: { announcementId: string; account: string; asset: string; amountMinor: string; journalId: string },
): void => {
  const known = books.incoming.get(announcementId);
  if (type === 'IncomingAnnounced') {
    if (known !== undefined) complain(books, `announcement ${announcementId} is made twice`);
    books.incoming.set(announcementId, { account, asset, amount: amountMinor, status: 'open' });
    return;
  }
  if (known?.status !== 'open')
    return complain(books, `announcement ${announcementId} ends and is ${known?.status ?? 'unknown'}`);
  known.status = type === 'IncomingWithdrawn' ? 'withdrawn' : 'fulfilled';
  if (type === 'IncomingFulfilled') known.journalId = journalId;
};

const foldEvent = (books: ReplayedBooks, { type, data }: RawEvent): void => {
  const accountId = data['accountId'] as unknown as string;
  switch (type) {
    case 'LedgerAccountOpened': {
      const {
        entity,
        class: accountClass,
        hasFloor,
      } = data as unknown as { entity: string; class: string; hasFloor: boolean };
      books.accounts.set(accountId, {
        entity,
        class: accountClass,
        hasFloor,
        isClosed: false,
        debitBlocks: 0,
        creditBlocks: 0,
      });
      return;
    }
    case 'LedgerAccountClosed': {
      const account = books.accounts.get(accountId);
      if (account !== undefined) account.isClosed = true;
      for (const [name, { debits, credits, heldOut }] of books.balances)
        if (name.startsWith(`${accountId} `) && (debits !== credits || heldOut !== 0n))
          complain(books, `account ${accountId} is closed with a balance`);
      return;
    }
    case 'OverdraftLimitSet':
      balanceOf(books, `${accountId} ${String(data['asset'])}`).overdraftLimit = BigInt(
        data['limitMinor'] as unknown as string,
      );
      return;
    case 'AccountBlockPlaced':
      return foldBlock(books, data as never, 1);
    case 'AccountBlockLifted':
      return foldBlock(books, data as never, -1);
    case 'JournalPosted':
      return foldJournal(books, data as never);
    case 'JournalReversed':
      return foldReversal(books, data as never);
    case 'QuoteUsed': {
      const { quoteId, journalId } = data as unknown as { quoteId: string; journalId: string };
      if (books.quotes.has(quoteId)) complain(books, `quote ${quoteId} is used twice`);
      books.quotes.set(quoteId, journalId);
      return;
    }
    default:
      if (type.startsWith('Hold')) foldHold(books, type, data as never);
      if (announcements.includes(type)) foldIncoming(books, type, data as never);
  }
};

/** What can only be said at the end: trial balances, open holds, and quotes with both their halves. */
export const conclude = (books: ReplayedBooks): void => {
  const totals = new Map<string, bigint>();
  for (const [name, { debits, credits }] of books.balances) {
    const [account, asset] = [name.slice(0, name.lastIndexOf(' ')), name.slice(name.lastIndexOf(' ') + 1)];
    const set = `${books.accounts.get(account)?.entity ?? ''} ${asset}`;
    totals.set(set, (totals.get(set) ?? 0n) + credits - debits);
  }
  for (const [set, total] of totals) if (total !== 0n) complain(books, `the trial balance of ${set} is ${total}`);
  const held = new Map<string, bigint>();
  for (const hold of books.holds.values())
    if (hold.status === 'active') held.set(nameOf(hold), (held.get(nameOf(hold)) ?? 0n) + hold.remaining);
  for (const [name, { heldOut }] of books.balances)
    if (heldOut !== (held.get(name) ?? 0n))
      complain(books, `${name} holds ${heldOut} out and its open holds are ${held.get(name) ?? 0n}`);
  for (const journalId of books.captures.keys())
    complain(books, `holds were captured for journal ${journalId}, which was never posted`);
  concludeIncoming(books);
  for (const [quoteId, journalId] of books.quotes)
    if (books.journals.get(journalId ?? '')?.quoteId !== quoteId)
      complain(books, `quote ${quoteId} is used by journal ${journalId ?? ''}, which does not say so`);
  for (const [journalId, { quoteId }] of books.journals)
    if (quoteId !== undefined && books.quotes.get(quoteId) !== journalId)
      complain(books, `journal ${journalId} names quote ${quoteId}, which is used elsewhere`);
};

/** What ended by a journal is named by it, and the other way round. */
const concludeIncoming = (books: ReplayedBooks): void => {
  for (const [announcementId, { status, journalId }] of books.incoming)
    if (status === 'fulfilled' && books.journals.get(journalId ?? '')?.fulfils.includes(announcementId) !== true)
      complain(
        books,
        `announcement ${announcementId} is fulfilled by journal ${journalId ?? ''}, which does not say so`,
      );
  for (const [journalId, { fulfils }] of books.journals)
    for (const announcementId of fulfils)
      if (books.incoming.get(announcementId)?.journalId !== journalId)
        complain(books, `journal ${journalId} fulfils announcement ${announcementId}, which ended otherwise`);
};
