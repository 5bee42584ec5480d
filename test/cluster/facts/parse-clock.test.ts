import { expect, it } from 'vitest';
import { parseClock } from '../../../src/cluster/facts/parse-clock.js';

it.each([
  ['1777177964 097839160\n', 1_777_177_964_000 + 97.83916, 0],
  ['1777177964 7', 1_777_177_964_000, 0],
  ['1777177964 %N', 1_777_177_964_500, 500],
  ['1777177964', 1_777_177_964_500, 500],
  ['0 0', 0, 0],
])('understands %j', (text, milliseconds, uncertainty) => {
  const reading = parseClock(text);
  expect(reading?.milliseconds).toBeCloseTo(milliseconds, 3);
  expect(reading?.uncertainty).toBe(uncertainty);
});

it.each(['', '-5 0', '999999999999 0', 'date: invalid date', '12x 0'])('takes %j for no time', (text) => {
  expect(parseClock(text)).toBeUndefined();
});
