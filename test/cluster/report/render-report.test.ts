import { describe, expect, it } from 'vitest';
import { renderReport, renderReportMarkdown } from '../../../src/cluster/report/render-report.js';
import type { Report } from '../../../src/cluster/report/report.js';
import { plan } from '../../support/plans.js';

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

  it.each([
    [undefined, 'ann approved disks and restarts of node4 (sha256:abc)'],
    ['plan', 'ann approved disks and restarts of node4 (sha256:abc)'],
    ['reset', 'ann approved the reset of node4 (sha256:abc)'],
    ['old-data', 'ann approved the deletion of the old data of node4 (sha256:abc)'],
  ] as const)('tells what an approval was of: %s', (kind, sentence) => {
    const approval = { plan: 'sha256:abc', by: 'ann', hosts: ['node4'], ...(kind && { kind }) };
    const told = { ...report, approvals: [approval] };
    expect(renderReport(told)).toContain(`\n  ${sentence}\n`);
    expect(renderReportMarkdown(told)).toContain(sentence);
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
    const finding = {
      severity: 'warning',
      shouldBe: 'at least 4 CPUs',
      advice: 'Take a bigger one.',
    } as const;
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
