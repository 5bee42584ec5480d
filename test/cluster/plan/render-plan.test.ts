import { describe, expect, it } from 'vitest';
import { outlineMarkdown } from '../../../src/cluster/text/outline.js';
import { renderPlan } from '../../../src/cluster/plan/render-plan.js';
import { storageItems } from '../../../src/cluster/plan/render-storage-plan.js';
import type { StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import { aPlan } from '../../support/a-plan.js';
import { anApplyPlan, aSpecification, aTarget } from '../../support/builders.js';

const plan = (storage: Record<string, StoragePlan>, input: Parameters<typeof aPlan>[0] = {}) =>
  aPlan({ specification: aSpecification({ firewall: { enabled: false } }), storage, ...input });

/** A host's plan with disks of its own. */
const hostPlan = (host: string, change: Parameters<typeof anApplyPlan>[0] = {}) =>
  anApplyPlan({
    target: aTarget({
      host,
      disks: aTarget().disks.map((disk) => ({ ...disk, serial: `${host}-${disk.serial}` })),
    }),
    digest: `sha256:${host}`,
    ...change,
  });

/** As Temporal's UI shows them in an approval. */
const disksInMarkdown = (storage: Record<string, StoragePlan>) =>
  outlineMarkdown([{ heading: 'What is destroyed', items: storageItems(storage, 20) }]);

describe('renderPlan', () => {
  it('shows an operator everything that an approval is about', () => {
    const findings = [
      { check: 'swap', host: 'node1', severity: 'warning', is: 'swap on /dev/sda2', shouldBe: 'no swap', advice: 'Nothing is to be done.', overridden: null },
      { check: 'worker-cpus', host: 'node3', severity: 'error', is: '2 CPUs', shouldBe: 'at least 4 CPUs', advice: 'Give it more.', overridden: 'lab' },
      { check: 'python', host: 'node2', severity: 'error', is: 'no python3', shouldBe: 'python3', advice: 'Install it.', overridden: null },
    ] as const; // prettier-ignore
    const storage: Record<string, StoragePlan> = {
      node1: { kind: 'none' },
      node2: { kind: 'satisfied', target: aTarget({ host: 'node2' }), digest: 'sha256:2' },
      node3: {
        kind: 'refused',
        host: 'node3',
        why: 'It needs 2 free NVMe disks and has 1.',
        excluded: [{ name: 'nvme0n1', serial: 'R', reasons: ['It has partitions.', 'It is mounted at /.'] }],
      },
      node4: anApplyPlan(),
    };
    const made = plan(storage, { findings });
    expect(renderPlan(made)).toBe(`Plan for cluster akash
  Kubespray v2.24.1. The specification names it.

Ephemeral storage
  node4: /dev/md0, raid0 of 2 disks, ext4 at /data. Everything on these disks is lost:
    disk serial S0, QEMU NVMe, 1.6 TB: /dev/disk/by-id/nvme-S0 (now nvme0n1)
    disk serial S1, QEMU NVMe, 1.6 TB: /dev/disk/by-id/nvme-S1 (now nvme1n1)
    not used: sda (serial ROOT): It is mounted at /.
    layout bind: folders of /data are mounted on the usual paths, which stay valid
    kubelet.service is stopped; /var/lib/kubelet is moved to /data/kubelet
    containerd.service is stopped; /var/lib/containerd is moved to /data/containerd
    43 GB to copy; the old copy is kept until the new one has proven itself
    the host is restarted
    commands:
      mdadm --create /dev/md0 --level=raid0 --raid-devices=2 /dev/disk/by-id/nvme-S0 /dev/disk/by-id/nvme-S1
    to know: raid0 keeps no second copy.
    digest of this host: sha256:1111111111111111111111111111111111111111111111111111111111111111
  node3: cannot be done. It needs 2 free NVMe disks and has 1.
    not used: nvme0n1 (serial R): It has partitions. It is mounted at /.
  node2: already as planned; nothing is done.

Findings
  error python on node2: is no python3; should be python3.
    Install it.
  warning swap on node1: is swap on /dev/sda2; should be no swap.
    Nothing is to be done.
  accepted worker-cpus on node3: is 2 CPUs; should be at least 4 CPUs.
    accepted because: lab

Approval
  ${made.digest ?? ''} stands for the disks and restarts of 1 host above: node4.`);
  });

  it('says so when nothing is to be approved', () => {
    expect(renderPlan(plan({ node1: { kind: 'none' } }))).toBe(`Plan for cluster akash
  Kubespray v2.24.1. The specification names it.

Approval
  Nothing in this plan needs one: no disk is written and no host restarted.`);
  });

  it('does not say what there is to approve where hosts were not looked at', () => {
    const unread = [
      { host: 'node1', isNode: true, why: 'It does not answer.' },
      { host: 'control host', isNode: false, why: 'It does not answer.' },
    ];
    const approvalOf = (...args: Parameters<typeof plan>) => renderPlan(plan(...args)).split('Approval\n')[1];
    expect(approvalOf({}, { unread })).toBe('  Cannot be told, because 1 host was not looked at: node1.');
    expect(approvalOf({ node4: hostPlan('node4') }, { unread })).toBe(
      '  Cannot be told, because 1 host was not looked at: node1. The disks and restarts of 1 host above are part of it: node4.',
    );
    expect(approvalOf({}, { unread: unread.slice(1) })).toMatch('Nothing in this plan needs one');
  });

  it('tells what the firewall leaves to the operator', () => {
    const text = renderPlan(plan({ node1: { kind: 'none' } }, { specification: aSpecification() }));
    expect(text).toContain(`Left to you
  A provider’s ingress needs 80, 443, 8443/tcp; add them to firewall.openPorts when it is installed.`);
  });

  it('tells findings together only where they are the same, accepted or not', () => {
    const swap = { check: 'swap', host: 'a', severity: 'warning', is: 'swap on sda2', shouldBe: 'no swap', advice: 'x', overridden: null } as const; // prettier-ignore
    const findings = [
      swap,
      { ...swap, host: 'b' },
      { ...swap, host: 'c', overridden: 'lab' },
      { ...swap, host: 'd', is: 'swap on sdb2' },
      { ...swap, host: 'e', severity: 'error' },
      { ...swap, check: 'worker-cpus', is: '1 CPU', shouldBe: '2', advice: 'Give a more.' },
      { ...swap, check: 'worker-cpus', is: '1 CPU', shouldBe: '2', advice: 'Give b more.', host: 'b' },
      { ...swap, host: null, check: 'control-host' },
    ] as const;
    expect(renderPlan(plan({}, { findings }))).toContain(`Findings
  error swap on e: is swap on sda2; should be no swap.
    x
  warning swap on a, b: is swap on sda2; should be no swap.
    x
  warning swap on d: is swap on sdb2; should be no swap.
    x
  warning worker-cpus on a, b: is 1 CPU; should be 2.
    Give a more. Likewise on the others.
  warning control-host: is swap on sda2; should be no swap.
    x
  accepted swap on c: is swap on sda2; should be no swap.
    accepted because: lab
`);
  });

  it('lets no host write into the terminal or the page', () => {
    const evil = '\u001b[2J\n# [free](http://evil) <script> `x` | ok';
    const [disk] = aTarget().disks;
    const target = aTarget({ disks: disk === undefined ? [] : [{ ...disk, model: evil }] });
    const storage = {
      node4: anApplyPlan({ target, excluded: [{ name: evil, serial: evil, reasons: [evil] }] }),
    };
    const text = renderPlan(plan(storage));
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([]);
    const markdown = disksInMarkdown(storage);
    expect(markdown).toContain('\\# \\[free\\](http:\\//evil) \\<script\\> \\`x\\` \\| ok');
  });
});
