import { describe, expect, it } from 'vitest';
import { qemuArguments, type QemuSettings } from '../../../src/lab/virtual-machine/qemu-arguments.js';

const settings: QemuSettings = {
  name: 'worker-1',
  memoryMiB: 768,
  cpus: 2,
  rootDisk: '/lab/w/root.qcow2',
  port: 30123,
  folder: '/lab/w',
  generation: '00000000-0000-4000-8000-000000000001',
  disks: [{ serial: 'A-1', slot: 1, file: '/lab/w/disk,odd.qcow2' }],
};

/** The values of all arguments of this name. */
function valuesOf(args: readonly string[], name: string): string[] {
  return args.flatMap((arg, index) => (arg === name ? [args[index + 1] ?? ''] : []));
}

describe('qemuArguments', () => {
  it('leads one port of the loopback address in, and nothing out', () => {
    expect(valuesOf(qemuArguments(settings), '-netdev')).toEqual([
      'user,id=net0,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:30123-10.0.2.15:22',
    ]);
  });

  it('leads SSH and kubelet in at an address of the lab, and everything out, where it is part of a network', () => {
    const network = { namespace: 'slipway-1-worker', address: '10.201.7.10' };
    expect(valuesOf(qemuArguments({ ...settings, port: 22, network }), '-netdev')).toEqual([
      'user,id=net0,ipv6=off,hostfwd=tcp:10.201.7.10:22-10.0.2.15:22,hostfwd=tcp:10.201.7.10:10250-10.0.2.15:10250',
    ]);
  });

  it('puts the guest itself onto the network where it has a link, with all its ports', () => {
    const link = { tap: 'tap0', hardwareAddress: '02:01:0a:c9:07:0a' };
    const network = { namespace: 'slipway-1-worker', address: '10.201.7.10', link };
    const args = qemuArguments({ ...settings, port: 22, network });
    expect(valuesOf(args, '-netdev')).toEqual(['tap,id=net0,ifname=tap0,script=no,downscript=no']);
    expect(valuesOf(args, '-device')).toContain('virtio-net-pci,netdev=net0,romfile=,mac=02:01:0a:c9:07:0a');
  });

  it('puts a disk into its slot, by serial number, whatever its file is called', () => {
    const args = qemuArguments(settings);
    const devices = valuesOf(args, '-device').filter((value) => value.includes('nvme'));
    expect(devices.map((value) => JSON.parse(value) as unknown)).toEqual([
      { driver: 'nvme', id: 'nvme1', serial: 'A-1', drive: 'disk1', bus: 'slot1' },
    ]);
    const files = valuesOf(args, '-blockdev').map((value) => JSON.parse(value) as { file: unknown });
    expect(files[1]?.file).toMatchObject({ filename: '/lab/w/disk,odd.qcow2' });
  });

  it('never lets QEMU ignore what the guest flushes', () => {
    expect(qemuArguments(settings).join(' ')).not.toMatch(/unsafe|no-flush/);
  });

  it('stands still until told to go on only when it goes on from a saved state', () => {
    expect(qemuArguments(settings)).not.toContain('-S');
    expect(qemuArguments({ ...settings, incoming: 'exec:cat < state' })).toEqual([
      ...qemuArguments(settings),
      ...['-S', '-incoming', 'exec:cat < state'],
    ]);
  });
});
