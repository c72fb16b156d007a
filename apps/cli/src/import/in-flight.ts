/** How many commands an import keeps waiting at once: enough to fill the bulk lane's commits of a thousand, and the next one behind them. */
const inFlightMax = 2_000;

/**
 * Works on items as they come, many at once and never more than a bulk lane can use, and ends when all of them have.
 * @throws whatever the first failure was, after the others have ended
 */
export const forEachInFlight = async <Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item) => Promise<void>,
  max = inFlightMax,
): Promise<void> => {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const item of items) {
    const one = work(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(one));
    running.add(one);
    if (running.size >= max) await Promise.race(running);
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
};
