/** Temporal allows 2,000 activities or children at once, and advises far less. */
export const hostsAtOnce = 100;

/** Does something for each item, at most {@link hostsAtOnce} at once; the results are in the items' order. */
export async function forEachBounded<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(hostsAtOnce, items.length) }, lane));
  return results;
}
