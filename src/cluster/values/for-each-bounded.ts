/** Temporal allows a workflow 2,000 activities or children at once, and advises far less. */
export const mostAtOnce = 100;

interface Bounds {
  /** How many items are worked on at the same time. */
  readonly atOnce?: number;
  /** `stop`: no other is begun. `goOn`: each has its turn, whatever happens to the others. Default `stop`. */
  readonly afterFailure?: 'stop' | 'goOn';
}

/**
 * Does something for each item, some at a time and begun in their order; so are the results. The first failure goes on
 * when all that were begun have come to their end.
 */
export async function forEachBounded<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
  { atOnce = mostAtOnce, afterFailure = 'stop' }: Bounds = {},
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const mayBegin = () => next < items.length && (afterFailure === 'goOn' || failures.length === 0);
  const lane = async () => {
    while (mayBegin()) {
      const index = next++;
      try {
        results[index] = await work(items[index] as Item, index);
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
