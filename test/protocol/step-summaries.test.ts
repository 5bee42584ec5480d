import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/cluster/checks/checks.js';
import { directoriesOf, factsOf, judgementOf } from '../../src/protocol/step-summaries.js';
import { aDisk, someFacts } from '../support/builders.js';

const check = (name: CheckResult['check'], passed: boolean): CheckResult => ({
  ...{ check: name, host: 'node1', passed, is: 'x', shouldBe: 'y', advice: '' },
});

describe('one line about what a step has seen', () => {
  it('counts checks, and names those that have failed', () => {
    expect(judgementOf({ checks: [check('etcd-health', true)] })).toBe('1 check passed');
    expect(
      judgementOf({
        checks: [check('etcd-health', false), check('node-ready', true), check('node-lease', false)],
      }),
    ).toBe('2 of 3 checks failed: etcd-health, node-lease');
  });

  it('has each directory with what it takes, or none', () => {
    const directories = [
      { path: '/var/lib/kubelet.slipway-old', bytes: 2_000_000 },
      { path: '/var/lib/containerd.slipway-old', bytes: 43_000_000_000 },
    ];
    expect(directoriesOf({ directories })).toBe(
      '/var/lib/kubelet.slipway-old, 2 MB; /var/lib/containerd.slipway-old, 43 GB',
    );
    expect(directoriesOf({ directories: [] })).toBe('none is kept');
  });

  it('tells a machine by its system, processors, memory and whole disks', () => {
    const blockDevices = [aDisk(), aDisk({ name: 'nvme0n1p1', type: 'part' })];
    expect(factsOf(someFacts({ cpus: 1, blockDevices }))).toBe(
      'Ubuntu 22.04.4 LTS, 1 CPU, 17.1 GB of memory, 1 disk',
    );
  });
});
