import { type ImportReport, type ImportTarget, importedId } from './import-target.ts';
import { type BadRow, type Mapping, readMapped } from './mapping.ts';
import type { RecordOf } from './records.ts';
import type { TextSource } from './text-source.ts';

/** A standing order that may be executed: the account that pays is one of the bank's. */
export interface StandingOrder {
  readonly line: number;
  readonly orderId: string;
  readonly accountId: string;
  readonly record: RecordOf<'standing_order'>;
}

/**
 * Reads standing orders and checks them against the bank. Nothing keeps them yet, so they are handed back and nothing is written: whoever
 * executes them has them.
 * @throws MappingInvalid; FileRefused when the file cannot be read to its end
 */
export const readOrders = async (
  target: ImportTarget,
  file: TextSource,
  mapping: Mapping,
): Promise<{ readonly orders: readonly StandingOrder[]; readonly report: ImportReport }> => {
  const { good, bad } = readMapped(file, mapping, 'standing_order');
  const read: StandingOrder[] = [];
  for await (const { line, record } of good) {
    read.push({
      line,
      orderId: importedId(target, 'order', record.externalId),
      accountId: importedId(target, 'account', record.accountExternalId),
      record,
    });
  }
  const known = await target.bank.modules.ledger.directory.accounts(
    target.tenantId,
    read.map(({ accountId }) => accountId),
  );
  const seen = new Set<string>();
  const refused: BadRow[] = [];
  const orders = read.filter(({ line, orderId, accountId, record }) => {
    const isRepeated = seen.has(orderId);
    seen.add(orderId);
    if (isRepeated)
      refused.push({ line, field: 'externalId', reason: `${record.externalId} stands in the file before` });
    else if (!known.has(accountId))
      refused.push({ line, field: 'accountExternalId', reason: `there is no account ${record.accountExternalId}` });
    return !isRepeated && known.has(accountId);
  });
  return {
    orders,
    report: { read: read.length, imported: 0, repeated: 0, bad: [...bad, ...refused].sort((a, b) => a.line - b.line) },
  };
};
