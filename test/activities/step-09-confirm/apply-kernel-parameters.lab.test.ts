import { describe, expect, it } from 'vitest';
import { applyKernelParameters } from '../../../src/activities/step-09-confirm/apply-kernel-parameters.js';
import { verifyHost } from '../../../src/activities/step-09-confirm/verify-host.js';
import { kernelParametersText } from '../../../src/cluster/verification/kernel-parameters.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

/** A kernel of its own: only a virtual machine has one. */
let machine: LabMachine;

const on = async (script: string) => (await onMachine(machine, script)).trim();

const stage = useLab('test-sysctl', async ({ lab }) => {
  machine = await lab.startVm({ name: 'worker1' });
});

const apply = (to = machine) =>
  runStep(applyKernelParameters(stage().dependencies), { host: labAddressOf(to) });

const verify = async () => {
  const input = { host: labAddressOf(machine), units: [], kernelParameters: true };
  const { checks } = await runStep(verifyHost(stage().dependencies), input);
  return Object.fromEntries(checks.map(({ check, passed }) => [check, passed]));
};

const values = () =>
  on(
    'cd /proc/sys; cat fs/inotify/max_user_instances fs/inotify/max_user_watches vm/max_map_count | tr "\\n" " "',
  );

describe('kernel parameters of a real kernel', () => {
  it('are not there before', async () => {
    expect(await on('cat /proc/sys/vm/max_map_count')).toBe('65530');
    expect(await verify()).toEqual({ 'kernel-parameters': false, 'kernel-parameters-at-boot': false });
  });

  it('are the document’s afterwards, file and kernel', async () => {
    await expect(apply()).resolves.toMatchObject({ outcome: 'changed' });
    expect(await values()).toBe('512 1048576 1000000');
    expect(await on('cat /etc/sysctl.d/90-akash.conf')).toBe(kernelParametersText.trim());
    expect(await verify()).toEqual({ 'kernel-parameters': true, 'kernel-parameters-at-boot': true });
  });

  it('are left alone the second time, also where somebody has raised one since', async () => {
    await expect(apply()).resolves.toMatchObject({ outcome: 'unchanged' });
    await on('sysctl -q -w vm.max_map_count=2000000');
    await expect(apply()).resolves.toMatchObject({ outcome: 'unchanged' });
    expect(await on('cat /proc/sys/vm/max_map_count')).toBe('2000000');
  });

  it('are applied again where the value or the file is another', async () => {
    await on('sysctl -q -w vm.max_map_count=65530');
    await expect(apply()).resolves.toMatchObject({ outcome: 'changed' });
    await on('echo vm.max_map_count=1 > /etc/sysctl.d/90-akash.conf');
    await expect(apply()).resolves.toMatchObject({ outcome: 'changed' });
    expect(await values()).toBe('512 1048576 1000000');
  });

  it('are found wanting when a later file lowers one at the next boot', async () => {
    await on('echo vm.max_map_count=262144 > /etc/sysctl.d/99-other.conf');
    expect(await verify()).toEqual({ 'kernel-parameters': true, 'kernel-parameters-at-boot': false });
  });

  it('are refused in a container, whose /proc/sys belongs to another machine', async () => {
    const container = await stage().lab.startMachine({ name: 'container' });
    await expect(apply(container)).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringContaining('/proc/sys is read-only') as string,
    });
    expect((await container.run('ls /etc/sysctl.d')).stdout).not.toContain('90-akash.conf');
  });
});
