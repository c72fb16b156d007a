import type { NextDigits } from '../counted-ids.ts';

/** What one API of Coinbase keeps for a merchant, and what it needs to say that something has changed. */
export interface Book<Item, EventType extends string> {
  readonly kept: Map<string, Item>;
  readonly now: () => Date;
  readonly nextDigits: NextDigits;
  /** Where the double is reached. */
  readonly url: () => string;
  readonly publish: (type: EventType, item: Item) => void;
}
