import { describe, expect, it } from 'vitest';
import { checkEtcdPerformance } from '../../../src/activities/step-09-confirm/check-etcd-performance.js';
import { verifyEtcd } from '../../../src/activities/step-09-confirm/verify-etcd.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

let machine: LabMachine;

/** A member as Kubespray sets it up, as far as verification sees it; one value would be a command if it were run. */
const setUp = `cat > /etc/etcd.env << 'END'
# Environment file for etcd
ETCD_NAME=etcd1
ETCD_DATA_DIR=/var/lib/etcd-test
ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:2379
ETCD_ADVERTISE_CLIENT_URLS=http://127.0.0.1:2379
ETCD_QUOTA_BACKEND_BYTES=104857600
# CLI settings
ETCDCTL_ENDPOINTS=http://127.0.0.1:2379
ETCDCTL_USER=
ETCD_NOTE=$(touch /root/was-run)
END
systemctl stop etcd 2> /dev/null || true
systemd-run --quiet --unit=etcd-test -p EnvironmentFile=/etc/etcd.env etcd
until ETCDCTL_API=3 etcdctl endpoint health > /dev/null 2>&1; do sleep 0.2; done`;

const on = (script: string) => onMachine(machine, script);

const stage = useLab('test-etcd', async ({ lab }) => {
  machine = await lab.startMachine({ name: 'node1' });
});

const verify = async (members: readonly string[]) => {
  const input = { host: labAddressOf(machine), members };
  return (await runStep(verifyEtcd(stage().dependencies), input)).checks;
};
const failing = (checks: readonly { check: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe('verification of a real etcd', () => {
  it('fails one check where Kubespray has not been', async () => {
    await on('rm -f /etc/etcd.env');
    expect(await verify(['node1'])).toMatchObject([
      { check: 'etcd-members', passed: false, is: 'no /etc/etcd.env' },
    ]);
    const input = { host: labAddressOf(machine), jobKey: 'check-perf-none' };
    expect((await runStep(checkEtcdPerformance(stage().dependencies), input)).checks).toMatchObject([
      { check: 'etcd-perf', passed: false, is: 'no /etc/etcd.env' },
    ]);
  });

  it('passes every check on a healthy member, without running what its environment file says', async () => {
    await on(setUp);
    const checks = await verify(['node1']);
    expect(failing(checks)).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual([
      'etcd-members',
      'etcd-health',
      'etcd-one-cluster',
      'etcd-leader',
      'etcd-raft',
      'etcd-database-size',
      'etcd-alarms',
    ]);
    expect(checks.find(({ check }) => check === 'etcd-database-size')?.is).toMatch(/ of 100 MiB$/);
    expect(await on('ls /root')).not.toContain('was-run');
  });

  it('fails when the inventory has another member', async () => {
    expect(failing(await verify(['node1', 'node2', 'node3']))).toEqual([
      'etcd-members',
      'etcd-health',
      'etcd-one-cluster',
    ]);
  });

  it('measures its performance when asked, even where an earlier check was cut off', async () => {
    await on('ETCDCTL_API=3 etcdctl put /etcdctl-check-perf/left behind');
    const input = { host: labAddressOf(machine), jobKey: 'check-perf-1' };
    const { checks } = await runStep(checkEtcdPerformance(stage().dependencies), input);
    const [perf] = checks;
    expect(perf?.check).toBe('etcd-perf');
    expect(perf?.is).toMatch(/(PASS|FAIL): .*Throughput.*writes\/s/);
    expect(perf?.passed).toBe(!/FAIL|too long|too high/.test(perf?.is ?? ''));
  });

  it('sees an alarm', async () => {
    await on(`systemctl stop etcd-test; sed -i s/104857600/1/ /etc/etcd.env
systemd-run --quiet --unit=etcd-test -p EnvironmentFile=/etc/etcd.env etcd
export ETCDCTL_API=3
until etcdctl endpoint status > /dev/null 2>&1; do sleep 0.2; done
etcdctl put a b > /dev/null 2>&1 || true
etcdctl put a b > /dev/null 2>&1 || true`);
    expect(failing(await verify(['node1']))).toEqual(
      expect.arrayContaining(['etcd-database-size', 'etcd-alarms']) as string[],
    );
  });

  it('fails, with the reason, when etcd is stopped', async () => {
    await on('systemctl stop etcd-test');
    const checks = await verify(['node1']);
    expect(failing(checks)).toEqual(['etcd-members', 'etcd-health', 'etcd-status']);
    expect(checks[0]?.is).toMatch(/refused|deadline|unavailable/i);
  });
});
