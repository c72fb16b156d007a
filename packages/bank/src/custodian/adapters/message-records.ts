/** What is known of messages sent to and received from a bank. */
export const messageRooms = [
  'sent',
  'processed',
  'rejected',
  'status',
  'statements',
  'notifications',
  'balances',
  'returns',
] as const;
export type MessageRoom = (typeof messageRooms)[number];

/** Records of the messages exchanged with one bank. They outlive the bank's own copies, and every process that uses the connection knows the same. */
export interface MessageRecords {
  /** Keeps it under a name. What is there already stays: whoever was first has said what counts. */
  write(room: MessageRoom, name: string, content: string | Uint8Array): Promise<void>;
  /** Replaces what is under a name by what `next` makes of it, or leaves it; nobody comes in between. */
  replace(room: MessageRoom, name: string, next: (known: Buffer | undefined) => string | undefined): Promise<void>;
  read(room: MessageRoom, name: string): Promise<Buffer | undefined>;
  has(room: MessageRoom, name: string): Promise<boolean>;
  /** Names that begin so, in their order. */
  list(room: MessageRoom, beginning?: string): Promise<readonly string[]>;
}

/** Names come from ids and digests; anything else in them must not lead out of where it is kept. */
export const safeName = (name: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(name)) throw new Error(`"${name}" is no name for a record.`);
  return name;
};
