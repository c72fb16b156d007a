const form = /^(\d{1,9})(?:\.(\d{1,2}))?$/;

/** Reads an amount with at most two decimals as hundredths; undefined when it is none, or nothing. */
export const readCents = (text: unknown): bigint | undefined => {
  const [, whole, decimals = ''] = typeof text === 'string' ? (form.exec(text) ?? []) : [];
  if (whole === undefined) return undefined;
  const cents = BigInt(whole) * 100n + BigInt(decimals.padEnd(2, '0'));
  return cents > 0n ? cents : undefined;
};

/** Hundredths of an amount that is known to be one; throws a RangeError otherwise. */
export const centsOf = (text: string): bigint => {
  const cents = readCents(text);
  if (cents === undefined) throw new RangeError(`${text} is no amount that can be paid`);
  return cents;
};

export const showCents = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
