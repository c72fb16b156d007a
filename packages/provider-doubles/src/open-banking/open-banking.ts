import { type BankBook, createBankBook, type DemoAccount, type DemoPayment } from '../demo-bank/bank-book.ts';
import { majorOf, minorOf } from '../demo-bank/statement-xml.ts';
import { createFaultQueue, type FaultQueue } from '../faults.ts';
import { type Answer, type ClientsWanted, type ReceivedRequest, startLoopbackServer } from '../loopback-server.ts';

/** How the double of an Open Banking API is opened. */
export interface OpenBankingOptions {
  readonly accounts: readonly DemoAccount[];
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long a token is good for; five minutes unless told. */
  readonly tokenSeconds?: number;
  readonly latencyMs?: number;
  readonly now?: () => number;
  readonly closedIbans?: readonly string[];
  readonly returningIbans?: readonly string[];
  /** Whose certificates it wants of its callers; none unless told. */
  readonly tls?: ClientsWanted;
}

/** A bank behind an Open Banking API: OAuth 2 client credentials, payments under an idempotency key, accounts and transactions. */
export interface OpenBanking {
  readonly url: string;
  readonly faults: FaultQueue;
  readonly book: Pick<BankBook, 'settleDue' | 'receive'>;
  /** How many tokens were given out. */
  readonly tokensIssued: () => number;
  /** Tokens given out so far are good for nothing any more. */
  readonly revokeTokens: () => void;
  close(): Promise<void>;
}

/** Opens it on a free port of this machine. */
export const startOpenBanking = async (options: OpenBankingOptions): Promise<OpenBanking> => {
  const { accounts, latencyMs = 0, now = Date.now, tokenSeconds = 300 } = options;
  const faults = createFaultQueue();
  const tokens = new Map<string, number>();
  let issued = 0;
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
  const token = ({ headers, body }: ReceivedRequest): Answer => {
    const expected = Buffer.from(`${options.clientId}:${options.clientSecret}`).toString('base64');
    const isGrant = new URLSearchParams(body).get('grant_type') === 'client_credentials';
    if (headers.authorization !== `Basic ${expected}` || !isGrant) return json(401, { error: 'invalid_client' });
    issued += 1;
    tokens.set(`token-${issued}`, now() + tokenSeconds * 1_000);
    return json(200, { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: tokenSeconds });
  };
  const server = await startLoopbackServer({
    faults,
    tls: options.tls,
    failure: (status) => json(status, { error: 'temporarily_unavailable' }),
    answer: (request) => {
      if (request.method === 'POST' && request.path === '/oauth/token') return token(request);
      const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if ((tokens.get(given) ?? 0) <= now()) return json(401, { error: 'invalid_token' });
      book.settleDue();
      return answer(book, request, now);
    },
  });
  return {
    url: server.url,
    faults,
    book,
    tokensIssued: () => issued,
    revokeTokens: () => tokens.clear(),
    close: () => server.close(),
  };
};

const answer = (book: BankBook, request: ReceivedRequest, now: () => number): Answer => {
  const { method, path, query } = request;
  if (method === 'POST' && path === '/v1/payments') return pay(book, request);
  const key = /^\/v1\/payments\/by-key\/([0-9a-f-]+)$/.exec(path)?.[1];
  if (method === 'GET' && key !== undefined) {
    const payment = book.find(key);
    return payment === undefined ? json(404, { error: 'RESOURCE_UNKNOWN' }) : json(200, shown(payment));
  }
  if (method === 'GET' && path === '/v1/accounts')
    return json(200, {
      accounts: book.balances().map(({ iban, asset, balanceMinor }) => ({
        iban,
        currency: asset,
        balance: { amount: majorOf(balanceMinor, asset), referenceDateTime: new Date(now()).toISOString() },
      })),
    });
  const iban = /^\/v1\/accounts\/([A-Z0-9]+)\/transactions$/.exec(path)?.[1];
  const date = new URLSearchParams(query).get('date');
  if (method === 'GET' && iban !== undefined && date !== null) return transactions(book, { iban, date, now });
  return json(404, { error: 'RESOURCE_UNKNOWN' });
};

/** What a client of the API sends; the double believes that it is. */
interface PaymentBody {
  readonly product: string;
  readonly instructionId: string;
  readonly endToEndId: string;
  readonly instructedAmount: { readonly amount: string; readonly currency: string };
  readonly debtorAccount: { readonly iban: string };
  readonly creditorAccount: { readonly iban: string };
  readonly creditorName: string;
}

const pay = (book: BankBook, { headers, body }: ReceivedRequest): Answer => {
  const key = headers['x-idempotency-key'];
  const asked = JSON.parse(body) as PaymentBody;
  const { amount: written, currency: asset } = asked.instructedAmount;
  const amountMinor = minorOf(written, asset);
  if (typeof key !== 'string' || amountMinor === undefined) return json(400, { error: 'FORMAT_ERROR' });
  const submitted = book.submit({
    key,
    asset,
    amountMinor,
    rail: asked.product,
    reference: asked.instructionId,
    endToEndId: asked.endToEndId,
    debtorIban: asked.debtorAccount.iban,
    creditorIban: asked.creditorAccount.iban,
    creditorName: asked.creditorName,
  });
  if (submitted === 'other content') return json(409, { error: 'IDEMPOTENCY_KEY_REUSED' });
  return json(submitted.isNew ? 201 : 200, shown(submitted.payment));
};

const statuses = { pending: 'PDNG', settled: 'ACSC', rejected: 'RJCT', returned: 'RTND' } as const;

const shown = ({ id, status, reason }: DemoPayment): unknown => ({
  paymentId: id,
  transactionStatus: statuses[status],
  ...(reason === undefined ? {} : { reasonCode: reason }),
});

const transactions = (
  book: BankBook,
  { iban, date, now }: { readonly iban: string; readonly date: string; readonly now: () => number },
): Answer => {
  const account = book.balances().find((one) => one.iban === iban);
  if (account === undefined || date >= new Date(now()).toISOString().slice(0, 10))
    return json(404, { error: 'RESOURCE_UNKNOWN' });
  const openingMinor = book.balanceBefore(account, date);
  const entries = book.entries(iban, date);
  const closingMinor = entries.reduce(
    (sum, { side, amountMinor }) => sum + (side === 'CRDT' ? amountMinor : -amountMinor),
    openingMinor,
  );
  return json(200, {
    openingBalance: majorOf(openingMinor, account.asset),
    closingBalance: majorOf(closingMinor, account.asset),
    transactions: entries.map(({ id, side, amountMinor, endToEndId, reference, isReturn }) => ({
      entryReference: id,
      creditDebitIndicator: side,
      amount: majorOf(amountMinor, account.asset),
      bookingDate: date,
      endToEndId,
      ...(reference === undefined ? {} : { instructionId: reference }),
      isReturn,
    })),
  });
};

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
