/**
 * Array parameters for set-based statements. The driver would quote and escape each element into one long text that the server then parses
 * character by character; a commit of hundreds of envelopes spends more time there than on anything else.
 */

/** An array of values whose text needs no quotes (numbers, UUIDs, instants, booleans), as PostgreSQL's array text. */
export const plainArray = (values: readonly (string | number | bigint | boolean | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`;

const textOid = 25;
const byteaOid = 17;

/** An array of texts in PostgreSQL's binary form; the driver sends a Buffer as a binary parameter. For `text[]` only. */
export const textArray = (values: readonly (string | null)[]): Buffer => {
  let size = headerSize;
  const sizes: number[] = [];
  for (const value of values) {
    const its = value === null ? -1 : Buffer.byteLength(value, 'utf8');
    sizes.push(its);
    size += 4 + Math.max(its, 0);
  }
  const buffer = Buffer.allocUnsafe(size);
  let at = writeHeader(buffer, { oid: textOid, length: values.length, hasNulls: sizes.includes(-1) });
  for (let index = 0; index < values.length; index++) {
    const its = sizes[index] ?? -1;
    at = buffer.writeInt32BE(its, at);
    if (its > 0) at += buffer.write(values[index] ?? '', at, its, 'utf8');
  }
  return buffer;
};

/** An array of byte strings in PostgreSQL's binary form. For `bytea[]` only. */
export const byteaArray = (values: readonly Uint8Array[]): Buffer => {
  const buffer = Buffer.allocUnsafe(values.reduce((size, value) => size + 4 + value.length, headerSize));
  let at = writeHeader(buffer, { oid: byteaOid, length: values.length, hasNulls: false });
  for (const value of values) {
    at = buffer.writeInt32BE(value.length, at);
    buffer.set(value, at);
    at += value.length;
  }
  return buffer;
};

const instantOid = 1184;
/** 2000-01-01T00:00:00Z, from which PostgreSQL counts, in milliseconds since 1970. */
const instantBaseMs = 946_684_800_000;

/**
 * An array of instants (ISO text with milliseconds) in PostgreSQL's binary form. For `timestamptz[]` only. Reading dates as text is dear to the
 * server, and the rows of a commit mostly have one instant, which is read once here.
 */
export const instantArray = (values: readonly (string | null)[]): Buffer => {
  const buffer = Buffer.allocUnsafe(headerSize + 12 * values.length);
  const hasNulls = values.includes(null);
  let at = writeHeader(buffer, { oid: instantOid, length: values.length, hasNulls });
  let last: string | undefined;
  let micros = 0n;
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    if (value !== last) {
      // BigInt throws for what is no date.
      micros = BigInt(Date.parse(value) - instantBaseMs) * 1_000n;
      last = value;
    }
    at = buffer.writeInt32BE(8, at);
    at = buffer.writeBigInt64BE(micros, at);
  }
  return buffer.subarray(0, at);
};

const headerSize = 20;

/** array_recv in PostgreSQL's arrayfuncs.c: dimensions, flag for nulls, element type, then length and lower bound of the one dimension. */
const writeHeader = (
  buffer: Buffer,
  { oid, length, hasNulls }: { readonly oid: number; readonly length: number; readonly hasNulls: boolean },
): number => {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNulls ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  return buffer.writeInt32BE(1, 16);
};
