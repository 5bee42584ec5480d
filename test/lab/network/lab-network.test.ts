import { expect, it } from 'vitest';
import { hardwareAddress } from '../../../src/lab/network/lab-network.js';

it('gives a link the same address each time, and the guest that it leads to another one', () => {
  expect(hardwareAddress('10.201.7.16')).toBe('02:00:0a:c9:07:10');
  expect(hardwareAddress('10.201.7.16', 'guest')).toBe('02:01:0a:c9:07:10');
});
