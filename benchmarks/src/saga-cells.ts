import { UnknownCell } from './ledger-cells.ts';

/** One cell of the table: so many callers, each with one saga at a time, here or at the peer. */
export interface SagaCell {
  readonly id: string;
  readonly runtime: 'ours' | 'dbos';
  readonly callers: number;
  /** The third step is refused, and two are taken back. */
  readonly isRefused: boolean;
}

const callers = [1, 16, 64] as const;

/** Every cell of the sagas' benchmark. */
export const sagaCells: readonly SagaCell[] = [
  ...callers.map((count) => ({ id: `c${count}`, runtime: 'ours', callers: count, isRefused: false }) as const),
  ...callers.map(
    (count) => ({ id: `c${count}-compensate`, runtime: 'ours', callers: count, isRefused: true }) as const,
  ),
  ...callers.map((count) => ({ id: `dbos-c${count}`, runtime: 'dbos', callers: count, isRefused: false }) as const),
];

/**
 * The cells a run measures; all of them unless told.
 * @param only ids and patterns such as `c64*`
 * @throws UnknownCell when one of them names no cell
 */
export const selectSagaCells = (only?: readonly string[]): readonly SagaCell[] => {
  if (only === undefined) return sagaCells;
  const patterns = only.map((text) => {
    const pattern = new RegExp(`^${text.replaceAll(/[^\w*-]/g, '').replaceAll('*', '.*')}$`);
    if (!sagaCells.some(({ id }) => pattern.test(id))) throw new UnknownCell(text, sagaCells);
    return pattern;
  });
  return sagaCells.filter(({ id }) => patterns.some((pattern) => pattern.test(id)));
};
