import { describe, expect, it } from 'vitest';
import { goProblems } from '../../../src/lab/mirror/mirror-problems.js';

describe('goProblems', () => {
  it('wants the Go that the newest of the programs is written for', () => {
    expect(goProblems('go1.26.8\n')).toEqual([]);
    expect(goProblems('go1.30rc1')).toEqual([]);
    expect(goProblems('devel go1.27-abcdef')).toEqual([]);
    expect(goProblems('go1.19.8')).toEqual([expect.stringContaining('this is go1.19.8')]);
    expect(goProblems(undefined)).toEqual([expect.stringContaining('there is no `go` here')]);
  });
});
