import { describe, expect, it } from 'vitest';
import { checkMachineName } from '../../src/lab/check-machine.js';

describe('names', () => {
  it.each(['a', 'worker-1', '0', 'twenty-characters-ok'])('accepts %s', (name) => {
    expect(() => checkMachineName(name, 'machine')).not.toThrow();
  });

  it.each(['', '-a', 'a-', 'A', 'a.b', '../x', 'a b', 'twenty-one-characters'])('refuses "%s"', (name) => {
    expect(() => checkMachineName(name, 'lab')).toThrow(`"${name}" is no name for a lab`);
  });
});
