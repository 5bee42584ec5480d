import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLab, type Lab, type LabNodeMachine, type LabVirtualMachine } from '../../../src/lab/index.js';
import { onMachine } from '../../support/lab-host.js';

let lab: Lab;
let machine: LabVirtualMachine;
let mate: LabNodeMachine;

beforeAll(async () => {
  lab = await openLab({ name: 'node-vm-test' });
  [machine, mate] = await Promise.all([
    lab.startVm({ name: 'w1', isNode: true }),
    lab.startNode({ name: 'n1' }),
  ]);
});

afterAll(() => lab.down());

/** What the machine answers at a port where it says one word to whom connects. */
async function answers(port: number): Promise<string> {
  const say = `import socket; s = socket.create_server(('', ${port})); c, _ = s.accept(); c.send(b'hello')`;
  await onMachine(machine, `systemd-run --quiet python3 -c "${say}"`);
  const ask = `timeout 5 bash -c 'cat < /dev/tcp/${machine.address}/${port}' || :`;
  await expect.poll(() => onMachine(mate, ask), { timeout: 60_000 }).toBe('hello');
  return onMachine(mate, `ip neigh show ${machine.address}`);
}

it('has its address itself, and all its ports, also after a power cut', async () => {
  const own = `02:01:${machine.address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
  expect(await onMachine(machine, 'ip -brief address show eth0')).toContain(` ${machine.address}/24 `);
  expect(await answers(4240)).toContain(own);
  await machine.powerCut();
  await machine.start();
  expect(await answers(4241)).toContain(own);
});

it('asks the mirror for names and packages, and has nothing that Kubespray brings', async () => {
  const mirror = (await onMachine(machine, 'ip -4 route show default')).split(' ')[2] ?? '';
  expect(await onMachine(machine, 'cat /etc/resolv.conf')).toBe(`nameserver ${mirror}\n`);
  expect(await onMachine(machine, 'apt-config dump Acquire::http::Proxy')).toContain(`//${mirror}:8880"`);
  expect(await onMachine(machine, 'command -v containerd runc kubelet || :')).toBe('');
});

it('has a kernel of its own, whose modules it loads', async () => {
  expect(await onMachine(machine, 'modprobe -a br_netfilter vxlan raid0 && lsmod')).toMatch(/^raid0 /m);
  expect(await onMachine(machine, 'lsblk --nodeps --noheadings --output SERIAL /dev/nvme*n1 | sort')).toBe(
    'W1-1\nW1-2\n',
  );
});
