import { hash } from 'node:crypto';

// Node's own SHA-3 is several times faster than any in JavaScript. Browsers get sha3-portable.ts through "#sha3".

/** SHA3-512 (FIPS 202) of bytes, or of a text's UTF-8 form: 64 bytes. */
export const sha3_512 = (data: string | Uint8Array): Uint8Array => bytes(hash('sha3-512', data, 'buffer'));

/** SHA3-256 (FIPS 202) of bytes, or of a text's UTF-8 form: 32 bytes. */
export const sha3_256 = (data: string | Uint8Array): Uint8Array => bytes(hash('sha3-256', data, 'buffer'));

// A plain Uint8Array, as in browsers: a Buffer's slice() shares memory and its equality in tests differs.
const bytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
