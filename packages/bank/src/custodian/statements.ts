import type { Services } from '@finaegis/platform/services';
import type { Nostro } from './bank/bank.ts';
import type { NostroStatement } from './connector.ts';
import type { BankGateway, ReachedBank } from './gateway.ts';
import { entryOf } from './news.ts';
import type { CustodianPorts } from './ports.ts';

/** What taking statements is built over. */
export interface StatementTools {
  readonly services: Services;
  readonly gateway: Pick<BankGateway, 'reach'>;
  readonly takeEntry: NonNullable<CustodianPorts['takeEntry']>;
}

/** Which day of which bank, and whose accounts there. */
export interface StatementRun {
  readonly tenantId: string;
  readonly bank: string;
  readonly entity: string;
  readonly date: string;
  readonly abort: AbortSignal;
}

/** What became of a bank's day. */
export interface TakenStatements {
  /** Whether the bank has said its last word: a statement of every account of ours. */
  readonly isWhole: boolean;
  readonly entries: number;
  /** Entries by what became of them; `contradicted` are those of which the bank said something else before. */
  readonly fates: Readonly<Record<string, number>>;
}

/** The bank said something else of an entry before: what is booked stays, and the difference is a break. */
const isContradiction = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | undefined)?.code === 'bank_contradicts_itself';

/**
 * Has every entry booked that a bank tells of on a day, by notification or statement. May be done again, here or elsewhere, and before the day is over:
 * an entry is booked once. One that cannot be booked now keeps none of the others from it.
 * @throws the first fault, after everything else was taken
 */
export const takeStatements = async (tools: StatementTools, run: StatementRun): Promise<TakenStatements> => {
  const reached = await tools.gateway.reach(run.tenantId, run.bank);
  const { connector } = reached;
  const notified = await connector.notifications(run.date, run.abort);
  const stated = await connector.statements(run.date, run.abort);
  const nostros = reached.bank.nostros.filter(({ account }) => account.startsWith(`${run.entity}:`));
  const counted: Counted = { entries: 0, fates: new Map(), faults: [] };
  for (const nostro of nostros)
    await takeNostro(tools, run, { reached, nostro, told: [...stated, ...notified], counted });
  if (counted.faults.length > 0) throw counted.faults[0];
  return {
    isWhole: nostros.every((nostro) => stated.some((statement) => isOf(statement, nostro))),
    entries: counted.entries,
    fates: Object.fromEntries(counted.fates),
  };
};

interface Counted {
  entries: number;
  readonly fates: Map<string, number>;
  readonly faults: unknown[];
}

const isOf = ({ iban, asset }: NostroStatement, nostro: Nostro): boolean =>
  iban === nostro.iban && asset === nostro.asset;

const takeNostro = async (
  { services, takeEntry }: StatementTools,
  { tenantId, abort }: StatementRun,
  {
    reached: { bank },
    nostro,
    told,
    counted,
  }: {
    readonly reached: ReachedBank;
    readonly nostro: Nostro;
    readonly told: readonly NostroStatement[];
    readonly counted: Counted;
  },
): Promise<void> => {
  // What a notification said and the statement says again is one entry.
  const entries = new Map(
    told
      .filter((statement) => isOf(statement, nostro))
      .flatMap((statement) => statement.entries.map((entry) => [entry.entryId, entry])),
  );
  for (const entry of entries.values()) {
    abort.throwIfAborted();
    counted.entries += 1;
    try {
      const news = await entryOf(services, tenantId, { bank, nostro, entry });
      count(counted, await takeEntry(tenantId, news, `statement ${bank.bank} ${entry.entryId}`));
    } catch (error) {
      if (isContradiction(error)) count(counted, 'contradicted');
      else counted.faults.push(error);
    }
  }
};

const count = ({ fates }: Counted, fate: string): void => void fates.set(fate, (fates.get(fate) ?? 0) + 1);
