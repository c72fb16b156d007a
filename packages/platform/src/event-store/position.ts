/** Positions on the wire: opaque to clients, tied to the epoch of the log they were made in. */
export interface Positions {
  readonly epoch: string;
  encode(seq: bigint): string;
  /** Undefined for anything this log did not hand out. */
  decode(position: string): bigint | undefined;
}

/** Positions of one epoch. */
export const positionsOf = (epoch: string): Positions => ({
  epoch,
  encode: (seq) => Buffer.from(`${epoch}:${seq}`).toString('base64url'),
  decode: (position) => {
    const [itsEpoch, seq] = Buffer.from(position, 'base64url').toString('utf8').split(':');
    return itsEpoch === epoch && seq !== undefined && /^\d{1,19}$/.test(seq) ? BigInt(seq) : undefined;
  },
});
