import { describe, expect, it } from 'vitest';
import { forwardedTo } from '../../../src/cluster/verification/dns.js';
import { corefile } from '../../../src/lab/kubernetes/objects.js';

describe('the Corefile of the lab', () => {
  it('is read by verification as Kubespray’s own', () => {
    expect(forwardedTo(corefile(['8.8.8.8', '1.1.1.1']))).toEqual(['8.8.8.8', '1.1.1.1']);
  });
});
