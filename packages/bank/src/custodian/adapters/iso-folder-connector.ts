import { createHash } from 'node:crypto';
import { formatAmount } from '@finaegis/kernel/money';
import { referenceOf } from '@finaegis/kernel/reference';
import { z } from 'zod';
import type { Address } from '../../iso20022/party.ts';
import { MessageNotWritable } from '../../iso20022/problem.ts';
import { readBankStatementFile } from '../../iso20022/read-bank-statements.ts';
import { readStatusReport } from '../../iso20022/read-status-report.ts';
import type { PaymentStatus, StatusReport } from '../../iso20022/status-report.ts';
import { writeCreditTransfers } from '../../iso20022/write-credit-transfers.ts';
import type { BankBalance, BankOrder, BankOutcome, CustodianConnector } from '../connector.ts';
import { bankMinor } from './bank-amount.ts';
import { checkMessage, MessageRejected, readNostroStatements } from './bank-statements.ts';
import type { ArrivedFile, MessageFolder } from './message-folder.ts';

/** A bank reached by ISO 20022 files. */
export interface IsoFolderConnection {
  readonly folder: MessageFolder;
  /** Who we are to the bank. */
  readonly initiator: string;
  /** Our bank's BIC. */
  readonly bic: string;
  readonly assets: readonly string[];
  readonly now: () => number;
  /** Which generation of pain.001 the bank takes; the newer unless told. */
  readonly message?: 'pain.001.001.03' | 'pain.001.001.09';
}

const sentRecord = z.object({ endToEndId: z.string(), xml: z.string() });
const statusRecord = z.object({ status: z.string(), reason: z.string().optional(), bankReference: z.string() });
const balanceRecord = z.object({ iban: z.string(), asset: z.string(), amount: z.string(), asOf: z.string() });

/**
 * A bank reached by files: pain.001 out, pain.002 and camt.052, .053, .054 in. What arrives is checked against its schema, taken once by its digest,
 * and kept; what is not by its schema goes to `rejected` with the reason, and nothing of it counts.
 */
export const isoFolderConnector = (connection: IsoFolderConnection): CustodianConnector => {
  const { folder, assets } = connection;
  return {
    capabilities: {
      assets,
      rails: ['sepa', 'sepa-instant', 'swift'],
      hasStatements: true,
      verifiesPayees: false,
      hasWebhooks: false,
    },
    balances: async () => {
      await takeIn(folder);
      const names = await folder.list('balances');
      const records = await Promise.all(
        names.map(async (name) => balanceRecord.parse(await recordOf(folder, 'balances', name))),
      );
      return records.map(({ amount, ...rest }): BankBalance => ({ ...rest, amountMinor: BigInt(amount) }));
    },
    submit: (order) => submit(connection, order),
    find: async (key) => {
      await takeIn(folder);
      return (await outcomeOf(folder, messageIdOf(key))) ?? { kind: 'absent' };
    },
    statements: async (date) => {
      await takeIn(folder);
      const names = (await folder.list('statements')).filter((name) => name.startsWith(`${date}.`));
      const files = await Promise.all(
        names.map((name) => folder.read('processed', `${name.slice(date.length + 1)}.xml`)),
      );
      const read = await Promise.all(files.flatMap((xml) => (xml === undefined ? [] : [readNostroStatements(xml)])));
      return read.flat().filter((statement) => statement.date === date);
    },
    verifyPayee: () => Promise.resolve('unavailable'),
    verifyWebhook: () => ({ isGenuine: false, reason: 'signature_missing' }),
  };
};

/** One file for each order, known to the bank by an id made from the order's key: the same order can only ever be the same file. */
const messageIdOf = (key: string): string => referenceOf('M', key);

const submit = async (connection: IsoFolderConnection, order: BankOrder): Promise<BankOutcome> => {
  const { folder } = connection;
  const messageId = messageIdOf(order.key);
  if (!(await folder.has('sent', `${messageId}.json`))) {
    const written = fileOf(connection, order, messageId);
    if ('kind' in written) return written;
    // First what we mean to send, then the file, then that it lies there: whoever comes after a crash sends the same bytes again.
    const record = { endToEndId: order.endToEndId, xml: written.xml };
    await folder.write('sent', `${messageId}.json`, JSON.stringify(record));
  }
  await putOut(folder, messageId);
  return (await outcomeOf(folder, messageId)) ?? { kind: 'pending', bankReference: messageId };
};

/** Puts a file into the outbox unless it has lain there. A bank refuses a message id it has seen, so that doing so twice is harmless. */
const putOut = async (folder: MessageFolder, messageId: string): Promise<void> => {
  if (await folder.has('sent', `${messageId}.delivered`)) return;
  const { xml } = sentRecord.parse(await recordOf(folder, 'sent', `${messageId}.json`));
  await folder.write('outbox', `${messageId}.xml`, xml);
  await folder.write('sent', `${messageId}.delivered`, '');
};

const serviceLevels: Readonly<Record<string, string>> = { sepa: 'SEPA', 'sepa-instant': 'SEPA' };

const fileOf = (
  { initiator, bic, now, message }: IsoFolderConnection,
  order: BankOrder,
  messageId: string,
): { readonly xml: string } | Extract<BankOutcome, { readonly kind: 'declined' }> => {
  const { debtor, creditor, asset, amountMinor, decimals, remittance, rail } = order;
  const serviceLevel = serviceLevels[rail];
  try {
    return writeCreditTransfers(
      {
        messageId,
        createdAt: new Date(now()).toISOString(),
        initiator: { name: initiator },
        payments: [
          {
            paymentInfoId: messageId,
            executionDate: order.executionDate,
            debtor: { name: debtor.name ?? initiator },
            debtorAccount: { iban: debtor.iban ?? '' },
            debtorAgent: { bic },
            ...(serviceLevel === undefined ? {} : { serviceLevel, chargeBearer: 'SLEV' as const }),
            lines: [
              {
                instructionId: order.reference,
                endToEndId: order.endToEndId,
                amount: { amount: formatAmount(amountMinor, decimals), currency: asset },
                creditor: { name: creditor.name, ...addressOf(creditor.address) },
                creditorAccount:
                  creditor.iban === undefined ? { other: creditor.account ?? '' } : { iban: creditor.iban },
                ...(creditor.bic === undefined ? {} : { creditorAgent: { bic: creditor.bic } }),
                ...(remittance === undefined ? {} : { remittance: { unstructured: [remittance] } }),
              },
            ],
          },
        ],
      },
      message,
    );
  } catch (error) {
    // An order that has no form in the message can never be sent, and nothing was.
    if (error instanceof MessageNotWritable)
      return { kind: 'declined', code: error.problems[0]?.code ?? 'not_writable' };
    throw error;
  }
};

const addressOf = (address: BankOrder['creditor']['address']): { readonly address?: Address } => {
  if (address === undefined) return {};
  const { street, building, postCode, town, country } = address;
  return {
    address: {
      ...(street === undefined ? {} : { streetName: street }),
      ...(building === undefined ? {} : { buildingNumber: building }),
      ...(postCode === undefined ? {} : { postCode }),
      townName: town,
      country,
    },
  };
};

const recordOf = async (
  folder: MessageFolder,
  room: 'sent' | 'status' | 'returns' | 'balances',
  name: string,
): Promise<unknown> => {
  const bytes = await folder.read(room, name);
  return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
};

const outcomeOf = async (folder: MessageFolder, messageId: string): Promise<BankOutcome | undefined> => {
  const sent = await recordOf(folder, 'sent', `${messageId}.json`);
  if (sent === undefined) return undefined;
  await putOut(folder, messageId);
  const { endToEndId } = sentRecord.parse(sent);
  const returned = await recordOf(folder, 'returns', `${digestOf(endToEndId)}.json`);
  const told = await recordOf(folder, 'status', `${messageId}.json`);
  const status = told === undefined ? undefined : statusRecord.parse(told);
  const bankReference = status?.bankReference ?? messageId;
  if (returned !== undefined)
    return { kind: 'returned', code: z.object({ code: z.string() }).parse(returned).code, bankReference };
  if (status === undefined) return { kind: 'pending', bankReference };
  return outcomeOfStatus(status.status as PaymentStatus, status.reason, bankReference);
};

const outcomeOfStatus = (status: PaymentStatus, reason: string | undefined, bankReference: string): BankOutcome => {
  if (['RJCT', 'CANC', 'BLCK'].includes(status)) return { kind: 'declined', code: reason ?? 'NARR' };
  if (status === 'ACSC' || status === 'ACCC') return { kind: 'settled', bankReference };
  return { kind: status === 'PDNG' || status === 'RCVD' ? 'pending' : 'accepted', bankReference };
};

/** Takes in everything the bank has left, each file once. */
const takeIn = async (folder: MessageFolder): Promise<void> => {
  for (const file of await folder.arrived()) {
    if (await folder.has('processed', `${file.digest}.xml`)) {
      // The same bytes again say nothing new.
      await folder.keep(file);
      continue;
    }
    try {
      const name = await checkMessage(file.bytes);
      if (name.startsWith('pain.002')) await takeStatuses(folder, file);
      else if (name.startsWith('camt.')) await takeStatements(folder, file, name);
      else throw new MessageRejected('message_not_expected', [name]);
      await folder.keep(file);
    } catch (error) {
      if (!(error instanceof MessageRejected)) throw error;
      await folder.reject(file, { code: error.code, problems: error.problems });
    }
  }
};

const takeStatuses = async (folder: MessageFolder, { bytes }: ArrivedFile): Promise<void> => {
  const { message, problems } = await readStatusReport([bytes]);
  if (message === undefined) throw new MessageRejected(problems[0]?.code ?? 'xml_malformed');
  const { messageId } = message.original;
  // A report about a message that is not ours may be anybody's; ours have names that are safe as such.
  if (!/^[A-Z0-9]{1,35}$/.test(messageId) || !(await folder.has('sent', `${messageId}.json`)))
    throw new MessageRejected('original_message_unknown');
  const next = statusIn(message);
  if (next.status === undefined) return;
  const known = await recordOf(folder, 'status', `${messageId}.json`);
  // Reports can overtake each other; what is final stays.
  if (known !== undefined && isFinal(statusRecord.parse(known).status)) return;
  const bankReference = next.bankReference ?? messageId;
  await folder.write('status', `${messageId}.json`, JSON.stringify({ ...next, bankReference }));
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

const takeStatements = async (folder: MessageFolder, { bytes, digest }: ArrivedFile, name: string): Promise<void> => {
  const statements = await readNostroStatements(bytes);
  const { message = [] } = await readBankStatementFile([bytes]);
  for (const { originalEndToEndId, endToEndId, returnReason } of message.flatMap(({ entries }) =>
    entries.flatMap(({ details }) => details),
  )) {
    const id = originalEndToEndId ?? endToEndId;
    if (returnReason === undefined || id === undefined) continue;
    const code = returnReason.code ?? returnReason.proprietary ?? 'NARR';
    await folder.write('returns', `${digestOf(id)}.json`, JSON.stringify({ code }));
  }
  for (const { account, balances, createdAt } of message) {
    const balance = balances.find(({ type }) => type === 'CLBD' || type === 'ITBD');
    if (account.iban === undefined || balance === undefined) continue;
    const minor = bankMinor(balance.amount.amount, balance.amount.currency);
    await keepBalance(folder, {
      iban: account.iban,
      asset: balance.amount.currency,
      amount: (balance.side === 'DBIT' ? -minor : minor).toString(),
      asOf: createdAt,
    });
  }
  if (name.startsWith('camt.053'))
    for (const date of new Set(statements.map((statement) => statement.date)))
      await folder.write('statements', `${date}.${digest}`, '');
};

const keepBalance = async (folder: MessageFolder, record: z.output<typeof balanceRecord>): Promise<void> => {
  const name = `${record.iban}-${record.asset}.json`;
  const known = await recordOf(folder, 'balances', name);
  if (known !== undefined && balanceRecord.parse(known).asOf > record.asOf) return;
  await folder.write('balances', name, JSON.stringify(record));
};

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
