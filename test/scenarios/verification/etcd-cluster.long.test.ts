import { describe, expect, it } from 'vitest';
import { checkEtcdPerformance } from '../../../src/activities/step-09-confirm/check-etcd-performance.js';
import { verifyEtcd } from '../../../src/activities/step-09-confirm/verify-etcd.js';
import { verifyHost } from '../../../src/activities/step-09-confirm/verify-host.js';
import { startEtcd } from '../../../src/lab/kubernetes/etcd.js';
import type { LabSystemdMachine } from '../../../src/lab/index.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

let members: readonly LabSystemdMachine[] = [];

const names = ['node1', 'node2', 'node3'] as const;
const stage = useLab('test-etcd-cluster', async ({ lab }) => {
  members = await Promise.all(names.map((name) => lab.startMachine({ name })));
  await startEtcd(members);
});

const member = (index: 0 | 1 | 2): LabSystemdMachine => {
  const machine = members[index];
  if (machine === undefined) throw new Error('The members are there only while tests run.');
  return machine;
};
const verify = async (machine: LabSystemdMachine) =>
  (await runStep(verifyEtcd(stage().dependencies), { host: labAddressOf(machine), members: names })).checks;
const verifyMachine = async (machine: LabSystemdMachine) => {
  const input = {
    host: labAddressOf(machine),
    ...{ units: ['etcd' as const], kernelParameters: false, certificates: true },
  };
  return (await runStep(verifyHost(stage().dependencies), input)).checks;
};
const failing = (checks: readonly { check: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe('verification of three members of etcd, set up as Kubespray does', () => {
  it('passes every check on each of them', async () => {
    for (const machine of members) {
      expect(failing(await verify(machine))).toEqual([]);
      const checks = await verifyMachine(machine);
      expect(failing(checks)).toEqual([]);
      expect(checks.find(({ check }) => check === 'certificates')?.is).toMatch(
        /^3, of which the first expires in 36[45] days/,
      );
    }
  });

  it('fails when a disk is slow, with what etcdctl measured', async () => {
    for (const machine of members) await machine.limitWrites(10);
    const input = { host: labAddressOf(member(0)), jobKey: 'slow-disk' };
    const { checks } = await runStep(checkEtcdPerformance(stage().dependencies), input);
    for (const machine of members) await machine.limitWrites(null);
    expect(failing(checks)).toEqual(['etcd-perf']);
    expect(checks[0]?.is).toMatch(/FAIL: Throughput too low: ([0-9]|[1-9][0-9]) writes\/s/);
    expect(checks[0]?.is).toMatch(/Slowest request took too long: [0-9.]+s/);
    expect(checks[0]?.advice).toContain('disk that syncs in under 10 ms');
  });

  it('fails when a member has stopped, and names it', async () => {
    await onMachine(member(2), 'systemctl stop etcd');
    const checks = await verify(member(0));
    expect(failing(checks)).toEqual(['etcd-health', 'etcd-one-cluster']);
    const address = member(2).address.replaceAll('.', '\\.');
    expect(checks.find(({ check }) => check === 'etcd-health')?.is).toMatch(
      new RegExp(`^https://${address}:2379: .*(refused|deadline|unhealthy)`),
    );
    expect(checks.find(({ check }) => check === 'etcd-one-cluster')?.is).toBe(
      '2 members answer, 1 cluster ID',
    );
    const stopped = await verify(member(2));
    expect(failing(stopped)).toEqual(['etcd-members', 'etcd-health', 'etcd-status']);
    expect(stopped[0]?.advice).toContain('journalctl -u etcd');
    expect(await verifyMachine(member(2))).toMatchObject([
      { check: 'unit-etcd', passed: false, is: 'inactive (dead), enabled' },
      { check: 'certificates', passed: true },
    ]);
    await onMachine(member(2), 'systemctl start etcd');
    expect(failing(await verify(member(0)))).toEqual([]);
  });

  it('fails when a member is cut off from the others and falls behind', async () => {
    const rule = ['input', 'output'].map(
      (hook) => `nft add chain inet cut ${hook} '{ type filter hook ${hook} priority 0; }'
nft add rule inet cut ${hook} tcp dport 2380 drop`,
    );
    await onMachine(member(2), ['nft add table inet cut', ...rule].join('\n'));
    await onMachine(
      member(0),
      `set -a
. /etc/etcd.env
seq 1200 | xargs -P 4 -I '{}' etcdctl put 'key {}' value > /dev/null`,
    );
    const checks = await verify(member(0));
    await onMachine(member(2), 'nft delete table inet cut');
    expect(failing(checks)).toEqual(['etcd-health', 'etcd-leader', 'etcd-raft']);
    const found = (name: string) => checks.find(({ check }) => check === name);
    expect(found('etcd-leader')?.is).toMatch(
      new RegExp(`no leader according to https://${member(2).address.replaceAll('.', '\\.')}:2379$`),
    );
    expect(found('etcd-raft')?.is).toMatch(/^raft indexes 1[0-9]{3} apart$/);
    await expect.poll(async () => failing(await verify(member(0))), { timeout: 60_000 }).toEqual([]);
  });

  it('fails when a certificate is about to expire, whatever else its file is called', async () => {
    const file = '/etc/ssl/etcd/ssl/member-node2.pem';
    await onMachine(
      member(1),
      `cp ${file} /root/kept.pem
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=short -days 7 -out ${file} 2> /dev/null`,
    );
    const checks = await verifyMachine(member(1));
    await onMachine(member(1), `cp /root/kept.pem ${file}`);
    expect(failing(checks)).toEqual(['certificates']);
    expect(checks.find(({ check }) => check === 'certificates')).toMatchObject({
      is: expect.stringMatching(
        /^\/etc\/ssl\/etcd\/ssl\/member-node2\.pem expires in [67] days \([0-9-]{10}\)$/,
      ) as string,
      advice: expect.stringContaining('cluster.yml again') as string,
    });
  });
});
