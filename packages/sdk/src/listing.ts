/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

/** A list that comes in pages: `await` it for the first one, go through it with `for await` for every item there is. */
export interface Listing<Item, Its extends Page<Item> = Page<Item>> extends Promise<Its>, AsyncIterable<Item> {
  /** Page by page. */
  pages(): AsyncIterable<Its>;
  /** So many items at most, as an array. */
  take(max: number): Promise<readonly Item[]>;
}

/** A list over a function that reads one page. The first is read at once, as every promise's work is; others when somebody gets that far. */
export const createListing = <Item, Its extends Page<Item> = Page<Item>>(
  read: (cursor: string | undefined) => Promise<Its>,
): Listing<Item, Its> => {
  const first = read(undefined);
  async function* pages(): AsyncGenerator<Its, void, undefined> {
    let page = await first;
    yield page;
    while (page.nextCursor !== undefined) {
      page = await read(page.nextCursor);
      yield page;
    }
  }
  async function* items(): AsyncGenerator<Item, void, undefined> {
    for await (const page of pages()) yield* page.items;
  }
  const take = async (max: number): Promise<readonly Item[]> => {
    const taken: Item[] = [];
    if (max > 0) for await (const item of items()) if (taken.push(item) >= max) break;
    return taken;
  };
  return Object.assign(first, { [Symbol.asyncIterator]: items, pages, take });
};
