import { expect, it } from 'vitest';
import { forEachBounded, hostsAtOnce } from '../../src/workflows/bounded.js';

it('works on many at once, but never on more than the limit, and keeps the order', async () => {
  const items = Array.from({ length: hostsAtOnce * 2 + 5 }, (_, index) => index);
  let busy = 0;
  let busiest = 0;
  const results = await forEachBounded(items, async (item) => {
    busy += 1;
    busiest = Math.max(busiest, busy);
    await new Promise((resolve) => setTimeout(resolve, item % 3));
    busy -= 1;
    return item * 2;
  });
  expect(busiest).toBe(hostsAtOnce);
  expect(results).toEqual(items.map((item) => item * 2));
});

it('does nothing for nobody', async () => {
  await expect(forEachBounded([], () => Promise.reject(new Error('called')))).resolves.toEqual([]);
});
