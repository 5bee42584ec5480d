import { describe, expect, it } from 'vitest';
import {
  isLater,
  isNewer,
  newestFirst,
  parseVersion,
  sameMinor,
  tagOf,
  type Version,
} from '../../../src/cluster/values/version.js';

describe('a version', () => {
  it('is read with and without its v, and from nothing else', () => {
    expect(parseVersion('v2.24.1')).toEqual([2, 24, 1]);
    expect(parseVersion('1.31.10')).toEqual([1, 31, 10]);
    for (const text of ['', '2.24', 'v2.24.1-rc1', '2.24.1.0', 'V2.24.1', ' 2.24.1', '1.-3.0']) {
      expect(parseVersion(text), text).toBeUndefined();
    }
  });

  it('has a tag with a v, once', () => {
    expect(tagOf('2.24.1')).toBe('v2.24.1');
    expect(tagOf('v2.24.1')).toBe('v2.24.1');
  });

  it('is ordered by numbers, not by letters, the newest first', () => {
    const versions: Version[] = [[2, 9, 0], [2, 24, 1], [1, 99, 99], [2, 24, 10]]; // prettier-ignore
    expect([...versions].sort(newestFirst)).toEqual([[2, 24, 10], [2, 24, 1], [2, 9, 0], [1, 99, 99]]); // prettier-ignore
  });

  it('is later or not, and neither where one of them is none', () => {
    expect(isLater('1.31.10', '1.31.9')).toBe(true);
    expect(isLater('1.31.9', '1.31.9')).toBe(false);
    expect(isLater('1.9.0', '1.31.0')).toBe(false);
    expect(isLater('new', '1.31.0')).toBe(false);
    expect(isLater('1.31.0', 'old')).toBe(false);
    expect(isNewer('1.31', '1.9')).toBe(true);
    expect(isNewer('1.31', '1.31')).toBe(false);
  });

  it('is of the same minor release whatever its patch, and of none where it is no version', () => {
    expect(sameMinor('v1.31.0', '1.31.99')).toBe(true);
    expect(sameMinor('1.31.0', '1.32.0')).toBe(false);
    expect(sameMinor('2.31.0', '1.31.0')).toBe(false);
    expect(sameMinor('x', 'x')).toBe(false);
  });
});
