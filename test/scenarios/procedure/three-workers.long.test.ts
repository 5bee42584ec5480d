import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../../src/activities/index.js';
import type { Report } from '../../../src/cluster/report/report.js';
import type { LabMachine, LabVirtualMachine } from '../../../src/lab/index.js';
import { createWorker } from '../../../src/workers/create-worker.js';
import { createDependencies } from '../../../src/workers/dependencies.js';
import {
  approveUpdate,
  clusterWorkflowId,
  progressQuery,
  taskQueue,
} from '../../../src/protocol/messages.js';
import type { ClusterProgress } from '../../../src/protocol/progress.js';
import { read, readStorage } from './host-truth.js';
import { labSpecification, Stage, until } from './stage.js';

const cluster = 'three';

describe('three workers at once: one ordinary, one with a power cut, one with too few disks', () => {
  let stage: Stage;
  let controlPlane: LabMachine;
  let ordinary: LabVirtualMachine;
  let unlucky: LabVirtualMachine;
  let poor: LabVirtualMachine;
  let worker: Worker;
  let running: Promise<void>;
  let connection: NativeConnection;
  let progress: ClusterProgress;
  let report: Report;
  const arraysSeen: string[] = [];

  beforeAll(async () => {
    stage = await Stage.open(cluster);
    const vm = (name: string, serials: readonly string[]) =>
      stage.lab.startVm({ name, disks: serials.map((serial) => ({ serial, gib: 2 })) });
    controlPlane = await stage.lab.startMachine({ name: 'three-cp' });
    ordinary = await vm('ordinary', ['ORDINARY-A', 'ORDINARY-B']);
    unlucky = await vm('unlucky', ['UNLUCKY-A', 'UNLUCKY-B']);
    poor = await vm('poor', ['POOR-A', 'POOR-B']);
    // In use already: a file system of somebody else's
    await read(poor, 'mkfs.ext4 -q /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_POOR-B');
    // A host that never had containerd: nothing to move, the document's own layout
    for (const machine of [ordinary, unlucky]) {
      await read(
        machine,
        'rm -f /lib/systemd/system/containerd.service; systemctl daemon-reload; rm -rf /var/lib/containerd /var/lib/kubelet',
      );
    }
    connection = await NativeConnection.connect({ address: stage.server.address });
    const dependencies = createDependencies(stage.home);
    const activities = await createActivities(dependencies);
    worker = await createWorker({
      connection,
      namespace: stage.server.namespace,
      dependencies,
      activities: {
        ...activities,
        makeFileSystem: async (input) => {
          if (input.host.name === 'unlucky' && arraysSeen.length === 0) {
            arraysSeen.push(await arrayUuidOf(unlucky));
            await unlucky.powerCut();
            await unlucky.start();
          }
          return activities.makeFileSystem(input);
        },
      },
    });
    running = worker.run();
  });

  afterAll(async () => {
    worker.shutdown();
    await running;
    await connection.close();
    await stage.close();
  });

  it('refuses the host with one free disk in the plan, with the reason for each device', async () => {
    const specification = labSpecification({
      name: cluster,
      repository: stage.repository,
      controlPlane,
      workers: [ordinary, unlucky, poor],
    });
    const handle = await stage.client.workflow.start('provisionCluster', {
      args: [specification],
      taskQueue,
      workflowId: clusterWorkflowId(cluster),
    });
    progress = await until('the question for approval', 600, async () => {
      const now = await handle.query(progressQuery).catch(() => undefined);
      return now?.questions.some(({ kind }) => kind === 'approval') ? now : undefined;
    });
    const refused = progress.plan?.storage['poor'];
    if (refused?.kind !== 'refused') throw new Error(`The plan is ${JSON.stringify(refused)}`);
    expect(refused.why).toContain('needs 2 free disks');
    expect(refused.excluded.find(({ serial }) => serial === 'POOR-B')?.reasons.join(' ')).toMatch(/ext4/);
    expect(refused.excluded.find(({ name }) => name === 'vda')?.reasons.join(' ')).toMatch(/mounted/i);
  });

  it('brings the others to their end', async () => {
    const [question] = progress.questions;
    if (question?.kind !== 'approval') throw new Error('There is no question for approval.');
    expect([...question.hosts].sort()).toEqual(['ordinary', 'unlucky']);
    const handle = stage.client.workflow.getHandle(clusterWorkflowId(cluster));
    await handle.executeUpdate(approveUpdate, { args: [{ plan: question.plan, by: 'the test' }] });
    report = (await handle.result()) as Report;
    expect(report.result).toBe('incomplete');
    expect(Object.fromEntries(report.hosts.map(({ host, result }) => [host, result]))).toEqual({
      'three-cp': 'done',
      ordinary: 'done',
      unlucky: 'done',
      poor: 'refused',
    });
    expect(report.checks.filter(({ state }) => state === 'failed')).toEqual([]);
  });

  it.each(['ordinary', 'unlucky'])('has /data on the planned array on %s, by root-dir', async (name) => {
    const machine = name === 'ordinary' ? ordinary : unlucky;
    const plan = progress.plan?.storage[name];
    if (plan?.kind !== 'apply') throw new Error(`The plan is ${JSON.stringify(plan)}`);
    const storage = await readStorage(machine);
    expect(storage).toMatchObject({
      level: 'raid0',
      arrayUuid: plan.target.array.uuid,
      fileSystemUuid: plan.target.fileSystem.uuid,
      mountedAtData: '/dev/md0',
    });
    expect(storage.fstabLines).toHaveLength(1);
    expect(storage.arrayLinesInInitramfs).toEqual(storage.arrayLines);
    expect(await read(machine, 'pgrep -af "[/]kubelet"')).toContain('--root-dir=/data/kubelet');
    expect(await read(machine, 'ls /data/kubelet /data/containerd')).toContain('heartbeat');
  });

  it('kept the array that was made before the power cut', async () => {
    expect(arraysSeen).toHaveLength(1);
    expect(await arrayUuidOf(unlucky)).toBe(arraysSeen[0]);
  });

  it('did not touch the refused host', async () => {
    expect(await read(poor, 'blkid -p -s TYPE -o value /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_POOR-B')).toBe(
      'ext4',
    );
    expect(await read(poor, 'ls /sys/block | grep -c ^md || true')).toBe('0');
    expect(await read(poor, 'cat /etc/fstab')).not.toContain('slipway');
  });
});

function arrayUuidOf(machine: LabMachine): Promise<string> {
  return read(
    machine,
    `for block in /sys/block/md*; do mdadm --detail --export "/dev/\${block##*/}" | sed -n 's/^MD_UUID=//p'; done`,
  );
}
