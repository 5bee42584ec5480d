import { describe, expect, it } from 'vitest';
import { findRelease } from '../../../src/cluster/releases/releases.js';
import { kubernetesVersion, matchingRelease } from '../../../src/lab/kubernetes/versions.js';

describe('the Kubernetes of the lab', () => {
  it('is of the Kubernetes that the release it is verified as installs', () => {
    const minor = (version: string) => version.split('.').slice(0, 2).join('.');
    expect(minor(findRelease(matchingRelease)?.kubernetes ?? '')).toBe(minor(kubernetesVersion));
  });
});
