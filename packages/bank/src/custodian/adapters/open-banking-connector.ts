import { formatAmount } from '@finaegis/kernel/money';
import { OutcomeUnknown, ProviderFault } from '@finaegis/platform/resilience/faults';
import type { ProviderCalls } from '@finaegis/platform/resilience/guarded-call';
import { type OutboundAnswer, sendJson } from '@finaegis/platform/resilience/outbound-http';
import type { TlsIdentity } from '@finaegis/platform/resilience/tls-identity';
import { z } from 'zod';
import type { BankOrder, BankOutcome, CustodianConnector, NostroStatement } from '../connector.ts';
import { type AccessToken, createAccessToken } from './access-token.ts';
import { bankMinor } from './bank-amount.ts';

/** What is asked of an Open Banking API, each behind a breaker of its own. */
export const openBankingOperations = { submit: {}, find: {}, balances: {}, transactions: {} } as const;
export type OpenBankingOperation = keyof typeof openBankingOperations;

export interface OpenBankingConnection {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Our client certificate, where the bank wants one. */
  readonly identity?: TlsIdentity | undefined;
  readonly assets: readonly string[];
  readonly now: () => number;
  readonly calls: ProviderCalls<OpenBankingOperation>;
}

const payment = z.object({
  paymentId: z.string(),
  transactionStatus: z.enum(['RCVD', 'PDNG', 'ACCP', 'ACSP', 'ACSC', 'ACCC', 'RJCT', 'CANC', 'RTND']),
  reasonCode: z.string().optional(),
});
const accounts = z.object({
  accounts: z.array(
    z.object({
      iban: z.string(),
      currency: z.string(),
      balance: z.object({ amount: z.string(), referenceDateTime: z.string() }),
    }),
  ),
});
const transactions = z.object({
  openingBalance: z.string(),
  closingBalance: z.string(),
  transactions: z.array(
    z.object({
      entryReference: z.string(),
      creditDebitIndicator: z.enum(['CRDT', 'DBIT']),
      amount: z.string(),
      bookingDate: z.string(),
      endToEndId: z.string().optional(),
      instructionId: z.string().optional(),
      isReturn: z.boolean(),
    }),
  ),
});

interface Wanted {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Where the API is, and who we are to it. */
interface Api {
  readonly url: string;
  readonly token: AccessToken;
  readonly identity: TlsIdentity | undefined;
}

/** A bank behind an Open Banking API over REST: OAuth 2 client credentials, and an idempotency key on every payment. */
export const openBankingConnector = (connection: OpenBankingConnection): CustodianConnector => {
  const { url, clientId, clientSecret, identity, now, calls, assets } = connection;
  const token = createAccessToken({ url: `${url}/oauth/token`, clientId, clientSecret, identity, now });
  const api: Api = { url, token, identity };
  const get = (operation: OpenBankingOperation, path: string, abort: AbortSignal) =>
    calls.call(operation, ({ signal }) => send(api, { method: 'GET', path }, signal), {
      isRead: true,
      signal: abort,
    });
  const held = async (abort: AbortSignal) =>
    accounts.parse((await get('balances', '/v1/accounts', abort)).body).accounts;
  return {
    capabilities: {
      assets,
      rails: ['sepa', 'sepa-instant'],
      hasStatements: true,
      verifiesPayees: false,
      hasWebhooks: false,
    },
    balances: async (abort) =>
      (await held(abort)).map(({ iban, currency, balance }) => ({
        iban,
        asset: currency,
        amountMinor: bankMinor(balance.amount, currency),
        asOf: balance.referenceDateTime,
      })),
    submit: (order, abort) =>
      calls.call('submit', ({ signal }) => submit(api, order, signal), { isMoney: true, signal: abort }),
    find: async (key, abort) => {
      const { status, body } = await get('find', `/v1/payments/by-key/${encodeURIComponent(key)}`, abort);
      return status === 404 ? { kind: 'absent' } : outcomeOf(payment.parse(body));
    },
    statements: async (date, abort) => {
      const all = await held(abort);
      const statements = await Promise.all(
        all.map(async ({ iban, currency }) => {
          const { status, body } = await get('transactions', `/v1/accounts/${iban}/transactions?date=${date}`, abort);
          return status === 404 ? [] : [statementOf(transactions.parse(body), { iban, asset: currency, date })];
        }),
      );
      return statements.flat();
    },
    notifications: async () => [],
    verifyPayee: () => Promise.resolve('unavailable'),
    verifyWebhook: () => ({ isGenuine: false, reason: 'signature_missing' }),
    readWebhook: () => ({ kind: 'other' }),
  };
};

/** Sends with a token. One that was refused was looked at before anything else, so the same may be sent with the next. */
const send = async (
  { url, token, identity }: Api,
  { method, path, headers, body }: Wanted,
  signal: AbortSignal,
): Promise<OutboundAnswer<unknown>> => {
  const attempt = async (bearer: string) =>
    sendJson({
      url: `${url}${path}`,
      method,
      headers: { ...headers, authorization: `Bearer ${bearer}` },
      ...(body === undefined ? {} : { body }),
      signal,
      identity,
      bytesMax: 32_000_000,
    });
  const first = await token.get(signal);
  const answered = await attempt(first);
  if (answered.status !== 401) return answered;
  token.forget(first);
  const again = await attempt(await token.get(signal));
  if (again.status === 401) throw new ProviderFault('status_401', { isRetryable: false });
  return again;
};

const submit = async (api: Api, order: BankOrder, signal: AbortSignal): Promise<BankOutcome> => {
  const { creditor, debtor } = order;
  const { status, body } = await send(
    api,
    {
      method: 'POST',
      path: '/v1/payments',
      headers: { 'x-idempotency-key': order.key },
      body: {
        product: order.rail,
        instructionId: order.reference,
        endToEndId: order.endToEndId,
        instructedAmount: { amount: formatAmount(order.amountMinor, order.decimals), currency: order.asset },
        debtorAccount: { iban: debtor.iban },
        creditorAccount: { iban: creditor.iban },
        creditorName: creditor.name,
        ...(creditor.bic === undefined ? {} : { creditorAgent: creditor.bic }),
        ...(order.remittance === undefined ? {} : { remittanceInformationUnstructured: order.remittance }),
        requestedExecutionDate: order.executionDate,
      },
    },
    signal,
  );
  if (status === 409) return { kind: 'declined', code: 'key_reused' };
  if (status === 400 || status === 422) return { kind: 'declined', code: 'request_malformed' };
  if (status !== 200 && status !== 201) throw new ProviderFault(`status_${status}`, { isRetryable: false });
  const parsed = payment.safeParse(body);
  if (!parsed.success) throw new OutcomeUnknown('answer_malformed');
  return outcomeOf(parsed.data);
};

const outcomeOf = ({ paymentId, transactionStatus, reasonCode = 'NARR' }: z.output<typeof payment>): BankOutcome => {
  switch (transactionStatus) {
    case 'RJCT':
    case 'CANC':
      return { kind: 'declined', code: reasonCode };
    case 'RTND':
      return { kind: 'returned', code: reasonCode, bankReference: paymentId };
    case 'ACSC':
    case 'ACCC':
      return { kind: 'settled', bankReference: paymentId };
    case 'RCVD':
    case 'PDNG':
      return { kind: 'pending', bankReference: paymentId };
    case 'ACCP':
    case 'ACSP':
      return { kind: 'accepted', bankReference: paymentId };
  }
};

const statementOf = (
  { openingBalance, closingBalance, transactions: booked }: z.output<typeof transactions>,
  { iban, asset, date }: { readonly iban: string; readonly asset: string; readonly date: string },
): NostroStatement => ({
  iban,
  asset,
  date,
  statementId: `${iban.slice(-8)}-${date}`,
  openingMinor: bankMinor(openingBalance, asset),
  closingMinor: bankMinor(closingBalance, asset),
  entries: booked.map(
    ({ entryReference, creditDebitIndicator, amount, bookingDate, endToEndId, instructionId, isReturn }) => ({
      entryId: entryReference,
      side: creditDebitIndicator,
      amountMinor: bankMinor(amount, asset),
      bookingDate,
      endToEndId,
      reference: instructionId,
      isReturn,
    }),
  ),
});
