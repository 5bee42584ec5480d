import { describe, expect, it } from 'vitest';
import { outlineMarkdown } from '../../../src/cluster/text/outline.js';
import { renderPlan } from '../../../src/cluster/plan/render-plan.js';
import { storageItems } from '../../../src/cluster/plan/render-storage-plan.js';
import type { StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import { anApplyPlan, aTarget } from '../../support/builders.js';
import { plan, hostPlan } from '../../support/plans.js';

/** As Temporal's UI shows them in an approval. */
const disksInMarkdown = (storage: Record<string, StoragePlan>) =>
  outlineMarkdown([{ heading: 'What is destroyed', items: storageItems(storage, 20) }]);

describe('the storage of a plan', () => {
  it('stays readable with a thousand hosts, and still names every disk', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `w${index}`);
    const storage = Object.fromEntries(names.map((name) => [name, hostPlan(name)]));
    const findings = names.map((host) => ({
      check: 'swap', host, severity: 'warning', is: 'swap', shouldBe: 'none', advice: 'x', overridden: null,
    }) as const); // prettier-ignore
    const text = renderPlan(plan(storage, { findings }));
    for (const name of names) expect(text).toContain(`${name}-S1`);
    expect(text).toContain('w999: as w0; disks w999-S0, w999-S1; 43 GB to copy');
    expect(text).toContain('warning swap on w0, w1, w2, w3, w4, w5, w6, w7, w8, w9 and 990 more: is swap');
    expect(text.split('\n').length).toBeLessThan(1040);
    const markdown = disksInMarkdown(storage);
    expect(markdown).toContain('… and 980 more hosts.');
    expect(markdown.length).toBeLessThan(10_000);
  });

  it('shows in full what differs from the host before', () => {
    const other = hostPlan('w2', { target: aTarget({ host: 'w2', mountPoint: '/mnt' }) });
    const text = renderPlan(plan({ w0: hostPlan('w0'), w1: hostPlan('w1'), w2: other, w3: hostPlan('w3') }));
    expect(text).toContain('w2: /dev/md0, raid0 of 2 disks, ext4 at /mnt.');
    expect(text).toContain('w3: as w0;');
  });

  it.each<[string, Parameters<typeof aTarget>[0], Parameters<typeof anApplyPlan>[0]]>([
    ['level', { array: { ...aTarget().array, level: 'raid1' } }, {}],
    ['mount options', { fileSystem: { ...aTarget().fileSystem, mountOptions: ['defaults'] } }, {}],
    ['size of disks', { disks: aTarget().disks.map((disk) => ({ ...disk, bytes: 960_197_124_096 })) }, {}],
    ['layout', { layout: 'root-dir' }, {}],
    ['path', { path: 'fresh' }, {}],
    ['moves', { moves: aTarget().moves.slice(0, 1) }, {}],
    ['restart', { reboots: false }, {}],
    ['unused disks', {}, { excluded: [{ name: 'sdb', serial: null, reasons: ['It is mounted at /srv.'] }] }],
    ['advice', {}, { advice: [] }],
  ])('does not call a host the same as another that has another %s', (_, target, change) => {
    const other = hostPlan('w2', { target: aTarget({ host: 'w2', ...target }), ...change });
    const text = renderPlan(plan({ w0: hostPlan('w0'), w1: hostPlan('w1'), w2: other }));
    expect(text).toContain('w2: /dev/md0');
    expect(text).not.toContain('as w0');
  });

  it('tells a fresh host from one whose data is moved, and disks by all that names them', () => {
    const disks = aTarget().disks.map((disk) => ({ ...disk, wwn: 'eui.01', model: null }));
    const target = aTarget({ disks, layout: 'root-dir', path: 'fresh', moves: [], reboots: false });
    const excluded = [
      { name: 'sda', serial: null, reasons: ['It is mounted at /.'] },
      { name: 'sdb', serial: 'B', reasons: ['It is too small.'] },
      { name: 'sdc', serial: 'C', reasons: ['It is too small.'] },
    ];
    expect(renderPlan(plan({ node4: anApplyPlan({ target, excluded }) }))).toContain(`
    disk serial S1, WWN eui.01, unknown model, 1.6 TB: /dev/disk/by-id/nvme-S1 (now nvme1n1)
    not used: sda: It is mounted at /.
    not used: sdb (serial B), sdc (serial C): It is too small.
    layout root-dir: kubelet and containerd are told the paths on /data; nothing is to be moved
    the host is not restarted
`);
  });

  it('tells hosts together only where they are refused for the same, and each one’s disks', () => {
    const refused = (host: string, why: string, reason: string) =>
      ({
        kind: 'refused',
        host,
        why,
        excluded: [{ name: 'sda', serial: `S-${host}`, reasons: [reason] }],
      }) as const;
    const text = renderPlan(
      plan({
        a: refused('a', 'No disk.', 'Mounted.'),
        b: refused('b', 'No disk.', 'Mounted.'),
        c: refused('c', 'Two twins.', 'Mounted.'),
        d: refused('d', 'No disk.', 'Too small.'),
      }),
    );
    expect(text).toContain(`  a, b: cannot be done. No disk.
    a:
      not used: sda (serial S-a): Mounted.
    b:
      not used: sda (serial S-b): Mounted.
`);
    expect(text).toContain('  c: cannot be done. Two twins.\n');
    expect(text).toContain('  d: cannot be done. No disk.\n    not used: sda (serial S-d): Too small.\n');
  });

  it('counts no more hosts where all are shown', () => {
    const names = Array.from({ length: 20 }, (_, index) => `w${index}`);
    const storage = Object.fromEntries(names.map((name) => [name, hostPlan(name)]));
    expect(disksInMarkdown(storage)).not.toContain('more hosts');
  });

  it('keeps commands as they are, line by line', () => {
    const commands = ["printf '%s  %s\\n' a b\n  second line"];
    expect(renderPlan(plan({ node4: anApplyPlan({ commands }) }))).toContain(
      "      printf '%s  %s\\n' a b\n        second line\n",
    );
  });
});
