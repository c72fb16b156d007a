import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { Bank } from '@finaegis/server/bank';
import type { BadRow } from './mapping.ts';

/** Where records are imported to, and from which system they come. */
export interface ImportTarget {
  readonly bank: Bank;
  readonly tenantId: string;
  readonly entity: string;
  /** Name of the system the records come from; with their numbers there it makes their ids here. */
  readonly source: string;
  /** Told of each record that is settled. */
  readonly onRecord?: () => void;
}

/** What an import did. Rows that are bad or refused are explained in `bad`, in the order of the file. */
export interface ImportReport {
  /** Records that were read and well formed. */
  readonly read: number;
  /** Records that are new. */
  readonly imported: number;
  /** Records that were there already with the same content. */
  readonly repeated: number;
  readonly bad: readonly BadRow[];
}

/** Counts outcomes as they come. */
export interface Tally {
  read: number;
  imported: number;
  repeated: number;
  readonly refused: BadRow[];
}

/** A tally of nothing. */
export const newTally = (): Tally => ({ read: 0, imported: 0, repeated: 0, refused: [] });

/** The report of a tally, with the rows that could not be read. */
export const reportOf = ({ read, imported, repeated, refused }: Tally, unread: readonly BadRow[]): ImportReport => ({
  read,
  imported,
  repeated,
  bad: [...unread, ...refused].sort((a, b) => a.line - b.line),
});

/** The id a record of another system has here: always the same, so that importing it again is a repeat. */
export const importedId = (
  { tenantId, source }: Pick<ImportTarget, 'tenantId' | 'source'>,
  kind: string,
  externalId: string,
): string => derivedUuid(tenantId, source, kind, externalId);

const timeoutMs = 600_000;

/** Submits one record as bulk work and counts how it ended. */
export const submitRecord = async <Data, Refs, Result, R extends Refusal>(
  { bank, tenantId, source, onRecord }: ImportTarget,
  tally: Tally,
  {
    handler,
    data,
    line,
  }: { readonly handler: CommandHandler<Data, Refs, Result, R>; readonly data: Data; readonly line: number },
): Promise<boolean> => {
  const metadata = { actor: 'import', channel: 'import', correlation: source };
  const settled = await bank.services.commands.submit(handler, data, { tenantId, metadata, lane: 'bulk', timeoutMs });
  if (settled.kind !== 'decided') throw new Error(`Without a key nothing is ${settled.kind}.`);
  const { outcome } = settled;
  onRecord?.();
  if (!outcome.accepted) tally.refused.push({ line, reason: explained(outcome.refusal) });
  else if (outcome.isRepeat) tally.repeated += 1;
  else tally.imported += 1;
  return outcome.accepted;
};

/** A refusal in one line: its code and the facts that explain it. */
export const explained = ({ code, ...facts }: Refusal): string => {
  const shown = Object.entries(facts).map(
    ([name, value]) =>
      `${name} ${typeof value === 'string' ? value : JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))}`,
  );
  return shown.length === 0 ? code : `${code} (${shown.join(', ')})`;
};
