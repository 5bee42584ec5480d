import { expect, it } from 'vitest';
import { forEachBounded, hostsAtOnce } from '../../../src/workflows/running/bounded.js';

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

it('begins no other when one fails, and fails only when those begun have come to their end', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const items = Array.from({ length: hostsAtOnce + 5 }, (_, index) => index);
  const work = async (item: number) => {
    begun.push(item);
    if (item === 1) throw new Error('no');
    await new Promise((resolve) => setTimeout(resolve, 20));
    ended.push(item);
  };
  await expect(forEachBounded(items, work)).rejects.toThrow('no');
  expect(begun).toHaveLength(hostsAtOnce);
  expect(ended).toHaveLength(hostsAtOnce - 1);
});

it('does nothing for nobody', async () => {
  await expect(forEachBounded([], () => Promise.reject(new Error('called')))).resolves.toEqual([]);
});
