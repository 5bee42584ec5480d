import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stopDemoMachines } from '../../../src/cli/demo/machines.js';
import { openLab, type Lab } from '../../../src/lab/index.js';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ name: 'demo-test' });
});
afterAll(async () => {
  await lab.down();
});

/** Names of this lab's network namespaces and of this machine's network links. */
async function network(): Promise<{ namespaces: string[]; links: string[] }> {
  const { stdout } = await execa('ip', ['netns', 'list']);
  const devices = await readFile('/proc/net/dev', 'utf8');
  return {
    namespaces: stdout.split('\n').filter(Boolean),
    links: [...devices.matchAll(/^ *([^ :|]+):/gm)].map(([, name]) => name ?? ''),
  };
}

it('leaves neither machine nor network behind, and comes back at the same address with its files', async () => {
  const before = await network();
  const machine = await lab.startMachine({ name: 'control-1' });
  const { address } = machine;
  await machine.run('echo kept > /root/file');
  await stopDemoMachines(lab);
  expect(await machine.isRunning()).toBe(false);
  expect(await network()).toEqual(before);
  const again = await lab.startMachine({ name: 'control-1' });
  expect(again.address).toBe(address);
  expect((await again.run('cat /root/file')).stdout.trim()).toBe('kept');
});
