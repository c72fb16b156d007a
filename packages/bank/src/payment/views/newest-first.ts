import type { Transaction } from '@finaegis/platform/database/transaction';

/** One way a list is narrowed: how it reads in SQL around its parameter, and the value, undefined where it is not narrowed so. */
export type Narrowing = readonly [condition: (parameter: string) => string, value: unknown];

/** Where a page begins, and how many rows it has. */
export interface NewestPage {
  readonly before?: bigint | undefined;
  readonly limit: number;
}

/** Ids of a view's rows, newest first; only what is asked for stands in the statement, so that each kind of list finds its index. */
export const newestFirst = async (
  tx: Transaction,
  { table, idColumn }: { readonly table: string; readonly idColumn: string },
  narrowings: readonly Narrowing[],
  { before, limit }: NewestPage,
): Promise<readonly { readonly seq: bigint; readonly id: string }[]> => {
  const values: unknown[] = [];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [...narrowings, [(seq: string) => `seq < ${seq}`, before] as const].flatMap(
    ([condition, value]) => (value === undefined ? [] : [condition(put(value))]),
  );
  const { rows } = await tx.query<{ seq: bigint; id: string }>(
    `select seq, ${idColumn} as id from ${table} where ${conditions.join(' and ')} order by seq desc limit ${put(limit)}`,
    values,
  );
  return rows;
};
