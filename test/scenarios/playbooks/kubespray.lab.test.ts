import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmSsh } from '../../../src/activities/step-03-ssh-access/confirm-ssh.js';
import { copySshKey } from '../../../src/activities/step-03-ssh-access/copy-ssh-key.js';
import { createSshKey } from '../../../src/activities/step-03-ssh-access/create-ssh-key.js';
import type { Dependencies } from '../../../src/activities/running/dependencies.js';
import { runKubespray } from '../../../src/activities/step-08-kubespray-run/run-kubespray.js';
import { writeGroupVariables } from '../../../src/activities/step-04-to-06-inventory/write-group-variables.js';
import { writeInventory } from '../../../src/activities/step-04-to-06-inventory/write-inventory.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { JobRunner } from '../../../src/hosts/jobs/job-runner.js';
import type { HostAddress } from '../../../src/protocol/host-addresses.js';
import { type Lab, type LabMachine, openLab } from '../../../src/lab/index.js';
import { digestOfTree, seededPaths, seedWorker } from '../../../src/lab/seed-worker.js';
import { aSpecification } from '../../support/builders.js';
import { until } from '../../support/test-sshd.js';
import { cluster, installStandIn, local, runStep } from '../../support/control-host.js';

/** Steps 1 to 8 without step 7, as the document goes, on a control plane and a worker that has been in use. */
const password = 'correct horse';
const release = 'v2.24.1';

let folder: string;
let lab: Lab;
let dependencies: Dependencies;
let machines: Record<'node1' | 'node2', LabMachine>;
let privateKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-kubespray-'));
  lab = await openLab({ name: 'kubespray-test', folder: join(folder, 'lab') });
  const hosts = new SharedHostPool({ stateFolder: join(folder, 'state') });
  dependencies = { hosts, jobs: new JobRunner(), readSecret: async () => password };
  privateKey = join(folder, 'id_rsa');
  const [node1, node2] = await Promise.all([
    lab.startMachine({ name: 'node1' }),
    lab.startMachine({ name: 'node2' }),
  ]);
  machines = { node1, node2 };
});

afterAll(async () => {
  await dependencies.hosts.closeAll();
  await lab.down();
  await rm(folder, { recursive: true, force: true });
});

/** A host as the specification names it: not by the lab's key, but by the one that step 3 copies. */
function addressOf(name: 'node1' | 'node2', user = 'root'): HostAddress {
  const { address, port, hostKey } = machines[name];
  return { kind: 'ssh', name, cluster, address, port, user, privateKey, hostKey };
}

/** Standard output of shell text, read past the tool under test. */
async function see(name: 'node1' | 'node2', script: string): Promise<string> {
  return (await machines[name].run(script)).stdout.trim();
}

/** As a host is handed over by a data centre: root by password, and somebody's key without a line end. */
async function handOver(name: 'node1' | 'node2'): Promise<void> {
  const config = 'PermitRootLogin yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\n';
  await machines[name].run(`printf '%s' "$(cat /root/.ssh/authorized_keys)" > /root/.ssh/authorized_keys
printf '${config.replaceAll('\n', '\\n')}' > /etc/ssh/sshd_config.d/00-password.conf
echo 'root:${password}' | chpasswd
systemctl restart ssh`);
}

describe('step 3: access', () => {
  it('is made by one password login, once, and then by key', async () => {
    const { publicKey } = await runStep(createSshKey(dependencies), { host: local, path: privateKey });
    await expect(
      runStep(copySshKey(dependencies), { host: addressOf('node1'), publicKeys: [publicKey] }),
    ).rejects.toMatchObject({
      type: 'AuthenticationFailedError',
      message: expect.stringContaining('no password') as string,
    });

    for (const name of ['node1', 'node2'] as const) {
      await handOver(name);
      const before = await see(name, 'cat /root/.ssh/authorized_keys');
      const input = {
        host: addressOf(name),
        publicKeys: [publicKey, publicKey],
        password: { env: 'PASSWORD' },
      };
      expect(await runStep(copySshKey(dependencies), input)).toMatchObject({ outcome: 'changed' });
      expect(await runStep(copySshKey(dependencies), input)).toMatchObject({ outcome: 'unchanged' });
      expect(await see(name, 'cat /root/.ssh/authorized_keys')).toBe(`${before}\n${publicKey}`);
      const confirmed = await runStep(confirmSsh(dependencies), { host: addressOf(name) });
      expect(confirmed.hostKey).toBe(machines[name].hostKey);
    }
  });

  it('says that the password is wrong, and does not try it again', async () => {
    await machines.node1.run('useradd -m -s /bin/sh alice && echo alice:other | chpasswd');
    const input = {
      host: addressOf('node1', 'alice'),
      publicKeys: ['ssh-rsa AAAA'],
      password: { env: 'PASSWORD' },
    };
    await expect(runStep(copySshKey(dependencies), input)).rejects.toMatchObject({
      type: 'RefusedError',
      nonRetryable: true,
      message: 'node1 accepts neither the SSH key nor the password for alice.',
    });
  });

  it('sets owner and modes for a user who becomes root by sudo', async () => {
    await machines.node1.run(`echo 'alice:${password}' | chpasswd
echo 'alice ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/alice`);
    const { publicKey } = await runStep(createSshKey(dependencies), { host: local, path: privateKey });
    const input = {
      host: addressOf('node1', 'alice'),
      publicKeys: [publicKey],
      password: { env: 'PASSWORD' },
    };
    expect(await runStep(copySshKey(dependencies), input)).toMatchObject({ outcome: 'changed' });
    const seen = await see('node1', 'stat -c "%a %U %G" /home/alice/.ssh /home/alice/.ssh/authorized_keys');
    expect(seen).toBe('700 alice alice\n600 alice alice');
    await runStep(confirmSsh(dependencies), { host: addressOf('node1', 'alice') });

    await machines.node1.run('rm /etc/sudoers.d/alice');
    await expect(
      runStep(confirmSsh(dependencies), { host: addressOf('node1', 'alice') }),
    ).rejects.toMatchObject({
      details: [{ advice: expect.stringContaining('NOPASSWD') as string }],
    });
  });
});

describe('steps 1 to 8 with the stand-in', () => {
  let virtualEnvironment: string;
  const specification = () =>
    aSpecification({
      name: cluster,
      hosts: [
        {
          name: 'node1',
          address: machines.node1.address,
          port: machines.node1.port,
          roles: ['control-plane'],
        },
        { name: 'node2', address: machines.node2.address, port: machines.node2.port, roles: ['worker'] },
      ],
      dns: { upstream: ['9.9.9.9'] },
    });

  async function cluster_yml(
    jobKey: string,
    extraVariables: Record<string, unknown> = {},
    limit?: readonly string[],
  ) {
    return await runStep(runKubespray(dependencies), {
      host: local,
      cluster,
      jobKey,
      playbook: 'cluster.yml',
      virtualEnvironment,
      release,
      hostCount: 2,
      extraVariables,
      limit,
    });
  }

  /** Milliseconds: when the run's first task began, and when a host was found that cannot be reached. */
  async function timesOf(jobKey: string): Promise<{ began: number; noticed: number }> {
    const path = join(folder, 'state', 'clusters', cluster, 'runs', jobKey, 'events.jsonl');
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { event: string; status?: string; time: number });
    const at = (event: (typeof events)[number] | undefined) => (event?.time ?? NaN) * 1000;
    return {
      began: at(events.find(({ event }) => event === 'task')),
      noticed: at(events.find(({ status }) => status === 'unreachable')),
    };
  }

  /** Pulls the cable of node2 while its task is under way. @returns when that was, in milliseconds */
  async function unplugInTheMiddle(): Promise<number> {
    await until(async () => (await see('node2', 'pgrep -f "^sleep 21" || true')) !== '', 300_000);
    await machines.node2.unplugNetwork();
    return Date.now();
  }

  it('install real etcd and containerd, and a kubelet that keeps the data that is there', async () => {
    const digest = await seedWorker(machines.node2);
    const control = { host: local, cluster };
    virtualEnvironment = await installStandIn(dependencies, { control, folder, release });
    const hostKeys = { node1: machines.node1.hostKey, node2: machines.node2.hostKey };
    const inventory = { ...control, specification: specification(), release };
    await runStep(writeInventory(dependencies), {
      ...inventory,
      sampleInventory: 'inventory/sample',
      ...{ hostKeys, privateKey },
    });
    const storage = { node2: { mountPoint: '/data', layout: 'root-dir' as const } };
    await runStep(writeGroupVariables(dependencies), { ...inventory, storage });

    const result = await cluster_yml('playbook-1');
    expect(result.outcome).toBe('changed');
    expect(Object.keys(result.hosts).sort()).toEqual(['node1', 'node2']);
    expect(await digestOfTree(machines.node2, seededPaths)).toBe(digest);
  });

  it('leave etcd healthy by its own account, as /etc/etcd.env says', async () => {
    const etcdctl = 'set -a; . /etc/etcd.env; etcdctl endpoint health 2>&1; etcdctl member list';
    expect(await see('node1', etcdctl)).toMatch(/is healthy[^]*started, node1, https:/);
    expect(await see('node2', 'systemctl is-active etcd || true')).toBe('inactive');
  });

  it('leave units running with the variables that were written', async () => {
    for (const name of ['node1', 'node2'] as const) {
      expect(await see(name, 'systemctl is-active containerd kubelet')).toBe('active\nactive');
      expect(await see(name, 'systemctl is-enabled containerd kubelet')).toBe('enabled\nenabled');
    }
    expect(JSON.parse(await see('node2', 'cat /etc/kubernetes/stand-in.json'))).toEqual({
      container_manager: 'containerd',
      containerd_storage_dir: '/data/containerd',
      kubelet_custom_flags: ['--root-dir=/data/kubelet'],
      upstream_dns_servers: ['9.9.9.9'],
    });
    expect(await see('node2', 'ls -d /data/containerd/io.containerd.metadata.v1.bolt')).not.toBe('');
    expect(await see('node2', 'cat /data/kubelet/heartbeat')).toMatch(/^\d+$/);
    expect(await see('node1', 'cat /var/lib/kubelet/heartbeat')).toMatch(/^\d+$/);
  });

  it('change nothing the second time, and restart nothing', async () => {
    const started = 'systemctl show -p ExecMainStartTimestampMonotonic --value etcd containerd kubelet';
    const before = [await see('node1', started), await see('node2', started)];
    const result = await cluster_yml('playbook-2');
    expect(result).toMatchObject({
      outcome: 'unchanged',
      hosts: { node1: { changed: 0 }, node2: { changed: 0 } },
    });
    expect([await see('node1', started), await see('node2', started)]).toEqual(before);
  });

  it('name a download that failed with its address and the real reason', async () => {
    const downloads = { runc: { url: 'http://127.0.0.1:9/runc.amd64', dest: '/root/runc' } };
    await expect(cluster_yml('playbook-download', { downloads })).rejects.toMatchObject({
      message: expect.stringMatching(
        /failed on node\d in play "Prepare the hosts", task ".*Download item": .*Connection refused.*\(http:\/\/127\.0\.0\.1:9\/runc\.amd64\)/,
      ) as string,
      details: [{ advice: expect.stringContaining('curl -I http://127.0.0.1:9/runc.amd64') as string }],
    });
  });

  it('notice within 30 s that a host was cut off in the middle of a task', async () => {
    const run = cluster_yml('playbook-cut', { stand_in_seconds: 21 });
    const cut = unplugInTheMiddle();
    try {
      await expect(run).rejects.toThrow(/could not reach node2 in play "Prepare the hosts", task ".*Wait/);
      expect((await timesOf('playbook-cut')).noticed - (await cut)).toBeLessThan(30_000);
    } finally {
      await machines.node2.plugNetwork();
    }
  });

  it('notice within 30 s that a host is away before they begin', async () => {
    await machines.node2.unplugNetwork();
    try {
      await expect(cluster_yml('playbook-away')).rejects.toThrow(
        /could not reach node2 in play "Gather facts"/,
      );
      const { began, noticed } = await timesOf('playbook-away');
      expect(noticed - began).toBeLessThan(30_000);
    } finally {
      await machines.node2.plugNetwork();
    }
  });

  it('bear a silence of some seconds', async () => {
    const run = cluster_yml('playbook-silence', { stand_in_seconds: 21 });
    await unplugInTheMiddle();
    await sleep(7_000);
    await machines.node2.plugNetwork();
    expect((await run).hosts).toMatchObject({ node2: { unreachable: 0, failures: 0 } });
  });

  it('do not wait for a password that sudo asks for', async () => {
    await expect(cluster_yml('playbook-sudo', { ansible_user: 'alice' }, ['node1'])).rejects.toThrow(
      /failed on node1 .*Gather minimal facts": .*[Mm]issing sudo password/,
    );
  });

  it('leave no file of the lab’s key in the checkout', () => {
    const checkout = join(folder, 'state', 'clusters', cluster, 'kubespray');
    expect(execFileSync('git', ['-C', checkout, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
  });
});
