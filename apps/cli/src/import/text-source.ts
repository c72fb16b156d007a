import { createReadStream } from 'node:fs';

/** A file of the disk, opened when reading begins: a stream opened earlier would fail where nobody listens. */
export async function* fileSource(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of createReadStream(path)) yield piece as Uint8Array;
}
