import { createHmac, timingSafeEqual } from 'node:crypto';
import { formatAmount } from '@finaegis/kernel/money';
import { OutcomeUnknown, ProviderFault } from '@finaegis/platform/resilience/faults';
import type { ProviderCalls } from '@finaegis/platform/resilience/guarded-call';
import { sendJson } from '@finaegis/platform/resilience/outbound-http';
import { z } from 'zod';
import type {
  BankMessage,
  BankNews,
  BankOrder,
  BankOutcome,
  Capabilities,
  CustodianConnector,
  VerifiedWebhook,
} from '../connector.ts';
import { bankMinor } from './bank-amount.ts';
import { readNostroStatements } from './bank-statements.ts';

/** What is asked of the demo bank, each behind a breaker of its own. */
export const demoBankOperations = { submit: {}, find: {}, balances: {}, statements: {}, 'verify-payee': {} } as const;
export type DemoBankOperation = keyof typeof demoBankOperations;

export interface DemoBankConnection {
  readonly url: string;
  readonly apiKey: string;
  /** With which it signs what it sends. */
  readonly webhookSecret: string;
  readonly calls: ProviderCalls<DemoBankOperation>;
}

const capabilities: Capabilities = {
  assets: ['EUR', 'USD', 'CZK'],
  rails: ['internal', 'sepa', 'sepa-instant', 'swift'],
  hasStatements: true,
  verifiesPayees: true,
  hasWebhooks: true,
};

const payment = z.object({
  id: z.string(),
  key: z.string(),
  status: z.enum(['pending', 'settled', 'rejected', 'returned']),
  reason: z.string().optional(),
  returnEntry: z.string().optional(),
  reference: z.string().optional(),
  endToEndId: z.string().optional(),
});
const bookedEntry = z.object({
  id: z.string(),
  iban: z.string(),
  asset: z.string(),
  side: z.enum(['CRDT', 'DBIT']),
  amount: z.string(),
  date: z.string(),
  endToEndId: z.string().optional(),
  reference: z.string().optional(),
  isReturn: z.boolean(),
  reason: z.string().optional(),
  sender: z
    .object({
      name: z.string().optional(),
      iban: z.string().optional(),
      creditorIban: z.string().optional(),
      remittance: z.string().optional(),
    })
    .optional(),
});
const accounts = z.object({
  asOf: z.string(),
  accounts: z.array(z.object({ iban: z.string(), asset: z.string(), balance: z.string() })),
});
const webhook = z.object({
  eventId: z.string(),
  type: z.string(),
  payment: payment.optional(),
  entry: bookedEntry.optional(),
});

/** The way to a demo bank over its HTTP. */
export const demoBankConnector = (connection: DemoBankConnection): CustodianConnector => {
  const { calls, url, apiKey } = connection;
  const headers = { authorization: `Bearer ${apiKey}` };
  const get = (operation: DemoBankOperation, path: string, abort: AbortSignal) =>
    calls.call(
      operation,
      ({ signal }) => sendJson({ url: `${url}${path}`, method: 'GET', headers, signal, bytesMax: 32_000_000 }),
      {
        isRead: true,
        signal: abort,
      },
    );
  return {
    capabilities,
    balances: async (abort) => {
      const { asOf, accounts: held } = accounts.parse((await get('balances', '/v1/accounts', abort)).body);
      return held.map(({ iban, asset, balance }) => ({ iban, asset, asOf, amountMinor: bankMinor(balance, asset) }));
    },
    submit: (order, abort) =>
      calls.call('submit', ({ signal }) => submit(connection, order, signal), { isMoney: true, signal: abort }),
    find: async (key, abort) => {
      const { status, body } = await get('find', `/v1/payments?key=${encodeURIComponent(key)}`, abort);
      return status === 404 ? { kind: 'absent' } : outcomeOf(payment.parse(body));
    },
    statements: async (date, abort) => {
      const { status, body } = await get('statements', `/v1/statements/${date}`, abort);
      if (status === 404) return [];
      return readNostroStatements(Buffer.from(z.object({ camt053: z.string() }).parse(body).camt053));
    },
    notifications: async () => [],
    verifyPayee: async ({ iban, name }, abort) => {
      const answer = await calls.call(
        'verify-payee',
        ({ signal }) =>
          sendJson({ url: `${url}/v1/payee-checks`, method: 'POST', headers, body: { iban, name }, signal }),
        { isRead: true, signal: abort },
      );
      return z.object({ result: z.enum(['match', 'close_match', 'no_match', 'unavailable']) }).parse(answer.body)
        .result;
    },
    verifyWebhook: (message) => verify(connection, message),
    readWebhook: (body) => newsOf(webhook.parse(jsonOf(body))),
  };
};

const submit = async (
  { url, apiKey }: DemoBankConnection,
  order: BankOrder,
  signal: AbortSignal,
): Promise<BankOutcome> => {
  const { status, body } = await sendJson({
    url: `${url}/v1/payments`,
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': order.key },
    body: {
      rail: order.rail,
      asset: order.asset,
      amount: formatAmount(order.amountMinor, order.decimals),
      reference: order.reference,
      endToEndId: order.endToEndId,
      debtorIban: order.debtor.iban ?? '',
      creditorName: order.creditor.name,
      creditorIban: order.creditor.iban ?? '',
    },
    signal,
  });
  if (status === 200 || status === 201) return outcomeOf(answered(body));
  if (status === 409) return { kind: 'declined', code: 'key_reused' };
  if (status === 400) return { kind: 'declined', code: 'request_malformed' };
  // Turned away at the door: nothing was looked at.
  throw new ProviderFault(`status_${status}`, { isRetryable: false });
};

const answered = (body: unknown): z.output<typeof payment> => {
  const parsed = payment.safeParse(body);
  if (!parsed.success) throw new OutcomeUnknown('answer_malformed');
  return parsed.data;
};

const outcomeOf = ({ id, status, reason = 'NARR', returnEntry }: z.output<typeof payment>): BankOutcome => {
  switch (status) {
    case 'pending':
    case 'settled':
      return { kind: status, bankReference: id };
    case 'rejected':
      return { kind: 'declined', code: reason };
    case 'returned':
      return {
        kind: 'returned',
        code: reason,
        bankReference: id,
        ...(returnEntry === undefined ? {} : { entryReference: returnEntry }),
      };
  }
};

const webhookAgeMaxMs = 300_000;

const verify = (
  { webhookSecret }: DemoBankConnection,
  { headers, body, receivedAtMs }: BankMessage,
): VerifiedWebhook => {
  const written = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(headers['demo-bank-signature'] ?? '');
  if (written === null) return { isGenuine: false, reason: 'signature_missing' };
  const [, seconds = '', signature = ''] = written;
  const expected = createHmac('sha256', webhookSecret).update(`${seconds}.`).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return { isGenuine: false, reason: 'signature_wrong' };
  if (Math.abs(receivedAtMs - Number(seconds) * 1_000) > webhookAgeMaxMs)
    return { isGenuine: false, reason: 'signature_stale' };
  const parsed = webhook.safeParse(jsonOf(body));
  if (!parsed.success) return { isGenuine: false, reason: 'body_malformed' };
  const { eventId, type } = parsed.data;
  return { isGenuine: true, eventId, type, news: newsOf(parsed.data) };
};

const newsOf = ({ payment: told, entry }: z.output<typeof webhook>): BankNews => {
  if (told !== undefined) {
    const { key, reference, endToEndId } = told;
    return { kind: 'order', key, outcome: outcomeOf(told), reference, endToEndId };
  }
  return entry === undefined ? { kind: 'other' } : entryNews(entry);
};

const entryNews = ({ sender = {}, ...entry }: z.output<typeof bookedEntry>): BankNews => {
  const { id: entryId, iban, asset, side, amount, date, endToEndId, reference, isReturn, reason } = entry;
  const { name, iban: senderIban, creditorIban, remittance } = sender;
  return {
    kind: 'entry',
    iban,
    asset,
    entry: {
      entryId,
      side,
      amountMinor: bankMinor(amount, asset),
      bookingDate: date,
      valueDate: date,
      endToEndId,
      reference,
      isReturn,
      returnCode: reason,
      counterparty: { name, iban: senderIban },
      creditorIban,
      remittance,
    },
  };
};

const jsonOf = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    // Said by the schema: what is no JSON is no notification.
    return undefined;
  }
};
