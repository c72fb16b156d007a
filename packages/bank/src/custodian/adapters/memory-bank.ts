import { createHmac, timingSafeEqual } from 'node:crypto';
import type {
  BankMessage,
  BankNews,
  BankOrder,
  BankOutcome,
  CustodianConnector,
  NostroStatement,
  PayeeMatch,
  StatementEntry,
  VerifiedWebhook,
} from '../connector.ts';

/** An account of ours at the bank in memory. */
export interface MemoryAccount {
  readonly iban: string;
  readonly asset: string;
  readonly openingMinor: bigint;
}

/** How it behaves. */
export interface MemoryBankOptions {
  readonly accounts: readonly MemoryAccount[];
  readonly now: () => number;
  readonly latencyMs?: number;
  readonly closedIbans?: readonly string[];
  readonly returningIbans?: readonly string[];
  readonly payees?: Readonly<Record<string, string>>;
  readonly webhookSecret?: string;
  readonly deliver?: (payment: BankOrder) => void;
}

/** A bank in memory: the twin of every connector, for tests and the simulation. */
export interface MemoryBank extends CustodianConnector {
  /** Money from elsewhere. */
  receive(incoming: { readonly iban: string; readonly amountMinor: bigint; readonly endToEndId: string }): void;
  /** Payments that came back to one of our accounts. */
  returns(iban: string): readonly StatementEntry[];
  /** Days on which anything was booked. */
  daysBooked(): readonly string[];
  /** What it would send of an order, signed. */
  notification(key: string, atMs: number): BankMessage;
}

interface Payment {
  readonly order: BankOrder;
  readonly reference: string;
  readonly dueAtMs: number;
  outcome: BankOutcome;
}

interface Entry extends StatementEntry {
  readonly iban: string;
}

/** Opens it. */
export const createMemoryBank = (options: MemoryBankOptions): MemoryBank => {
  const { accounts, now, webhookSecret = 'secret' } = options;
  const book = createEntries(options);
  const { submit, find, settleDue } = createPayments(options, book);
  return {
    capabilities: {
      assets: [...new Set(accounts.map(({ asset }) => asset))],
      rails: ['internal', 'sepa', 'sepa-instant', 'swift'],
      hasStatements: true,
      verifiesPayees: true,
      hasWebhooks: true,
    },
    balances: async () => {
      settleDue();
      const asOf = new Date(now()).toISOString();
      return accounts.map(({ iban, asset }) => ({ iban, asset, amountMinor: book.held(iban), asOf }));
    },
    submit: async (order) => submit(order),
    find: async (key) => find(key),
    // A day has a statement once it is over.
    statements: async (date) => {
      settleDue();
      return date < book.today() ? accounts.map((account) => book.statement(account, date)) : [];
    },
    notifications: async (date) => {
      settleDue();
      return accounts.map((account) => book.notification(account, date));
    },
    verifyPayee: async ({ iban, name }) => payeeMatch(options.payees?.[iban], name),
    verifyWebhook: (message) => verify(webhookSecret, message),
    readWebhook: newsOf,
    receive: ({ iban, amountMinor, endToEndId }) =>
      book.enter({ iban, side: 'CRDT', amountMinor, endToEndId, isReturn: false }),
    returns: (iban) => book.entries.filter((entry) => entry.iban === iban && entry.isReturn),
    daysBooked: () => [...new Set(book.entries.map(({ bookingDate }) => bookingDate))],
    notification: (key, atMs) => {
      const body = Buffer.from(JSON.stringify({ eventId: `${key}-${find(key).kind}`, key, outcome: find(key) }));
      const signature = createHmac('sha256', webhookSecret).update(`${atMs}.`).update(body).digest('hex');
      return { headers: { 'memory-bank-signature': `${atMs},${signature}` }, body, receivedAtMs: atMs };
    },
  };
};

const effect = ({ side, amountMinor }: Pick<Entry, 'side' | 'amountMinor'>): bigint =>
  side === 'CRDT' ? amountMinor : -amountMinor;

/** What was booked on the accounts. */
const createEntries = ({ accounts, now }: MemoryBankOptions) => {
  const entries: Entry[] = [];
  const today = (): string => new Date(now()).toISOString().slice(0, 10);
  const held = (iban: string, until = '9999-12-31'): bigint =>
    entries
      .filter((entry) => entry.iban === iban && entry.bookingDate < until)
      .reduce(
        (sum, entry) => sum + effect(entry),
        accounts.find((account) => account.iban === iban)?.openingMinor ?? 0n,
      );
  return {
    entries: entries as readonly Entry[],
    today,
    held,
    enter: (entry: Pick<Entry, 'iban' | 'side' | 'amountMinor' | 'endToEndId' | 'reference' | 'isReturn'>): void => {
      entries.push({ ...entry, entryId: `M${entries.length + 1}`, bookingDate: today() });
    },
    notification: ({ iban, asset }: MemoryAccount, date: string): NostroStatement => ({
      iban,
      asset,
      date,
      statementId: `${iban}-${date}-until-now`,
      entries: entries
        .filter((entry) => entry.iban === iban && entry.bookingDate === date)
        .map(({ iban: _iban, ...entry }) => ({ ...entry, valueDate: date })),
    }),
    statement: ({ iban, asset }: MemoryAccount, date: string): NostroStatement => {
      const booked = entries.filter((entry) => entry.iban === iban && entry.bookingDate === date);
      const openingMinor = held(iban, date);
      return {
        iban,
        asset,
        date,
        statementId: `${iban}-${date}`,
        openingMinor,
        closingMinor: booked.reduce((sum, entry) => sum + effect(entry), openingMinor),
        entries: booked.map(({ iban: _iban, ...entry }) => ({ ...entry, valueDate: date })),
      };
    },
  };
};

/** Orders by key, settled when they are due. */
const createPayments = (options: MemoryBankOptions, { enter, held }: ReturnType<typeof createEntries>) => {
  const { accounts, now, latencyMs = 0 } = options;
  const payments = new Map<string, Payment>();
  const settle = (payment: Payment): void => {
    const { order, reference: bankReference } = payment;
    const { endToEndId, reference, amountMinor } = order;
    const [debtor, creditor] = [order.debtor.iban ?? '', order.creditor.iban ?? ''];
    enter({ iban: debtor, side: 'DBIT', amountMinor, endToEndId, reference, isReturn: false });
    payment.outcome = { kind: 'settled', bankReference };
    if (accounts.some(({ iban }) => iban === creditor))
      enter({ iban: creditor, side: 'CRDT', amountMinor, endToEndId, reference, isReturn: false });
    else if (options.returningIbans?.includes(creditor) === true) {
      enter({ iban: debtor, side: 'CRDT', amountMinor, endToEndId, reference, isReturn: true });
      payment.outcome = { kind: 'returned', code: 'MD07', bankReference };
    } else options.deliver?.(order);
  };
  const settleDue = (): void => {
    for (const payment of payments.values())
      if (payment.outcome.kind === 'pending' && payment.dueAtMs <= now()) settle(payment);
  };
  const reasonAgainst = ({ debtor, creditor, asset, amountMinor }: BankOrder): string | undefined => {
    const account = accounts.find(({ iban }) => iban === debtor.iban);
    if (account?.asset !== asset) return 'AC01';
    if (options.closedIbans?.includes(creditor.iban ?? '') === true) return 'AC04';
    const promised = [...payments.values()]
      .filter(({ order, outcome }) => outcome.kind === 'pending' && order.debtor.iban === debtor.iban)
      .reduce((sum, { order }) => sum + order.amountMinor, 0n);
    return held(account.iban) - promised < amountMinor ? 'AM04' : undefined;
  };
  const submit = (order: BankOrder): BankOutcome => {
    settleDue();
    const known = payments.get(order.key);
    if (known !== undefined)
      return isSame(known.order, order) ? known.outcome : { kind: 'declined', code: 'key_reused' };
    const reason = reasonAgainst(order);
    const reference = `MP${payments.size + 1}`;
    const outcome: BankOutcome =
      reason === undefined ? { kind: 'pending', bankReference: reference } : { kind: 'declined', code: reason };
    const payment: Payment = { order, reference, dueAtMs: now() + latencyMs, outcome };
    payments.set(order.key, payment);
    settleDue();
    return payment.outcome;
  };
  const find = (key: string): BankOutcome | { readonly kind: 'absent' } => {
    settleDue();
    return payments.get(key)?.outcome ?? { kind: 'absent' };
  };
  return { submit, find, settleDue };
};

const isSame = (left: BankOrder, right: BankOrder): boolean =>
  left.amountMinor === right.amountMinor &&
  left.asset === right.asset &&
  left.debtor.iban === right.debtor.iban &&
  left.creditor.iban === right.creditor.iban &&
  left.endToEndId === right.endToEndId;

const payeeMatch = (known: string | undefined, name: string): PayeeMatch => {
  if (known === undefined) return 'unavailable';
  const [left, right] = [known, name].map((one) =>
    one
      .normalize('NFD')
      .replaceAll(/[^A-Za-z]/g, '')
      .toLowerCase(),
  );
  if (left === right) return 'match';
  return left?.startsWith(right?.slice(0, 4) ?? '') === true ? 'close_match' : 'no_match';
};

const verify = (secret: string, { headers, body, receivedAtMs }: BankMessage): VerifiedWebhook => {
  const [at, signature] = (headers['memory-bank-signature'] ?? '').split(',');
  if (at === undefined || signature === undefined) return { isGenuine: false, reason: 'signature_missing' };
  const expected = createHmac('sha256', secret).update(`${at}.`).update(body).digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(expected, given))
    return { isGenuine: false, reason: 'signature_wrong' };
  if (Math.abs(receivedAtMs - Number(at)) > 300_000) return { isGenuine: false, reason: 'signature_stale' };
  const news = newsOf(body);
  const { eventId } = JSON.parse(Buffer.from(body).toString('utf8')) as { eventId: string };
  return { isGenuine: true, eventId, type: news.kind, news };
};

const newsOf = (body: Uint8Array): BankNews => {
  const { key, outcome } = JSON.parse(Buffer.from(body).toString('utf8')) as { key: string; outcome: BankOutcome };
  return { kind: 'order', key, outcome };
};
