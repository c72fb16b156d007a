import { createHmac } from 'node:crypto';
import { createFaultQueue, type FaultQueue } from '../faults.ts';
import { type Answer, type ReceivedRequest, startLoopbackServer } from '../loopback-server.ts';
import { createWebhookSender, type WebhookEndpoint, type WebhookSender } from '../webhook-sender.ts';
import {
  type BankBook,
  createBankBook,
  type DemoAccount,
  type DemoEntry,
  type DemoOrder,
  type DemoPayment,
} from './bank-book.ts';
import { majorOf, minorOf, statementsXml } from './statement-xml.ts';

/** How a demo bank is opened. */
export interface DemoBankOptions {
  readonly accounts: readonly DemoAccount[];
  readonly apiKey: string;
  /** Milliseconds between acceptance and settlement; 0 unless told. */
  readonly latencyMs?: number;
  /** Milliseconds since 1970; the machine's clock unless told. */
  readonly now?: () => number;
  readonly closedIbans?: readonly string[];
  readonly returningIbans?: readonly string[];
  /** Names of payees elsewhere, by IBAN, for payee verification. */
  readonly payees?: Readonly<Record<string, string>>;
  /** Carries settled payments to other banks. */
  readonly deliver?: (payment: DemoPayment) => void;
}

/** A bank with a server of its own, a state of its own, and a bad day now and then. */
export interface DemoBank {
  readonly url: string;
  readonly apiKey: string;
  readonly faults: FaultQueue;
  readonly webhooks: WebhookSender;
  readonly book: Omit<BankBook, 'submit' | 'balanceBefore' | 'entries'>;
  addWebhookEndpoint(endpoint: WebhookEndpoint): void;
  close(): Promise<void>;
}

/** Opens a demo bank on a free port of this machine. */
export const startDemoBank = async (options: DemoBankOptions): Promise<DemoBank> => {
  const { accounts, apiKey, latencyMs = 0, now = Date.now, payees = {} } = options;
  const faults = createFaultQueue();
  const webhooks = createWebhookSender(faults);
  const tell = (type: string, eventId: string, what: object): void =>
    webhooks.send(type, ({ secret }) => signed({ eventId, type, ...what }, { secret, atMs: now() }));
  const book = createBankBook({
    accounts,
    latencyMs,
    now,
    closedIbans: new Set(options.closedIbans),
    returningIbans: new Set(options.returningIbans),
    deliver: options.deliver ?? (() => undefined),
    onChange: (payment) =>
      tell(`payment.${payment.status}`, `${payment.id}-${payment.status}`, { payment: shown(payment) }),
    onEntry: (entry) => tell('entry.booked', entry.id, { entry: shownEntry(entry) }),
  });
  const server = await startLoopbackServer({
    faults,
    failure: (status) => json(status, { error: 'bank_unwell' }),
    answer: (request) => {
      if (request.headers.authorization !== `Bearer ${apiKey}`) return json(401, { error: 'unauthorized' });
      book.settleDue();
      return answer(book, request, { now, payees });
    },
  });
  return {
    url: server.url,
    apiKey,
    faults,
    webhooks,
    book,
    addWebhookEndpoint: (endpoint) => webhooks.addEndpoint(endpoint),
    close: async () => {
      await server.close();
      await webhooks.close();
    },
  };
};

interface Around {
  readonly now: () => number;
  readonly payees: Readonly<Record<string, string>>;
}

const answer = (book: BankBook, request: ReceivedRequest, around: Around): Answer => {
  const { method, path, query } = request;
  if (method === 'POST' && path === '/v1/payments') return pay(book, request);
  if (method === 'GET' && path === '/v1/payments') {
    const payment = book.find(new URLSearchParams(query).get('key') ?? '');
    return payment === undefined ? json(404, { error: 'payment_unknown' }) : json(200, shown(payment));
  }
  if (method === 'GET' && path === '/v1/accounts')
    return json(200, {
      asOf: new Date(around.now()).toISOString(),
      accounts: book
        .balances()
        .map(({ iban, asset, balanceMinor }) => ({ iban, asset, balance: majorOf(balanceMinor, asset) })),
    });
  const date = /^\/v1\/statements\/(\d{4}-\d{2}-\d{2})$/.exec(path)?.[1];
  if (method === 'GET' && date !== undefined) return statements(book, date, around);
  if (method === 'POST' && path === '/v1/payee-checks') return checkPayee(book, request, around);
  return json(404, { error: 'path_unknown' });
};

const pay = (book: BankBook, { body, headers }: ReceivedRequest): Answer => {
  const key = headers['idempotency-key'];
  const asked = fieldsOf(body);
  const order = typeof key === 'string' ? orderOf(key, asked) : undefined;
  if (order === undefined) return json(400, { error: 'request_malformed' });
  const submitted = book.submit(order);
  if (submitted === 'other content') return json(409, { error: 'key_reused' });
  return json(submitted.isNew ? 201 : 200, shown(submitted.payment));
};

const orderOf = (key: string, asked: Readonly<Record<string, unknown>>): DemoOrder | undefined => {
  const text = (name: string): string => (typeof asked[name] === 'string' ? asked[name] : '');
  const asset = text('asset');
  const amountMinor = minorOf(asked['amount'], asset);
  if (amountMinor === undefined || amountMinor === 0n || asset === '') return undefined;
  return {
    key,
    amountMinor,
    asset,
    rail: text('rail'),
    reference: text('reference'),
    endToEndId: text('endToEndId'),
    debtorIban: text('debtorIban'),
    creditorName: text('creditorName'),
    creditorIban: text('creditorIban'),
  };
};

const shown = ({ id, key, status, reason, returnEntry, reference, endToEndId }: DemoPayment): unknown => ({
  id,
  key,
  status,
  reference,
  endToEndId,
  ...(reason === undefined ? {} : { reason }),
  ...(returnEntry === undefined ? {} : { returnEntry }),
});

const shownEntry = ({ amountMinor, ...entry }: DemoEntry): unknown => ({
  ...entry,
  amount: majorOf(amountMinor, entry.asset),
});

// A day has a statement once it is over.
const statements = (book: BankBook, date: string, { now }: Around): Answer => {
  const at = new Date(now()).toISOString();
  if (date >= at.slice(0, 10)) return json(404, { error: 'day_not_over' });
  const xml = statementsXml(
    book.balances().map((account) => ({
      account,
      date,
      openingMinor: book.balanceBefore(account, date),
      entries: book.entries(account.iban, date),
    })),
    at,
  );
  return json(200, { camt053: xml });
};

const checkPayee = (book: BankBook, { body }: ReceivedRequest, { payees }: Around): Answer => {
  const { iban, name } = fieldsOf(body);
  const own = book.balances().find((account) => account.iban === iban)?.owner;
  const known = own ?? payees[String(iban)];
  if (known === undefined) return json(200, { result: 'unavailable' });
  const [left, right] = [plain(known), plain(String(name))];
  return json(200, {
    result: left === right ? 'match' : left.startsWith(right.slice(0, 4)) ? 'close_match' : 'no_match',
  });
};

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();

const fieldsOf = (body: string): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    // What is no JSON has no fields; whoever needs them answers 400.
    return {};
  }
};

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** A notification as it is sent: HMAC-SHA256 over the instant and the body, so that an old one cannot be sent again as new. */
const signed = (told: object, { secret, atMs }: { readonly secret: string; readonly atMs: number }) => {
  const body = JSON.stringify(told);
  const seconds = Math.floor(atMs / 1_000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return {
    body,
    headers: { 'content-type': 'application/json', 'demo-bank-signature': `t=${seconds},v1=${signature}` },
  };
};
