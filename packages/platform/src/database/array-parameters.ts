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
