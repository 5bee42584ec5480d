import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { digestOfTree, seededPaths, seedWorker } from '../../../src/lab/seed-worker.js';
import { clusterWorkflowId, progressQuery, taskQueue } from '../../../src/protocol/messages.js';
import type { ClusterProgress } from '../../../src/protocol/progress.js';
import { steps, type StepName } from '../../../src/protocol/steps.js';
import {
  activeSince,
  bootIdOf,
  executionsByJob,
  read,
  readStorage,
  type StorageTruth,
} from './host-truth.js';
import { labSpecification, Stage, until } from './stage.js';
import { FaultRun } from '../faults/fault-run.js';
import { faults, someFault } from '../faults/faults.js';
import { elsewhere, withoutApi, withoutMirror } from '../faults/matrix.js';
import { median, recoveries, resumptions, table } from '../faults/table.js';

const cluster = 'whole';
const workflowId = clusterWorkflowId(cluster);

describe('the whole procedure, started and approved by the temporal command; every step meets a fault', () => {
  let stage: Stage;
  let controlPlane: LabMachine;
  let node: LabMachine;
  let seeded: string;
  let faultRun: FaultRun;
  let report: Report;
  let storage: StorageTruth;
  let planned: { array: string; fileSystem: string };

  beforeAll(async () => {
    stage = await Stage.open(cluster);
    [controlPlane, node] = await Promise.all([
      stage.lab.startMachine({ name: 'whole-cp' }),
      stage.lab.startVm({
        name: 'whole-node',
        disks: [
          { serial: 'WHOLE-A', gib: 2 },
          { serial: 'WHOLE-B', gib: 2 },
        ],
      }),
    ]);
    seeded = await seedWorker(node);
    const specification = labSpecification({
      name: cluster,
      repository: stage.repository,
      controlPlane,
      workers: [node],
    });
    await writeFile(join(stage.home, 'cluster.json'), JSON.stringify(specification));
    faultRun = new FaultRun({
      home: stage.home,
      serverFolder: stage.serverFolder,
      machines: [controlPlane, node],
      worker: node,
      choose: (moment) =>
        someFault(
          moment,
          [controlPlane, node].find(({ name }) => name === moment.host)?.kind ?? 'control host',
        ),
    });
    await faultRun.begin();
  });

  afterAll(async () => {
    await faultRun.end();
    await stage.close();
  });

  it('is started by `temporal workflow start` and asks for approval', async () => {
    const started = await stage.temporal(
      ...[
        'workflow',
        'start',
        '--type',
        'provisionCluster',
        '--task-queue',
        taskQueue,
        '--workflow-id',
        workflowId,
      ],
      ...['--input-file', join(stage.home, 'cluster.json')],
    );
    expect(started.output).toContain(workflowId);
    expect(started.exitCode).toBe(0);
    const { plan } = await until('the question for approval', 600, async () => {
      const progress = await progressOf(stage.client);
      return progress?.questions.some(({ kind }) => kind === 'approval') ? progress : undefined;
    });
    const target = plan?.storage[node.name];
    if (target?.kind !== 'apply') throw new Error(`The plan is ${JSON.stringify(target)}`);
    planned = { array: target.target.array.uuid, fileSystem: target.target.fileSystem.uuid };
    expect(target.target.disks.map(({ serial }) => serial)).toEqual(['WHOLE-A', 'WHOLE-B']);
    expect(target.target.path).toBe('migrate');
  });

  it('takes no approval with another digest, changes nothing by it, and shows that it was refused', async () => {
    const before = await read(node, 'cat /etc/fstab /proc/mdstat; lsblk');
    const wrong = `sha256:${'0'.repeat(64)}`;
    await signal('approve', { plan: wrong, by: 'somebody' });
    const progress = await until('the refusal', 20, async () => {
      const now = await progressOf(stage.client);
      return now?.refusals.length ? now : undefined;
    });
    expect(progress.refusals[0]).toContain(wrong);
    expect(progress.questions).toHaveLength(1);
    expect(await temporal('metadata')).toContain(wrong.slice(0, 20));
    expect(await read(node, 'cat /etc/fstab /proc/mdstat; lsblk')).toBe(before);
  });

  it('is approved by `temporal workflow signal` and comes to its end', async () => {
    const question = await until('the question for approval', 60, async () => {
      const progress = await progressOf(stage.client);
      return progress?.questions.find(({ kind }) => kind === 'approval');
    });
    if (question.kind !== 'approval') throw new Error('There is no question for approval.');
    await signal('approve', { plan: question.plan, by: 'the test' });
    const handle = stage.client.workflow.getHandle(workflowId);
    report = await until('the report', 1_200, async () => {
      const decision = (await progressOf(stage.client))?.questions.find(({ kind }) => kind === 'decision');
      if (decision !== undefined) throw new Error(`A step did not recover: ${JSON.stringify(decision)}`);
      // A killed server does not answer.
      const description = await handle.describe().catch(() => undefined);
      if (description === undefined || description.status.name === 'RUNNING') return undefined;
      return (await handle.result()) as Report;
    });
    faultRun.workflowWentOn();
    await faultRun.end();
    expect(faultRun.failures.map(String).join('\n')).toBe('');
    expect(report.checks.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(report.result).toBe('ready');
  });

  it('let every step meet a fault: a killed worker, a cut link or a killed server', () => {
    console.log(table(faultRun.cells));
    const met = new Set(faultRun.cells.map(({ step }) => step));
    const others = [...elsewhere, ...withoutApi, ...withoutMirror];
    expect(Object.keys(steps).filter((name) => !met.has(name) && !others.includes(name))).toEqual([]);
    expect(faultRun.cells.filter(({ recovery }) => recovery === undefined)).toEqual([]);
    expect(faultRun.cells.filter(({ asked }) => asked > 0)).toEqual([]);
  });

  it("is taken up by another worker within 3 s of a death, by the median, and goes on within 10 s of the server's", () => {
    const killed = faultRun.cells.filter(({ fault }) => fault.killsWorker);
    const server = faultRun.cells.filter(({ fault }) => fault === faults.serverKilled);
    // What a short step does once it is taken up tells how fast the machine is; a long one is found again under way.
    const long = killed.filter(({ step }) => ['job', 'playbook'].includes(steps[step as StepName].pace));
    expect(long.length).toBeGreaterThanOrEqual(3);
    expect(resumptions(killed)).toHaveLength(killed.length);
    expect(median(resumptions(killed))).toBeLessThanOrEqual(3_000);
    expect(median(recoveries(long))).toBeLessThanOrEqual(3_000);
    expect(median(recoveries(server))).toBeLessThanOrEqual(10_000);
  });

  it('made md0 of the two disks with the planned file system, mounted at /data', async () => {
    storage = await readStorage(node);
    expect(storage).toMatchObject({
      level: 'raid0',
      arrayUuid: planned.array,
      serials: ['WHOLE-A', 'WHOLE-B'],
      fileSystem: 'ext4',
      fileSystemUuid: planned.fileSystem,
      mountedAtData: '/dev/md0',
    });
  });

  it('left one line for it in fstab, marked and by UUID', () => {
    expect(storage.fstabLines).toHaveLength(1);
    expect(storage.fstabLines[0]).toMatch(
      new RegExp(`^UUID=${planned.fileSystem} /data ext4 defaults,nofail,discard 0 2 # slipway:`),
    );
  });

  it('wrote mdadm.conf, and booted the initramfs that has it', () => {
    expect(storage.arrayLines).toHaveLength(1);
    expect(storage.arrayLines[0]).toContain(planned.array);
    expect(storage.arrayLinesInInitramfs).toEqual(storage.arrayLines);
    expect(storage.booted).toBeGreaterThan(storage.initramfsMade);
  });

  it('moved the data whole, and keeps the original beside it', async () => {
    expect(await digestOfTree(node, seededPaths)).toBe(seeded);
    for (const directory of ['kubelet', 'containerd']) {
      const source = await read(node, `findmnt -rn -o SOURCE -T /var/lib/${directory}`);
      expect(source).toBe(`/dev/md0[/${directory}]`);
      expect(await read(node, `ls -A /var/lib/${directory}.slipway-old`)).not.toBe('');
    }
  });

  it('starts kubelet and containerd after the mount, and enabled', async () => {
    const mounted = await activeSince(node, 'data.mount');
    expect(mounted).toBeGreaterThan(0);
    for (const unit of ['containerd.service', 'kubelet.service']) {
      expect(await activeSince(node, unit)).toBeGreaterThan(mounted);
      expect(await read(node, `systemctl is-enabled ${unit}`)).toBe('enabled');
      expect(await read(node, `systemctl show -p RequiresMountsFor --value ${unit}`)).toContain('/data');
    }
  });

  it('gave Kubespray (its stand-in) the right inventory and variables', async () => {
    const told = JSON.parse(await read(node, 'cat /etc/kubernetes/stand-in.json')) as Record<string, unknown>;
    expect(told).toMatchObject({
      container_manager: 'containerd',
      upstream_dns_servers: ['8.8.8.8', '1.1.1.1'],
    });
    expect(await read(node, 'pgrep -af "[/]kubelet"')).not.toContain('root-dir');
  });

  it('set the kernel parameters on the worker', async () => {
    const values = 'sysctl -n fs.inotify.max_user_instances fs.inotify.max_user_watches vm.max_map_count';
    expect((await read(node, values)).split('\n')).toEqual(['512', '1048576', '1000000']);
    expect(await read(node, 'cat /etc/sysctl.d/90-akash.conf')).toContain('vm.max_map_count = 1000000');
  });

  it('loaded firewall rules that keep ssh open, on both hosts', async () => {
    for (const machine of [controlPlane, node]) {
      const rules = await read(machine, 'nft list table inet slipway');
      expect(rules).toMatch(/policy drop/);
      expect(rules).toMatch(/set ssh_ports \{[^}]*elements = \{[^}]*\b22\b/);
      expect(rules).toMatch(/tcp dport @ssh_ports accept/);
    }
    expect(await read(controlPlane, 'nft list table inet slipway')).toContain('2379');
  });

  it('runs a healthy etcd on the control plane', async () => {
    const etcdctl = (words: string) =>
      read(controlPlane, `set -a; . /etc/etcd.env; set +a; etcdctl ${words}`);
    expect(await etcdctl('endpoint health --cluster 2>&1')).toContain('is healthy');
    expect(await etcdctl('member list')).toContain('started');
  });

  it('executed every job exactly once', async () => {
    const onNode = await executionsByJob((script) => read(node, `cd /var/lib/slipway; ${script}`));
    const onControlHost = await executionsByJob(async (script) => {
      const { stdout } = await execa('sh', ['-euc', script], { cwd: stage.home });
      return stdout;
    });
    const names = (jobs: Map<string, number>) => [...jobs.keys()].join(' ');
    for (const job of ['create-raid-array', 'make-file-system', 'regenerate-initramfs', 'copy-data']) {
      expect(names(onNode)).toContain(job);
    }
    expect(names(onControlHost)).toContain('run-kubespray');
    for (const [job, count] of [...onNode, ...onControlHost]) expect([job, count]).toEqual([job, 1]);
  });

  it('changes nothing when it is run again: no question, no reboot, under 30 s apart from the playbook', async () => {
    const boots = await Promise.all([bootIdOf(controlPlane), bootIdOf(node)]);
    const files = 'sha256sum /etc/fstab /etc/mdadm/mdadm.conf /initrd.img /etc/sysctl.d/90-akash.conf';
    const before = await read(node, files);
    await stage.startWorker();
    const begun = Date.now();
    const { exitCode, output } = await stage.slipway('up', join(stage.home, 'cluster.json'));
    const seconds = (Date.now() - begun) / 1000;
    expect(exitCode, output).toBe(0);
    expect(await Promise.all([bootIdOf(controlPlane), bootIdOf(node)])).toEqual(boots);
    expect(await read(node, files)).toBe(before);
    const again = await progressOf(stage.client);
    const steps = [...(again?.controlHost ?? []), ...(again?.hosts.flatMap((host) => host.steps) ?? [])];
    expect(steps.filter(({ state }) => state !== 'unchanged')).toEqual([]);
    expect(seconds - (await playbookSeconds(stage.client))).toBeLessThan(30);
  });

  async function signal(name: string, input: unknown): Promise<void> {
    await temporal('signal', '--name', name, '--input', JSON.stringify(input));
  }

  /** `temporal workflow …`, again while the server is one of those that are killed. @returns what it printed */
  function temporal(verb: string, ...words: string[]): Promise<string> {
    return until(`temporal workflow ${verb}`, 60, async () => {
      const { exitCode, output } = await stage.temporal(
        'workflow',
        verb,
        '--workflow-id',
        workflowId,
        ...words,
      );
      return exitCode === 0 ? output : undefined;
    });
  }
});

async function progressOf(client: Client): Promise<ClusterProgress | undefined> {
  return client.workflow
    .getHandle(workflowId)
    .query(progressQuery)
    .catch(() => undefined);
}

/** How long the newest run's playbook took, from the workflow's own history. */
async function playbookSeconds(client: Client): Promise<number> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = events?.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'runKubespray',
  );
  const completed = events?.find((event) =>
    event.activityTaskCompletedEventAttributes?.scheduledEventId?.eq(scheduled?.eventId ?? 0),
  );
  return Number(completed?.eventTime?.seconds) - Number(scheduled?.eventTime?.seconds);
}
