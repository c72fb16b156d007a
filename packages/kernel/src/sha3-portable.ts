import { sha3_256 as nobleSha3_256, sha3_512 as nobleSha3_512 } from '@noble/hashes/sha3.js';

const UTF8 = new TextEncoder();

/** SHA3-512 (FIPS 202) of bytes, or of a text's UTF-8 form: 64 bytes. */
export const sha3_512 = (data: string | Uint8Array): Uint8Array => nobleSha3_512(bytes(data));

/** SHA3-256 (FIPS 202) of bytes, or of a text's UTF-8 form: 32 bytes. */
export const sha3_256 = (data: string | Uint8Array): Uint8Array => nobleSha3_256(bytes(data));

const bytes = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? UTF8.encode(data) : data);
