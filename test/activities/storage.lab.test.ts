import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUpFstab } from '../../src/activities/back-up-fstab.js';
import { checkJournals } from '../../src/activities/check-journals.js';
import { confirmDirectoriesUnused } from '../../src/activities/confirm-directories-unused.js';
import { confirmStorage } from '../../src/activities/confirm-storage.js';
import type { StepResult, StorageInput } from '../../src/activities/contract.js';
import { copyData } from '../../src/activities/copy-data.js';
import { createRaidArray } from '../../src/activities/create-raid-array.js';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { gatherFacts } from '../../src/activities/gather-facts.js';
import { makeFileSystem } from '../../src/activities/make-file-system.js';
import { mountData } from '../../src/activities/mount-data.js';
import { orderUnitsAfterMount } from '../../src/activities/order-units-after-mount.js';
import { readBootId } from '../../src/activities/read-boot-id.js';
import { regenerateInitramfs } from '../../src/activities/regenerate-initramfs.js';
import { requestReboot } from '../../src/activities/request-reboot.js';
import { selectDisks } from '../../src/activities/select-disks.js';
import { startAndEnableUnits } from '../../src/activities/start-and-enable-units.js';
import { stopAndDisableUnits } from '../../src/activities/stop-and-disable-units.js';
import { switchData } from '../../src/activities/switch-data.js';
import { updateFstab } from '../../src/activities/update-fstab.js';
import { waitForReboot } from '../../src/activities/wait-for-reboot.js';
import { writeMdadmConf } from '../../src/activities/write-mdadm-conf.js';
import { planStorage } from '../../src/cluster/plan-storage.js';
import { ephemeralStorageSchema } from '../../src/cluster/specification.js';
import type { StoragePlan } from '../../src/cluster/storage-plan.js';
import { createHostPool } from '../../src/hosts/host-pool.js';
import { createJobs } from '../../src/hosts/job-runner.js';
import type { HostTarget } from '../../src/hosts/target.js';
import { type Lab, type LabVirtualMachine, openLab } from '../../src/lab/index.js';
import { digestOfTree, seedWorker, seededPaths } from '../../src/lab/seed-worker.js';

type StorageStep = (dependencies: Dependencies) => (input: StorageInput) => Promise<StepResult>;
type ApplyPlan = Extract<StoragePlan, { kind: 'apply' }>;

let folder: string;
let lab: Lab;
let dependencies: Dependencies;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-storage-'));
  lab = await openLab({ name: 'storage-test', folder: join(folder, 'lab') });
  const hosts = createHostPool({ stateFolder: join(folder, 'state') });
  dependencies = { hosts, jobs: createJobs(), readSecret: async () => '' };
});

afterAll(async () => {
  await dependencies.hosts.closeAll();
  await lab.down();
  await rm(folder, { recursive: true, force: true });
});

/** One machine with the activities bound to it. */
class Worker {
  constructor(
    readonly machine: LabVirtualMachine,
    readonly layout: 'auto' | 'root-dir',
  ) {}

  get reach(): HostTarget {
    const { name, address, port, user, privateKey, hostKey } = this.machine;
    return { kind: 'ssh', cluster: 'test', name, address, port, user, privateKey, hostKey };
  }

  /** Tries again as Temporal does: an emulated machine beside others may be too slow for one login. */
  async activity<Input, Output>(run: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await new MockActivityEnvironment({ attempt }).run(run, input);
      } catch (error) {
        const final = !(error instanceof ApplicationFailure) || error.nonRetryable === true;
        if (final || attempt === 5) throw error;
      }
    }
  }

  async plan(): Promise<StoragePlan> {
    const facts = await this.activity(gatherFacts(dependencies), { host: this.reach, mountPoint: '/data' });
    const storage = ephemeralStorageSchema.parse({ layout: this.layout });
    return planStorage({ facts, host: this.machine.name, storage });
  }

  async planToApply(): Promise<ApplyPlan> {
    const plan = await this.plan();
    if (plan.kind !== 'apply') throw new Error(`The plan is ${JSON.stringify(plan)}`);
    return plan;
  }

  /** Runs a step once. */
  async once(make: StorageStep, plan: ApplyPlan, generation = 1): Promise<StepResult> {
    const jobKey = `${make.name.toLowerCase()}-${generation}`;
    return await this.activity(make(dependencies), { host: this.reach, target: plan.target, jobKey });
  }

  /** Runs a step twice: the first time does something, the second time finds nothing left to do. */
  async twice(make: StorageStep, plan: ApplyPlan): Promise<void> {
    expect.soft(await this.once(make, plan), make.name).toMatchObject({ outcome: 'changed' });
    expect.soft(await this.once(make, plan, 2), `${make.name} again`).toMatchObject({ outcome: 'unchanged' });
  }

  async reboot(): Promise<void> {
    const host = this.reach;
    const bootIdBefore = await this.activity(readBootId(dependencies), { host });
    await this.activity(requestReboot(dependencies), { host, bootIdBefore, reason: 'test' });
    await this.activity(waitForReboot(dependencies), { host, bootIdBefore });
    const again = await this.activity(requestReboot(dependencies), { host, bootIdBefore, reason: 'test' });
    expect(again.outcome).toBe('unchanged');
  }

  /** Standard output of shell text, read past the tool under test. */
  async see(script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.machine.run(script);
    if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${stderr}`);
    return stdout.trim();
  }
}

describe('a worker with data, bind layout, with a power cut between array and file system', () => {
  it('ends with the planned array, the same data, and units that wait for the mount', async () => {
    const worker = new Worker(await lab.startVm({ name: 'bound' }), 'auto');
    const digest = await seedWorker(worker.machine);
    const plan = await worker.planToApply();
    expect(plan.target).toMatchObject({ path: 'migrate', layout: 'bind' });
    expect(plan.target.disks.map(({ serial }) => serial)).toEqual(
      worker.machine.disks.map(({ serial }) => serial).sort(),
    );

    await worker.twice(backUpFstab, plan);
    await worker.twice(stopAndDisableUnits, plan);
    await worker.once(confirmDirectoriesUnused, plan);
    await worker.once(selectDisks, plan);
    await worker.twice(createRaidArray, plan);

    await worker.machine.powerCut();
    await worker.machine.start();
    const resumed = await worker.planToApply();
    expect(resumed.digest).toBe(plan.digest);
    expect(await worker.see('systemctl is-active kubelet containerd || true')).not.toContain(
      'active\nactive',
    );

    await worker.once(confirmDirectoriesUnused, plan);
    await worker.once(selectDisks, plan);
    await worker.once(createRaidArray, plan, 3);
    await worker.twice(makeFileSystem, plan);
    await worker.twice(updateFstab, plan);
    await worker.twice(mountData, plan);
    await worker.twice(writeMdadmConf, plan);
    await worker.twice(regenerateInitramfs, plan);
    await worker.twice(copyData, plan);
    expect((await worker.planToApply()).digest).toBe(plan.digest);
    await worker.twice(switchData, plan);
    await worker.twice(orderUnitsAfterMount, plan);
    expect((await worker.planToApply()).digest).toBe(plan.digest);
    await worker.reboot();
    await worker.twice(confirmStorage, plan);
    await worker.twice(startAndEnableUnits, plan);
    await worker.once(checkJournals, plan);

    expect(await digestOfTree(worker.machine, seededPaths)).toBe(digest);
    expect(await worker.see('cat /proc/mdstat')).toMatch(/^md0 : active raid0/m);
    expect(await worker.see('findmnt -no UUID -M /data')).toBe(plan.target.fileSystem.uuid);
    expect(await worker.see('grep -c "# slipway:" /etc/fstab')).toBe('1');
    expect(await worker.see('findmnt --verify >&2; echo $?')).toBe('0');
    expect(await worker.see('findmnt -no SOURCE -M /var/lib/kubelet')).toBe('/dev/md0[/kubelet]');
    expect(await worker.see('cd /var/lib/kubelet.slipway-old && ls -A')).toContain('pods');
    expect(await worker.see('systemctl is-active kubelet containerd')).toBe('active\nactive');
    const held = await worker.see('find /proc/[0-9]*/fd -lname "/var/lib/kubelet/stand-in.log" | wc -l');
    expect(Number(held)).toBeGreaterThan(0);
    expect(await worker.plan()).toMatchObject({ kind: 'satisfied', digest: plan.digest });
  });
});

describe('a worker whose disk gets a signature after the plan was approved', () => {
  it('refuses it untouched; with a blank disk it moves data only, root-dir layout', async () => {
    const worker = new Worker(await lab.startVm({ name: 'rooted' }), 'root-dir');
    const digest = await seedWorker(worker.machine);
    const plan = await worker.planToApply();
    const [disk] = plan.target.disks;
    const sum = `head -c 8388608 ${disk?.byId ?? ''} | sha256sum`;
    await worker.see(`mkfs.ext4 -q ${disk?.byId ?? ''}; sync; udevadm settle`);
    const before = await worker.see(sum);
    await expect(worker.once(selectDisks, plan)).rejects.toMatchObject({ type: 'RefusedError' });
    await expect(worker.once(createRaidArray, plan)).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringContaining('not blank any more') as string,
    });
    expect(await worker.see(sum)).toBe(before);
    expect(await worker.plan()).toMatchObject({ kind: 'refused' });
    await worker.see(`wipefs -qa ${disk?.byId ?? ''}; udevadm settle`);
    expect((await worker.planToApply()).digest).toBe(plan.digest);

    const steps = [
      stopAndDisableUnits,
      createRaidArray,
      makeFileSystem,
      updateFstab,
      mountData,
      writeMdadmConf,
    ];
    for (const make of steps) await worker.once(make, plan, 2);
    await worker.twice(copyData, plan);
    await worker.twice(switchData, plan);
    await worker.once(orderUnitsAfterMount, plan);
    expect((await worker.planToApply()).digest).toBe(plan.digest);

    expect(await worker.once(startAndEnableUnits, plan)).toMatchObject({ outcome: 'unchanged' });
    await worker.see(`echo 'KUBELET_ARGS="--root-dir=/data/kubelet"' > /etc/kubernetes/kubelet.env
sed -i 's|^root = .*|root = "/data/containerd"|' /etc/containerd/config.toml`);
    await worker.twice(startAndEnableUnits, plan);
    await worker.once(checkJournals, plan);
    expect(await worker.see('cat /data/kubelet/heartbeat')).toMatch(/^[0-9]+$/);
    expect(await worker.see('ls -A /var/lib/kubelet')).toBe('config.yaml\npki');
    expect(await worker.see('cat /var/lib/kubelet/pki/kubelet-client-current.pem')).toBe('not a real key');
    expect(await worker.see('ls -d /data/kubelet/pki /var/lib/containerd 2>/dev/null || true')).toBe('');
    await worker.see(`systemctl stop kubelet containerd
mkdir -p /var/lib/containerd && mount --bind /data/containerd /var/lib/containerd
mkdir -p /var/lib/kubelet/pods && mount --bind /data/kubelet/pods /var/lib/kubelet/pods`);
    expect(await digestOfTree(worker.machine, seededPaths)).toBe(digest);
  });
});
