import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { Lab, LabMachine } from '../../../src/lab/index.js';
import { seedWorker } from '../../../src/lab/seed-worker.js';
import { read } from '../procedure/host-truth.js';
import { labSpecification } from '../procedure/stage.js';

export const clusterName = 'faults';

/** Fresh machines of the lab, and the specification of the cluster that they are to become. */
export interface Cast {
  readonly machines: readonly LabMachine[];
  readonly worker: LabMachine;
  readonly specification: SpecificationInput;
  /** Steps that cannot succeed on such machines. */
  readonly skipped: readonly string[];
  /** Digest of kubelet's and containerd's data; undefined where there is none yet. */
  readonly data: string | undefined;
}

export const casts = { storage, plain } as const satisfies Readonly<
  Record<string, (lab: Lab, repository: string) => Promise<Cast>>
>;

/** A control plane, and a worker with data to be moved onto two disks. */
async function storage(lab: Lab, repository: string): Promise<Cast> {
  const controlPlane = await lab.startMachine({ name: 'faults-cp' });
  await read(controlPlane, countBoots);
  const worker = await lab.startVm({
    name: 'faults-node',
    disks: ['FAULTS-A', 'FAULTS-B'].map((serial) => ({ serial, gib: 1 })),
  });
  const data = await seedWorker(worker);
  await read(worker, countBoots);
  const base = labSpecification({ name: clusterName, repository, controlPlane, workers: [worker] });
  const specification = { ...base, overrides: [...(base.overrides ?? []), slowEtcd] };
  return { machines: [controlPlane, worker], worker, specification, skipped: [], data };
}

/** How fast etcd is depends on what else this machine does in that minute, not on the faults. */
const slowEtcd = { check: 'etcd-perf', reason: 'the lab is no faster than the machine that it runs on' };

/**
 * One systemd machine that is a whole cluster, without disks: fast, so that there can be many runs. It shares this
 * machine's kernel, whose parameters it cannot set. A unit named etcd runs on it already, also after a restart, so that
 * the minute in which a new etcd is measured is left out.
 */
async function plain(lab: Lab, repository: string): Promise<Cast> {
  const worker = await lab.startMachine({ name: 'faults-one' });
  await read(worker, `${countBoots}\n${someEtcd}`);
  const base = labSpecification({ name: clusterName, repository, controlPlane: worker, workers: [] });
  const specification: SpecificationInput = {
    ...base,
    hosts: base.hosts.map((host) => ({ ...host, roles: ['control-plane', 'etcd', 'worker'] })),
    ephemeralStorage: false,
  };
  return {
    ...{ machines: [worker], worker, specification },
    skipped: ['applyKernelParameters'],
    data: undefined,
  };
}

const someEtcd = `printf '%s\\n' '[Service]' 'ExecStart=/bin/sleep infinity' \\
  '[Install]' WantedBy=multi-user.target > /etc/systemd/system/etcd.service
systemctl daemon-reload
systemctl enable -q --now etcd`;

/** A line in /var/boots for each start. Synced, so that the first power cut does not take the counter away. */
const countBoots = `printf '%s\\n' '[Service]' Type=oneshot \\
  'ExecStart=/bin/sh -c "cat /proc/sys/kernel/random/boot_id >> /var/boots; sync /var/boots"' \\
  '[Install]' WantedBy=multi-user.target > /etc/systemd/system/count-boots.service
systemctl enable -q count-boots
: > /var/boots
sync`;
