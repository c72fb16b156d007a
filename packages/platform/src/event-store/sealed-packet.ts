/**
 * Values of one subject that are sealed together share one ciphertext: a person's name, birthday and address cost one row and one encryption.
 * A reference to one of them is the packet's id with the value's number in its last byte, which in a packet's own id is zero.
 */
export const valuesMax = 256;

const idLength = 36;
const lengthBytes = 4;

/** The packet a reference points into. */
export const packetOf = (ref: string): string => `${ref.slice(0, idLength - 2)}00`;

/** The reference to one value of a packet. */
export const refOf = (packet: string, index: number): string =>
  packet.slice(0, idLength - 2) + index.toString(16).padStart(2, '0');

/** Values one after the other, each behind its length. */
export const packValues = (values: readonly Buffer[]): Buffer =>
  Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.allocUnsafe(lengthBytes);
      length.writeUInt32BE(value.length);
      return [length, value];
    }),
  );

/** The values of a packet, in their order. */
export const unpackValues = (packet: Uint8Array): readonly Buffer[] => {
  const bytes = Buffer.from(packet);
  const values: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + lengthBytes;
    const end = start + bytes.readUInt32BE(at);
    values.push(bytes.subarray(start, end));
    at = end;
  }
  return values;
};
