import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BankEntry } from '../../iso20022/bank-statement.ts';
import { readBankStatementFile } from '../../iso20022/read-bank-statements.ts';
import { readStatusReport } from '../../iso20022/read-status-report.ts';
import type { PaymentStatus, StatusReport } from '../../iso20022/status-report.ts';
import type {
  BankBalance,
  BankOrder,
  BankOutcome,
  Capabilities,
  CustodianConnector,
  NostroStatement,
} from '../connector.ts';
import { bankMinor } from './bank-amount.ts';
import { checkMessage, MessageRejected, readNostroStatements } from './bank-statements.ts';
import { type IsoWriting, messageIdOf, writeOrder } from './iso-order.ts';
import type { ArrivedMessage, IsoTransport } from './iso-transport.ts';
import type { MessageRecords } from './message-records.ts';

/** A bank reached by ISO 20022 messages. */
export interface IsoConnection extends IsoWriting {
  readonly transport: IsoTransport;
  readonly records: MessageRecords;
  readonly assets: readonly string[];
}

/** What a bank reached by ISO 20022 messages can do, whatever carries them. */
export const isoCapabilities = (assets: readonly string[]): Capabilities => ({
  assets,
  rails: ['sepa', 'sepa-instant', 'swift'],
  hasStatements: true,
  verifiesPayees: false,
  hasWebhooks: false,
});

const sentRecord = z.object({ endToEndId: z.string(), xml: z.string() });
const statusRecord = z.object({ status: z.string(), reason: z.string().optional(), bankReference: z.string() });
const returnRecord = z.object({ code: z.string(), entryReference: z.string().optional() });
const balanceRecord = z.object({ iban: z.string(), asset: z.string(), amount: z.string(), asOf: z.string() });

/**
 * A bank reached by messages: pain.001 out, pain.002 and camt.052, .053, .054 in. What arrives is checked against its schema, taken once by its digest,
 * and kept before it is acknowledged; what is not by its schema is kept as rejected with the reason, and nothing of it counts.
 */
export const isoConnector = (connection: IsoConnection): CustodianConnector => {
  const { records, assets } = connection;
  return {
    capabilities: isoCapabilities(assets),
    balances: async (abort) => {
      await takeIn(connection, abort);
      const names = await records.list('balances');
      const known = await Promise.all(
        names.map(async (name) => balanceRecord.parse(await recordOf(records, 'balances', name))),
      );
      return known.map(({ amount, ...rest }): BankBalance => ({ ...rest, amountMinor: BigInt(amount) }));
    },
    submit: (order, abort) => submit(connection, order, abort),
    find: async (key, abort) => {
      await takeIn(connection, abort);
      return find(connection, messageIdOf(key), abort);
    },
    statements: (date, abort) => statementsIn(connection, 'statements', { date, abort }),
    notifications: (date, abort) => statementsIn(connection, 'notifications', { date, abort }),
    verifyPayee: () => Promise.resolve('unavailable'),
    verifyWebhook: () => ({ isGenuine: false, reason: 'signature_missing' }),
    readWebhook: () => ({ kind: 'other' }),
  };
};

/** What the messages of a room say of a day. */
const statementsIn = async (
  connection: IsoConnection,
  room: 'statements' | 'notifications',
  { date, abort }: { readonly date: string; readonly abort: AbortSignal },
): Promise<readonly NostroStatement[]> => {
  await takeIn(connection, abort);
  const { records } = connection;
  const names = await records.list(room, `${date}.`);
  const files = await Promise.all(names.map((name) => records.read('processed', `${name.slice(date.length + 1)}.xml`)));
  const read = await Promise.all(files.flatMap((xml) => (xml === undefined ? [] : [readNostroStatements(xml)])));
  return read.flat().filter((statement) => statement.date === date);
};

const submit = async (connection: IsoConnection, order: BankOrder, abort: AbortSignal): Promise<BankOutcome> => {
  const { records, transport } = connection;
  const messageId = messageIdOf(order.key);
  if (!(await records.has('sent', `${messageId}.json`))) {
    const written = writeOrder(connection, order, messageId);
    if ('kind' in written) return written;
    // First what we mean to send, then the message, then that it arrived: whoever comes after a crash sends the same bytes again.
    const record = { endToEndId: order.endToEndId, xml: written.xml };
    await records.write('sent', `${messageId}.json`, JSON.stringify(record));
  }
  const { endToEndId, xml } = sentRecord.parse(await recordOf(records, 'sent', `${messageId}.json`));
  if (!(await records.has('sent', `${messageId}.delivered`))) {
    const handed = await transport.send({ messageId, xml }, abort);
    if (handed.kind === 'declined') return handed;
    await records.write('sent', `${messageId}.delivered`, '');
  }
  return outcomeOf(records, messageId, endToEndId);
};

const find = async (
  { records, transport }: IsoConnection,
  messageId: string,
  abort: AbortSignal,
): Promise<BankOutcome | { readonly kind: 'absent' }> => {
  const sent = await recordOf(records, 'sent', `${messageId}.json`);
  if (sent === undefined) return { kind: 'absent' };
  const { endToEndId, xml } = sentRecord.parse(sent);
  if (!(await records.has('sent', `${messageId}.delivered`))) {
    // What the bank has told of, it has.
    const isThere =
      (await records.has('status', `${messageId}.json`)) || (await transport.has({ messageId, xml }, abort));
    if (!isThere) return { kind: 'absent' };
    await records.write('sent', `${messageId}.delivered`, '');
  }
  return outcomeOf(records, messageId, endToEndId);
};

const recordOf = async (
  records: MessageRecords,
  room: 'sent' | 'status' | 'returns' | 'balances',
  name: string,
): Promise<unknown> => {
  const bytes = await records.read(room, name);
  return bytes === undefined ? undefined : parsed(bytes);
};

const parsed = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));

/** What our records say of an order that is with the bank. */
const outcomeOf = async (records: MessageRecords, messageId: string, endToEndId: string): Promise<BankOutcome> => {
  const returned = await recordOf(records, 'returns', `${digestOf(endToEndId)}.json`);
  const told = await recordOf(records, 'status', `${messageId}.json`);
  const status = told === undefined ? undefined : statusRecord.parse(told);
  const bankReference = status?.bankReference ?? messageId;
  if (returned !== undefined) {
    const { code, entryReference } = returnRecord.parse(returned);
    return { kind: 'returned', code, bankReference, ...(entryReference === undefined ? {} : { entryReference }) };
  }
  if (status === undefined) return { kind: 'pending', bankReference };
  return outcomeOfStatus(status.status as PaymentStatus, status.reason, bankReference);
};

const outcomeOfStatus = (status: PaymentStatus, reason: string | undefined, bankReference: string): BankOutcome => {
  if (['RJCT', 'CANC', 'BLCK'].includes(status)) return { kind: 'declined', code: reason ?? 'NARR' };
  if (status === 'ACSC' || status === 'ACCC') return { kind: 'settled', bankReference };
  return { kind: status === 'PDNG' || status === 'RCVD' ? 'pending' : 'accepted', bankReference };
};

/** Takes in everything the bank offers, each message once. */
const takeIn = async ({ transport, records }: IsoConnection, abort: AbortSignal): Promise<void> => {
  for await (const arrived of transport.arrived(abort)) {
    const message = { ...arrived, digest: digestOf(arrived.bytes) };
    // The same bytes again say nothing new.
    if (!(await records.has('processed', `${message.digest}.xml`))) await take(records, message);
    await transport.acknowledge(arrived, abort);
  }
};

interface DigestedMessage extends ArrivedMessage {
  readonly digest: string;
}

const take = async (records: MessageRecords, message: DigestedMessage): Promise<void> => {
  const { name, bytes, digest } = message;
  try {
    const kind = await checkMessage(bytes);
    if (kind.startsWith('pain.002')) await takeStatuses(records, message);
    else if (kind.startsWith('camt.')) await takeStatements(records, message, kind);
    else throw new MessageRejected('message_not_expected', [kind]);
    await records.write('processed', `${digest}.xml`, bytes);
  } catch (error) {
    if (!(error instanceof MessageRejected)) throw error;
    const reason = { file: name, code: error.code, problems: error.problems };
    await records.write('rejected', `${digest}.reason.json`, `${JSON.stringify(reason, null, 2)}\n`);
    await records.write('rejected', `${digest}.xml`, bytes);
  }
};

const takeStatuses = async (records: MessageRecords, { bytes }: DigestedMessage): Promise<void> => {
  const { message, problems } = await readStatusReport([bytes]);
  if (message === undefined) throw new MessageRejected(problems[0]?.code ?? 'xml_malformed');
  const { messageId } = message.original;
  // A report about a message that is not ours may be anybody's; ours have names that are safe as such.
  if (!/^[A-Z0-9]{1,35}$/.test(messageId) || !(await records.has('sent', `${messageId}.json`)))
    throw new MessageRejected('original_message_unknown');
  const next = statusIn(message);
  if (next.status === undefined) return;
  const bankReference = next.bankReference ?? messageId;
  // Reports can overtake each other; what is final stays.
  await records.replace('status', `${messageId}.json`, (known) =>
    known !== undefined && isFinal(statusRecord.parse(parsed(known)).status)
      ? undefined
      : JSON.stringify({ ...next, bankReference }),
  );
};

const isFinal = (status: string): boolean => ['RJCT', 'CANC', 'ACSC', 'ACCC'].includes(status);

/** One file has one transfer, so the most particular status there is is its own. */
const statusIn = ({ groupStatus, reasons, payments }: StatusReport) => {
  const [payment] = payments;
  const line = payment?.lines[0];
  const status = line?.status ?? payment?.status ?? groupStatus;
  const [reason] = [...(line?.reasons ?? []), ...(payment?.reasons ?? []), ...reasons];
  const code = reason?.code ?? reason?.proprietary;
  return {
    status,
    ...(code === undefined ? {} : { reason: code }),
    ...(line?.accountServicerReference === undefined ? {} : { bankReference: line.accountServicerReference }),
  };
};

const takeStatements = async (
  records: MessageRecords,
  { bytes, digest }: DigestedMessage,
  kind: string,
): Promise<void> => {
  const statements = await readNostroStatements(bytes);
  const { message = [] } = await readBankStatementFile([bytes]);
  for (const entry of message.flatMap(({ entries }) => entries)) await takeReturns(records, entry);
  for (const { account, balances, createdAt } of message) {
    const balance = balances.find(({ type }) => type === 'CLBD' || type === 'ITBD');
    if (account.iban === undefined || balance === undefined) continue;
    const minor = bankMinor(balance.amount.amount, balance.amount.currency);
    await keepBalance(records, {
      iban: account.iban,
      asset: balance.amount.currency,
      amount: (balance.side === 'DBIT' ? -minor : minor).toString(),
      asOf: createdAt,
    });
  }
  const room = kind.startsWith('camt.053') ? 'statements' : 'notifications';
  for (const date of new Set(statements.map((statement) => statement.date)))
    await records.write(room, `${date}.${digest}`, '');
};

/** Remembers which payments came back. The entry is theirs alone only where it is of one payment. */
const takeReturns = async (records: MessageRecords, { details, ...entry }: BankEntry): Promise<void> => {
  const reference = details.length === 1 ? (entry.accountServicerReference ?? entry.reference) : undefined;
  for (const { originalEndToEndId, endToEndId, returnReason } of details) {
    const id = originalEndToEndId ?? endToEndId;
    if (returnReason === undefined || id === undefined) continue;
    const code = returnReason.code ?? returnReason.proprietary ?? 'NARR';
    const record = { code, ...(reference === undefined ? {} : { entryReference: reference }) };
    await records.replace('returns', `${digestOf(id)}.json`, () => JSON.stringify(record));
  }
};

const keepBalance = async (records: MessageRecords, record: z.output<typeof balanceRecord>): Promise<void> => {
  const name = `${record.iban}-${record.asset}.json`;
  await records.replace('balances', name, (known) =>
    known !== undefined && balanceRecord.parse(parsed(known)).asOf > record.asOf ? undefined : JSON.stringify(record),
  );
};

const digestOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
