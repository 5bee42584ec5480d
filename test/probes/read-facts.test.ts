import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readFactsAndClock } from '../../src/probes/read-facts.js';
import { FakeHost } from '../fakes/fake-host.js';

/** A host with the least of facts, whose `date` writes this for a format of seconds and nanoseconds. */
function hostWhoseDateWrites(answer: string): FakeHost {
  return new FakeHost('worker-1')
    .when(/section hostname/, ({ script }) => {
      const mark = /@@[0-9a-f-]{36}/.exec(script)?.[0] ?? '';
      return `\n${mark} boot-id\nb\n\n${mark} end\n`;
    })
    .when(/^date '\+%s %N'$/, answer);
}

const clockOf = async (answer: string) =>
  (await readFactsAndClock(hostWhoseDateWrites(answer), '/data')).clock;

describe('the clock of a host', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-04-26T04:32:44Z'), toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const second = 1_777_177_964;
  /** Milliseconds: this machine's clock is read in whole ones, cut off, so it is later by so much on average. */
  const halfOfOne = 0.5;

  it.each([
    ['GNU’s date', `${second} 097839160\n`, 97.83916],
    // uutils 0.8.0, of Ubuntu 26.04, has written nanoseconds without the zeros before them, and without heed to a width.
    ['a date that strips zeros', `${second} 97839160\n`, 97.83916],
    ['a date that strips all but the last digit', `${second} 7\n`, 0.000007],
    ['a clock that runs behind', `${second - 3600} 250000000\n`, -3_599_750],
    ['a clock that has begun anew in 1970', `42 0\n`, -(second - 42) * 1000],
  ])('is understood from %s', async (_, answer, milliseconds) => {
    const clock = await clockOf(answer);
    expect(clock?.milliseconds).toBeCloseTo(milliseconds - halfOfOne, 3);
    expect(clock?.uncertainty).toBe(halfOfOne);
  });

  it.each([
    ['at once', '000000001'],
    ['at the end of the millisecond that this machine shows', '000999999'],
  ])(
    'is the same within what is told of it where a host of the same time has looked %s',
    async (_, fraction) => {
      const clock = await clockOf(`${second} ${fraction}\n`);
      expect(Math.abs(clock?.milliseconds ?? NaN)).toBeLessThanOrEqual(clock?.uncertainty ?? 0);
    },
  );

  it.each([
    ['BusyBox’s date', `${second} %N\n`],
    ['a date that knows no nanoseconds', `${second} \n`],
    ['more digits than nanoseconds have', `${second} 0978391601\n`],
  ])('is known within half a second from %s', async (_, answer) => {
    expect(await clockOf(answer)).toMatchObject({
      ...{ milliseconds: 500 - halfOfOne, uncertainty: 500 + halfOfOne },
    });
  });

  it.each([
    ['nanoseconds that stick to the seconds', '177717796497839160 1\n'],
    ['a year that no clock shows', '999999999999 000000000\n'],
    ['a time before 1970', '-5 000000000\n'],
    ['an error', 'date: invalid date\n'],
    ['nothing', ''],
  ])('is unknown, and nothing is told of it, from %s', async (_, answer) => {
    const facts = await readFactsAndClock(hostWhoseDateWrites(answer), '/data');
    expect(facts).toMatchObject({ bootId: 'b' });
    expect(facts).not.toHaveProperty('clock');
  });
});
