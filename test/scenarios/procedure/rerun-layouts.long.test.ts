import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { clusterWorkflowId, progressQuery, taskQueue } from '../../../src/protocol/messages.js';
import { read } from './host-truth.js';
import { labSpecification, Stage, until } from './stage.js';

/**
 * Traps T2 to T4 on real disks: a control plane that runs pods gets step 7 when it is initialised already, and
 * `cluster.yml`, which decides by /var/lib/kubelet/config.yaml, runs over it again: on the inventory's first control plane,
 * where it would make another cluster, and on one that has joined. etcd runs on another host, because the image of virtual
 * machines has none.
 */
describe.each([
  { layout: 'root-dir', place: 'first' },
  { layout: 'bind', place: 'first' },
  { layout: 'root-dir', place: 'joined' },
  { layout: 'bind', place: 'joined' },
] as const)(
  'step 7 in the layout $layout on the $place control plane of a cluster in use',
  ({ layout, place }) => {
    const cluster = `over-${layout}-${place}`;
    let stage: Stage;
    let machine: LabMachine;
    let specification: SpecificationInput;
    const marks = 'cd /etc/kubernetes; sha256sum ssl/ca.crt admin.conf kubelet.conf manifests/*.yaml';
    const decidesBy =
      'cat /var/lib/kubelet/config.yaml; readlink -e /var/lib/kubelet/pki/kubelet-client-current.pem';
    let before: { marks: string; decidesBy: string };

    beforeAll(async () => {
      stage = await Stage.open(cluster);
      const disks = ['A', 'B'].map((letter) => ({ serial: `OVER-${letter}`, gib: 1 }));
      const [etcd, another, vm] = await Promise.all([
        stage.lab.startMachine({ name: `etcd-${layout}` }),
        stage.lab.startMachine({ name: `another-${layout}` }),
        stage.lab.startVm({ name: cluster, disks }),
      ]);
      machine = vm;
      const base = labSpecification({
        name: cluster,
        repository: stage.repository,
        controlPlane: etcd,
        workers: [another, machine],
        layout,
      });
      const hosts: SpecificationInput['hosts'] = base.hosts.map((host) => {
        if (host.name === etcd.name) return host;
        return { ...host, roles: host.name === cluster ? ['control-plane', 'worker'] : ['control-plane'] };
      });
      specification = {
        ...base,
        hosts: place === 'first' ? hosts.reverse() : hosts,
        overrides: [
          ...(base.overrides ?? []),
          { check: 'control-plane-disk', reason: 'lab machines are small' },
        ],
      };
      await stage.startWorker();
    });

    afterAll(async () => {
      await stage.close();
    });

    it('is initialised once', async () => {
      expect((await run({ ...specification, ephemeralStorage: false })).result).toBe('ready');
      before = { marks: await read(machine, marks), decidesBy: await read(machine, decidesBy) };
    });

    it('gets step 7, and cluster.yml still sees an initialised node', async () => {
      const report = await run(specification);
      expect(report.plan.storage[cluster]).toMatchObject({ target: { layout, path: 'migrate' } });
      expect(report.checks.filter(({ state }) => state === 'failed')).toEqual([]);
      expect(report.result).toBe('ready');
      expect(await read(machine, 'findmnt -rn -o SOURCE -M /data')).toBe('/dev/md0');
      const once = place === 'first' ? 'init' : 'join-control-plane';
      expect(await read(machine, 'cat /var/log/stand-in-kubeadm.log')).toBe(`${once} ${cluster}`);
      expect({ marks: await read(machine, marks), decidesBy: await read(machine, decidesBy) }).toEqual(
        before,
      );
      const flags = await read(machine, 'pgrep -af "[/]kubelet"');
      if (layout === 'root-dir') expect(flags).toContain('--root-dir=/data/kubelet');
      else expect(flags).not.toContain('root-dir');
    });

    async function run(argument: SpecificationInput): Promise<Report> {
      const handle: WorkflowHandle = await stage.client.workflow.start('provisionCluster', {
        taskQueue,
        workflowId: clusterWorkflowId(cluster),
        args: [argument],
      });
      return until('the report', 1_800, async () => {
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return (await handle.result()) as Report;
        const progress = await handle.query(progressQuery).catch(() => undefined);
        for (const question of progress?.questions ?? []) {
          if (question.kind === 'decision' || question.reset !== undefined) {
            throw new Error(`It asks: ${JSON.stringify(question)}`);
          }
          await handle.signal('approve', { plan: question.plan, by: 'the test' });
        }
        return undefined;
      });
    }
  },
);
