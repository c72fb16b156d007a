import { type Choice, choices } from './account-choice.ts';

/** What one caller of a cell does again and again. */
export type Work = 'transfer' | 'fee' | 'hold-capture' | 'http';

/** One cell of the table: so many callers, each with so many transfers a call, over accounts chosen so. */
export interface LedgerCell {
  readonly id: string;
  readonly work: Work;
  readonly callers: number;
  readonly perCall: number;
  readonly choice: Choice;
}

const matrix: readonly LedgerCell[] = [1, 8, 64].flatMap((callers) =>
  [1, 100, 1_000].flatMap((perCall) =>
    choices.map(
      (choice) => ({ id: `c${callers}-b${perCall}-${choice}`, work: 'transfer', callers, perCall, choice }) as const,
    ),
  ),
);

/** Every cell of the ledger's benchmark. */
export const ledgerCells: readonly LedgerCell[] = [
  ...matrix,
  { id: 'c4-b1000-uniform', work: 'transfer', callers: 4, perCall: 1_000, choice: 'uniform' },
  { id: 'c64-b1-fee', work: 'fee', callers: 64, perCall: 1, choice: 'uniform' },
  { id: 'hold-capture-c64', work: 'hold-capture', callers: 64, perCall: 1, choice: 'uniform' },
  { id: 'http-c64', work: 'http', callers: 64, perCall: 1, choice: 'uniform' },
];

/** What a quick run measures: the cells that have a bar. */
const quickIds: ReadonlySet<string> = new Set([
  'c1-b1-uniform',
  'c8-b1-uniform',
  'c64-b1-uniform',
  'c4-b1000-uniform',
  'c64-b1-fee',
  'c64-b1-hot10',
  'c64-b1-hot1',
  'hold-capture-c64',
  'http-c64',
]);

/**
 * The cells a run measures.
 * @param only ids and patterns such as `c64-*`; all cells of the table can be asked for, whatever kind of run it is
 * @throws UnknownCell when one of them names no cell
 */
export const selectCells = ({
  isQuick,
  only,
}: {
  readonly isQuick: boolean;
  readonly only?: readonly string[] | undefined;
}): readonly LedgerCell[] => {
  if (only === undefined) return ledgerCells.filter(({ id }) => !isQuick || quickIds.has(id));
  const patterns = only.map((text) => ({
    text,
    matches: new RegExp(`^${text.replaceAll(/[^\w*-]/g, '').replaceAll('*', '.*')}$`),
  }));
  for (const { text, matches } of patterns)
    if (!ledgerCells.some(({ id }) => matches.test(id))) throw new UnknownCell(text, ledgerCells);
  return ledgerCells.filter(({ id }) => patterns.some(({ matches }) => matches.test(id)));
};

/** A cell was asked for that is not in the table; the message names those that are. */
export class UnknownCell extends Error {
  override readonly name = 'UnknownCell';

  constructor(text: string, cells: readonly { readonly id: string }[]) {
    super(`No cell is named ${text}. There are ${cells.map(({ id }) => id).join(', ')}.`);
  }
}
