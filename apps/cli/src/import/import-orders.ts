import type { RegisterStandingOrderData } from '@finaegis/bank/account/contract';
import type { TextSource } from '@finaegis/bank/iso20022/text-source';
import { type ImportReport, type ImportTarget, importedId, newTally, reportOf, submitRecord } from './import-target.ts';
import { forEachInFlight } from './in-flight.ts';
import { type BadRow, type Mapping, readMapped } from './mapping.ts';
import type { RecordOf } from './records.ts';

/** A standing order the bank keeps: registered by this import or before it. */
export interface StandingOrder {
  readonly line: number;
  readonly orderId: string;
  readonly accountId: string;
  readonly record: RecordOf<'standing_order'>;
}

/**
 * Registers standing orders on accounts that were imported from the same source. Executing them is another matter: whoever does that is handed
 * those the bank keeps, in the order of the file.
 * @throws MappingInvalid; FileRefused when the file cannot be read to its end
 */
export const importOrders = async (
  target: ImportTarget,
  file: TextSource,
  mapping: Mapping,
): Promise<{ readonly orders: readonly StandingOrder[]; readonly report: ImportReport }> => {
  const { good, bad } = readMapped(file, mapping, 'standing_order');
  const { directory, handlers } = target.bank.modules.account;
  const tally = newTally();
  const unfit: BadRow[] = [];
  const seen = new Set<string>();
  const orders: StandingOrder[] = [];
  await forEachInFlight(good, async ({ line, record }) => {
    tally.read += 1;
    const { externalId, accountExternalId } = record;
    // Told apart from a repeat before anything is awaited: commands of one file overtake each other, and the first row is the one that counts.
    if (seen.has(externalId))
      return void unfit.push({ line, field: 'externalId', reason: `${externalId} stands in the file before` });
    seen.add(externalId);
    const data = orderOf(target, record);
    const { orderId, accountId } = data;
    if ((await directory.find(target.tenantId, accountId)) === undefined)
      return void unfit.push({ line, field: 'accountExternalId', reason: `there is no account ${accountExternalId}` });
    const isKept = await submitRecord(target, tally, { handler: handlers.registerStandingOrder, data, line });
    if (isKept) orders.push({ line, orderId, accountId, record });
  });
  return { orders: orders.sort((a, b) => a.line - b.line), report: reportOf(tally, [...bad, ...unfit]) };
};

const orderOf = (target: ImportTarget, record: RecordOf<'standing_order'>): RegisterStandingOrderData => {
  const { externalId, accountExternalId, counterpartyBank, counterpartyAccount, ...terms } = record;
  return {
    ...terms,
    orderId: importedId(target, 'order', externalId),
    accountId: importedId(target, 'account', accountExternalId),
    counterparty: { bank: counterpartyBank, account: counterpartyAccount },
    externalReference: externalId,
  };
};
