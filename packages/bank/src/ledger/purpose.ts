/**
 * What a posting is for: a closed list, mapped to ISO 20022 bank transaction codes and general-ledger codes where statements are written.
 * `revaluation` is the day end's own (LEDGER line 14); everything else a customer can meet on a statement.
 */
export const purposes = [
  'principal',
  'fee',
  'tax',
  'interest',
  'spread',
  'cost',
  'rounding',
  'write_off',
  'revaluation',
  'settlement',
] as const;

/** One of the closed list of purposes. */
export type Purpose = (typeof purposes)[number];
