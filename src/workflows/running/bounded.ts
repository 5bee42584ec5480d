/** Temporal allows 2,000 activities or children at once, and advises far less. */
export const hostsAtOnce = 100;

/**
 * Does something for each item, at most `atOnce` at once; the results are in the items' order. If it fails for one, no
 * other is begun, and the failure goes on when those that were begun have come to their end.
 */
export async function forEachBounded<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  atOnce = hostsAtOnce,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as Item);
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
