import { describe, expect, it } from 'vitest';
import { checkDisks } from '../../../src/lab/virtual-machine/virtual-machine.js';

describe('disks', () => {
  it('refuses serial numbers that NVMe or a file name cannot carry, and doubles', () => {
    expect(() => checkDisks([{ serial: 'x'.repeat(21), gib: 1 }])).toThrow('is no serial number');
    expect(() => checkDisks([{ serial: '../x', gib: 1 }])).toThrow('is no serial number');
    expect(() => checkDisks([{ serial: 'x', gib: 0.5 }])).toThrow('cannot be 0.5 GiB');
    const same = { serial: 'x', gib: 1 };
    expect(() => checkDisks([same, same])).toThrow('the same serial number');
    const many = [1, 2, 3, 4, 5].map((number) => ({ serial: `D${number}`, gib: 1 }));
    expect(() => checkDisks(many)).toThrow('at most 4 disks');
    expect(() => checkDisks(many.slice(1))).not.toThrow();
  });
});
