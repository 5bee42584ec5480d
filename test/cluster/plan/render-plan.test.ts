import { describe, expect, it } from 'vitest';
import { outlineMarkdown } from '../../../src/cluster/text/outline.js';
import { renderPlan } from '../../../src/cluster/plan/render-plan.js';
import { renderReport, renderReportMarkdown } from '../../../src/cluster/report/render-report.js';
import { storageItems } from '../../../src/cluster/plan/render-storage-plan.js';
import type { Report } from '../../../src/cluster/report/report.js';
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
      { check: 'swap', host: 'node1', severity: 'warning', is: 'swap on /dev/sda2', shouldBe: 'no swap', mend: 'Nothing is to be done.', overridden: null },
      { check: 'worker-cpus', host: 'node3', severity: 'error', is: '2 CPUs', shouldBe: 'at least 4 CPUs', mend: 'Give it more.', overridden: 'lab' },
      { check: 'python', host: 'node2', severity: 'error', is: 'no python3', shouldBe: 'python3', mend: 'Install it.', overridden: null },
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
    to be done by you: Set csi.kubeletDirPath of rook-ceph to /data/kubelet.
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

  it('stays readable with a thousand hosts, and still names every disk', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `w${index}`);
    const storage = Object.fromEntries(names.map((name) => [name, hostPlan(name)]));
    const findings = names.map((host) => ({
      check: 'swap', host, severity: 'warning', is: 'swap', shouldBe: 'none', mend: 'x', overridden: null,
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

  it('tells findings together only where they are the same, accepted or not', () => {
    const swap = { check: 'swap', host: 'a', severity: 'warning', is: 'swap on sda2', shouldBe: 'no swap', mend: 'x', overridden: null } as const; // prettier-ignore
    const findings = [
      swap,
      { ...swap, host: 'b' },
      { ...swap, host: 'c', overridden: 'lab' },
      { ...swap, host: 'd', is: 'swap on sdb2' },
      { ...swap, host: 'e', severity: 'error' },
      { ...swap, check: 'worker-cpus', is: '1 CPU', shouldBe: '2', mend: 'Give a more.' },
      { ...swap, check: 'worker-cpus', is: '1 CPU', shouldBe: '2', mend: 'Give b more.', host: 'b' },
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

  it('counts no more hosts where all are shown', () => {
    const names = Array.from({ length: 20 }, (_, index) => `w${index}`);
    const storage = Object.fromEntries(names.map((name) => [name, hostPlan(name)]));
    expect(disksInMarkdown(storage)).not.toContain('more hosts');
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

  it('keeps commands as they are, line by line', () => {
    const commands = ["printf '%s  %s\\n' a b\n  second line"];
    expect(renderPlan(plan({ node4: anApplyPlan({ commands }) }))).toContain(
      "      printf '%s  %s\\n' a b\n        second line\n",
    );
  });
});

describe('renderReport', () => {
  const report: Report = {
    cluster: 'akash',
    result: 'incomplete',
    release: 'v2.24.1',
    approvals: [{ plan: 'sha256:abc', by: 'ann', hosts: ['node4'] }],
    hosts: [
      { host: 'node1', result: 'done', why: null, changed: ['copySshKey'], unchanged: ['confirmSsh'], skipped: [] },
      { host: 'node2', result: 'done', why: null, changed: ['copySshKey'], unchanged: ['confirmSsh'], skipped: [] },
      { host: 'node3', result: 'refused', why: 'It has one free disk only.', changed: [], unchanged: [], skipped: [] },
    ],
    checks: [
      { check: 'unit-kubelet', host: 'node1', state: 'passed', is: 'running', shouldBe: 'kubelet running', advice: '', reason: null },
      { check: 'unit-kubelet', host: 'node2', state: 'passed', is: 'running', shouldBe: 'kubelet running', advice: '', reason: null },
      { check: 'etcd-perf', host: 'node1', state: 'overridden', is: 'slow', shouldBe: 'fast', advice: 'x', reason: 'lab disks' },
      { check: 'etcd-health', host: 'node2', state: 'failed', is: 'unhealthy', shouldBe: 'healthy', advice: 'Read the journal of etcd.', reason: null },
    ],
    plan: plan({}),
  }; // prettier-ignore

  it('tells what was done, by whose leave, and what is wrong, which comes first', () => {
    expect(renderReport(report)).toBe(`Cluster akash is not complete
  Kubespray v2.24.1
  ann approved disks and restarts of node4 (sha256:abc)

Hosts
  node1, node2: done
    changed: copySshKey
    unchanged: confirmSsh
  node3: refused. It has one free disk only.

Checks
  FAILED etcd-health on node2: is unhealthy; should be healthy
    Read the journal of etcd.
  accepted etcd-perf on node1: is slow; should be fast
    accepted because: lab disks
  passed unit-kubelet: kubelet running (node1, node2)`);
  });

  it('tells where the log of the playbook is', () => {
    const playbook = { summary: 'cluster.yml: 2 hosts, 33 ok, 20 changed', log: '/root/runs/1.log' };
    expect(
      renderReport({ ...report, playbook })
        .split('\n')
        .slice(1, 3),
    ).toEqual([
      '  Kubespray v2.24.1',
      '  cluster.yml: 2 hosts, 33 ok, 20 changed; its log is /root/runs/1.log on the control host',
    ]);
  });

  it('tells what was accepted before and warned of, once for the hosts that are alike, and which variables were taken over', () => {
    const finding = { severity: 'warning', shouldBe: 'at least 4 CPUs', mend: 'Take a bigger one.' } as const;
    const cpus = { ...finding, check: 'worker-cpus', is: '2 CPUs', overridden: 'a lab' } as const;
    const own = { ...finding, check: 'group-variables', is: 'yours takes its place', host: null } as const;
    const findings = [
      { ...cpus, host: 'node1' },
      { ...cpus, host: 'node2' },
      ...['node1', 'node2'].map(
        (host) => ({ ...finding, check: 'swap', is: 'on', shouldBe: 'off', host, overridden: null }) as const,
      ),
      {
        ...finding,
        severity: 'error',
        check: 'sudo',
        is: 'closed',
        host: 'node3',
        overridden: null,
      } as const,
      { ...own, overridden: null },
    ];
    const text = renderReport({ ...report, plan: { ...report.plan, findings } });
    expect(text).toContain(`Accepted before
  worker-cpus on node1, node2: is 2 CPUs; should be at least 4 CPUs
    accepted because: a lab
`);
    expect(text).toContain('Your variables\n  yours takes its place.');
    expect(text).toContain(`Warnings
  warning swap on node1, node2: is on; should be off.
    Take a bigger one.
`);
    // A host with an error dropped out, and is told with the reason among the hosts.
    expect(text).not.toContain('sudo');
    expect(text.match(/yours takes its place/g)).toHaveLength(1);
  });

  it.each([
    ['ready', 'Cluster akash is ready'],
    ['aborted', 'Cluster akash was aborted'],
  ] as const)('says of a cluster that is %s: %s', (result, heading) => {
    expect(renderReport({ ...report, result }).split('\n')[0]).toBe(heading);
  });

  it('tells hosts together only where the same was done', () => {
    const done = { result: 'done', why: null, changed: ['copySshKey'], unchanged: [], skipped: [] } as const;
    const hosts = [
      { ...done, host: 'a' },
      { ...done, host: 'b', skipped: ['copyData'] },
      { ...done, host: 'c', result: 'failed', why: 'It is gone.' },
      { ...done, host: 'd', result: 'failed', why: 'It is full.' },
    ] as const;
    expect(renderReport({ ...report, hosts })).toContain(`Hosts
  a: done
    changed: copySshKey
  b: done
    changed: copySshKey
    skipped: copyData
  c: failed. It is gone.
    changed: copySshKey
  d: failed. It is full.
    changed: copySshKey
`);
  });

  it('is Markdown for the UI', () => {
    expect(renderReportMarkdown(report)).toContain(
      '**Cluster akash is not complete**\n\n- Kubespray v2.24.1\n',
    );
    expect(renderReportMarkdown(report)).toContain('\n- node1, node2: done\n  - changed: copySshKey\n');
  });
});
