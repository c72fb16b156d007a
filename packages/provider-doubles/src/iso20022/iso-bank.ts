import { createHash } from 'node:crypto';
import { type BankBook, createBankBook, type DemoAccount } from '../demo-bank/bank-book.ts';
import { statementsXml } from '../demo-bank/statement-xml.ts';
import { createFaultQueue, type FaultQueue } from '../faults.ts';
import { type Answer, type ClientsWanted, type ReceivedRequest, startLoopbackServer } from '../loopback-server.ts';
import { type CallerProof, isProven } from './caller-proof.ts';
import { type ReadOrder, readOrder, reportXml, statusXml } from './iso-messages.ts';

/** How the double of a bank's message service is opened. */
export interface IsoBankOptions {
  readonly accounts: readonly DemoAccount[];
  readonly proof: CallerProof;
  /** Messages in one list; 2 unless told, so that there are pages. */
  readonly pageSize?: number;
  readonly latencyMs?: number;
  readonly now?: () => number;
  readonly closedIbans?: readonly string[];
  readonly returningIbans?: readonly string[];
  /** Whose certificates it wants of its callers; none unless told. */
  readonly tls?: ClientsWanted;
}

/** A bank that takes pain.001 over HTTP and offers pain.002, camt.052 and camt.053 until they are acknowledged. */
export interface IsoBank {
  readonly url: string;
  readonly faults: FaultQueue;
  readonly book: Pick<BankBook, 'settleDue' | 'receive' | 'find'>;
  /** Offers text of any kind. */
  offer(content: string): void;
  /** Offers again what was acknowledged, under new ids, as a bank does that was restored from a copy. */
  offerAgain(): void;
  /** Whether it writes nothing for now, though it takes orders. */
  withhold(isWithheld: boolean): void;
  /** How many messages wait to be acknowledged. */
  waiting(): number;
  close(): Promise<void>;
}

/** Opens it on a free port of this machine. */
export const startIsoBank = async (options: IsoBankOptions): Promise<IsoBank> => {
  const { accounts, proof, pageSize = 2, latencyMs = 0, now = Date.now } = options;
  const faults = createFaultQueue();
  const orders = new Map<string, ReadOrder>();
  const book = createBankBook({
    accounts,
    latencyMs,
    now,
    closedIbans: new Set(options.closedIbans),
    returningIbans: new Set(options.returningIbans),
    onChange: () => undefined,
    onEntry: () => undefined,
    deliver: () => undefined,
  });
  const mail = createMailbox();
  const tellNews = createNews({ accounts, book, orders, now, offer: mail.offer });
  let isWithheld = false;
  const server = await startLoopbackServer({
    faults,
    tls: options.tls,
    failure: (status) => json(status, { error: 'service_unavailable' }),
    answer: (request) => {
      if (!isProven(proof, request, now())) return json(401, { error: 'caller_unknown' });
      if (!isWithheld) tellNews();
      return answer({ book, orders, mail, pageSize, now }, request);
    },
  });
  return {
    url: server.url,
    faults,
    book,
    offer: mail.offer,
    offerAgain: mail.offerAgain,
    withhold: (is) => {
      isWithheld = is;
    },
    waiting: () => mail.waiting().length,
    close: () => server.close(),
  };
};

interface Letter {
  readonly id: string;
  readonly content: string;
}

/** Letters in the order they were written; one that is acknowledged is offered no more. */
const createMailbox = () => {
  const letters: Letter[] = [];
  const acknowledged = new Set<string>();
  const offer = (content: string): void => {
    letters.push({ id: `msg-${String(letters.length + 1).padStart(6, '0')}`, content });
  };
  return {
    offer,
    offerAgain: (): void => {
      for (const { content } of letters.filter(({ id }) => acknowledged.has(id))) offer(content);
    },
    waiting: (): readonly Letter[] => letters.filter(({ id }) => !acknowledged.has(id)),
    read: (id: string): Letter | undefined => letters.find((one) => one.id === id),
    acknowledge: (id: string): void => void acknowledged.add(id),
  };
};

interface Service {
  readonly book: BankBook;
  readonly orders: Map<string, ReadOrder>;
  readonly mail: ReturnType<typeof createMailbox>;
  readonly pageSize: number;
  readonly now: () => number;
}

const answer = (service: Service, request: ReceivedRequest): Answer => {
  const { method, path } = request;
  const { orders, mail, pageSize } = service;
  if (method === 'POST' && path === '/payments') return pay(service, request);
  const asked = /^\/payments\/([A-Z0-9]{1,35})$/.exec(path)?.[1];
  if (method === 'GET' && asked !== undefined)
    return orders.has(asked) ? json(200, { messageId: asked }) : json(404, { error: 'message_unknown' });
  if (method === 'GET' && path === '/messages')
    return json(200, {
      messages: mail
        .waiting()
        .slice(0, pageSize)
        .map(({ id }) => ({ id })),
    });
  const [, id = '', acknowledgement] = /^\/messages\/([a-z0-9-]+)(\/acknowledgement)?$/.exec(path) ?? [];
  const letter = mail.read(id);
  if (letter === undefined) return json(404, { error: 'message_unknown' });
  if (method === 'GET' && acknowledgement === undefined) return xml(letter.content);
  if (method !== 'POST' || acknowledgement === undefined) return json(404, { error: 'path_unknown' });
  mail.acknowledge(id);
  return { status: 204, headers: {}, body: '' };
};

const pay = ({ book, orders, now }: Service, { body, headers }: ReceivedRequest): Answer => {
  const order = readOrder(body);
  if (order === undefined || headers['idempotency-key'] !== order.messageId)
    return json(400, { error: 'message_malformed' });
  if (order.createdAt > new Date(now() + 60_000).toISOString()) return json(422, { error: 'message_from_tomorrow' });
  const submitted = book.submit({ ...order, key: order.messageId, rail: 'sepa' });
  if (submitted === 'other content') return json(409, { error: 'message_id_reused' });
  orders.set(order.messageId, order);
  return json(submitted.isNew ? 202 : 200, { messageId: order.messageId });
};

interface News {
  readonly accounts: readonly DemoAccount[];
  readonly book: BankBook;
  readonly orders: ReadonlyMap<string, ReadOrder>;
  readonly now: () => number;
  readonly offer: (content: string) => void;
}

/** Writes of everything that has changed since it was last asked: statements of days that are over, what became of orders, what accounts hold. */
const createNews = ({ accounts, book, orders, now, offer }: News): (() => void) => {
  const told = new Map<string, string>();
  const stated = new Set<string>();
  const days = new Set<string>();
  let written = 0;
  const nextId = (prefix: string): string => `${prefix}${(written += 1)}`;

  const state = (date: string, at: string): void => {
    if (stated.has(date) || date >= at.slice(0, 10)) return;
    stated.add(date);
    const statements = accounts.map((account) => ({
      account,
      date,
      openingMinor: book.balanceBefore(account, date),
      entries: book.entries(account.iban, date),
    }));
    offer(statementsXml(statements, at));
  };
  const report = (account: DemoAccount & { readonly balanceMinor: bigint }, at: string): void => {
    const { iban } = account;
    const entries = [...days].flatMap((day) => book.entries(iban, day)).filter(({ isReturn }) => isReturn);
    const content = { account, balanceMinor: account.balanceMinor, entries };
    const digest = createHash('sha256').update(`${account.balanceMinor} ${entries.length}`).digest('hex');
    if (told.get(iban) === digest) return;
    told.set(iban, digest);
    offer(reportXml(content, { id: nextId('R'), at }));
  };
  return () => {
    book.settleDue();
    const at = new Date(now()).toISOString();
    days.add(at.slice(0, 10));
    for (const date of days) state(date, at);
    for (const order of orders.values()) {
      const payment = book.find(order.messageId);
      if (payment === undefined || told.get(order.messageId) === payment.status) continue;
      told.set(order.messageId, payment.status);
      offer(statusXml(payment, { id: nextId('S'), at }));
    }
    for (const account of book.balances()) report(account, at);
  };
};

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const xml = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml; charset=utf-8' },
  body,
});
