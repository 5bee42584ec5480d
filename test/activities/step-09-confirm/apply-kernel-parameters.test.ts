import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { applyKernelParameters } from '../../../src/activities/step-09-confirm/apply-kernel-parameters.js';
import {
  kernelParametersFile,
  kernelParametersText,
} from '../../../src/cluster/verification/kernel-parameters.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';

const wanted = { instances: 512, watches: 1048576, maps: 1000000 };

/** A worker whose kernel has these values; `sysctl -p` gives it others. */
function worker(values: Partial<typeof wanted>, mode = 'writable', applied: Partial<typeof wanted> = wanted) {
  const host = new FakeHost('worker1');
  const show = (shown: Partial<typeof wanted>) =>
    [
      ['fs.inotify.max_user_instances', shown.instances],
      ['fs.inotify.max_user_watches', shown.watches],
      ['vm.max_map_count', shown.maps],
    ]
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name} ${value} ${mode}`)
      .join('\n');
  return host.when(/\/proc\/sys/, show(values)).when(/sysctl -p/, ({ host: self }) => {
    self.when(/\/proc\/sys/, show(applied));
    return 'vm.max_map_count = 1000000';
  });
}
const apply = (host: FakeHost) =>
  new MockActivityEnvironment().run(applyKernelParameters(dependenciesOf(host)), {
    host: { kind: 'local' as const, name: 'worker1', cluster: 'akash' },
  });
const dependenciesOf = (host: FakeHost) => ({
  hosts: new FakeHostPool([host]),
});
const low = { instances: 128, watches: 8192, maps: 65530 };

describe('applyKernelParameters', () => {
  it('writes the document’s file and applies it', async () => {
    const host = worker(low);
    await expect(apply(host)).resolves.toMatchObject({ outcome: 'changed' });
    expect(host.files.get(kernelParametersFile)).toEqual({ content: kernelParametersText, mode: 0o644 });
    expect(host.scripts(/sysctl/)).toEqual(['sysctl -p /etc/sysctl.d/90-akash.conf 2>&1']);
  });

  it('does nothing where file and values are there, or a value is higher', async () => {
    for (const values of [wanted, { ...wanted, maps: 2000000 }]) {
      const host = worker(values);
      host.files.set(kernelParametersFile, { content: kernelParametersText, mode: 0o644 });
      await expect(apply(host)).resolves.toMatchObject({ outcome: 'unchanged' });
      expect(host.scripts(/sysctl -p/)).toEqual([]);
    }
  });

  it('is not proven when the kernel still has other values', async () => {
    await expect(apply(worker(low, 'writable', { ...wanted, maps: 65530 }))).rejects.toMatchObject({
      type: 'NotProvenError',
      message: 'After applying /etc/sysctl.d/90-akash.conf on worker1, vm.max_map_count is 65530.',
    });
  });

  it('refuses before it writes anything where /proc/sys is read-only, or lacks a parameter', async () => {
    for (const host of [worker(low, 'read-only'), worker({ instances: 128, watches: 8192 })]) {
      await expect(apply(host)).rejects.toMatchObject({ type: 'RefusedError', nonRetryable: true });
      expect(host.files.size).toBe(0);
    }
  });
});
