import { expect, it } from 'vitest';
import { forEachBounded, mostAtOnce } from '../../../src/cluster/values/for-each-bounded.js';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const moment = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

it('works on many at once, but never on more than the limit, and keeps the order', async () => {
  const items = numbers(mostAtOnce * 2 + 5);
  const begun: number[] = [];
  let busy = 0;
  let busiest = 0;
  const results = await forEachBounded(items, async (item, index) => {
    begun.push(index);
    busy += 1;
    busiest = Math.max(busiest, busy);
    await moment(item % 3);
    busy -= 1;
    return item * 2;
  });
  expect(busiest).toBe(mostAtOnce);
  expect(begun).toEqual(items);
  expect(results).toEqual(items.map((item) => item * 2));
});

it('has a limit of the caller’s', async () => {
  let busy = 0;
  await forEachBounded(
    numbers(5),
    async () => {
      busy += 1;
      expect(busy).toBeLessThanOrEqual(2);
      await moment(1);
      busy -= 1;
    },
    { atOnce: 2 },
  );
});

it('begins no other when one fails, and fails only when those begun have come to their end', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    if (item === 1) throw new Error('no');
    await moment(20);
    ended.push(item);
  };
  await expect(forEachBounded(numbers(mostAtOnce + 5), work)).rejects.toThrow('no');
  expect(begun).toHaveLength(mostAtOnce);
  expect(ended).toHaveLength(mostAtOnce - 1);
});

it('gives each its turn where that is asked for, and fails with the first failure at the end', async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    await moment(item);
    ended.push(item);
    if (item === 1 || item === 3) throw new Error(`no ${item}`);
  };
  const options = { atOnce: 2, afterFailure: 'goOn' } as const;
  await expect(forEachBounded(numbers(6), work, options)).rejects.toThrow('no 1');
  expect(ended.sort()).toEqual(numbers(6));
});

it('does nothing for nobody', async () => {
  await expect(forEachBounded([], () => Promise.reject(new Error('called')))).resolves.toEqual([]);
});
