import { describe, expect, it } from 'vitest';
import { kernelProblems } from '../../src/lab/problems.js';
import { hybrid } from '../support/cgroup-mounts.js';

describe('kernelProblems', () => {
  it('names what is missing', () => {
    expect(kernelProblems(hybrid, 'nodev\tsysfs\nnodev\toverlay\n\text4\n')).toEqual([]);
    expect(kernelProblems('', '\text4\n')).toEqual([
      expect.stringContaining('no cgroup v2'),
      expect.stringContaining('modprobe overlay'),
    ]);
  });
});
