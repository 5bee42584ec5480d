import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import type { CheckResult, HostInput, JobInput, StepResult } from '../../src/activities/contract.js';
import { findHostHolder } from '../../src/activities/find-host-holder.js';
import type { AllActivities } from '../../src/activities/index.js';
import type { BlockDevice, HostFacts } from '../../src/cluster/facts.js';
import type { CheckName } from '../../src/cluster/check-names.js';
import { editFstab } from '../../src/cluster/fstab.js';
import { editMdadmConf } from '../../src/cluster/mdadm-conf.js';
import { storageDigest } from '../../src/cluster/plan-storage.js';
import type { StorageTarget } from '../../src/cluster/storage-plan.js';
import { steps, type StepName } from '../../src/workflows/step-table.js';
import { aDisk, someFacts } from '../cluster/builders.js';

type ActivityName = keyof AllActivities;

/** One call of an activity, as a machine would see it. */
export interface Call {
  readonly step: ActivityName;
  readonly host: string;
  readonly jobKey: string | undefined;
  readonly input: Record<string, unknown>;
}

interface FakeMachine {
  disks: number;
  /** The first letter of their serial numbers. */
  serials: string;
  /** kubelet and containerd run on it and have data. */
  hasData: boolean;
  /** What step 7 has left behind. */
  storage: StorageTarget | null;
  /** What step 7 has kept of each moved directory; 0: nothing. */
  oldBytes: number;
  done: Set<string>;
  reboots: number;
}

/**
 * Machines that exist only as what activities would find: activities change them, and facts are read off them, so that
 * the rules that plan and judge are the real ones.
 */
export class FakeMachines {
  readonly calls: Call[] = [];
  /** How many activities ran at once, at most. */
  busiest = 0;
  private busy = 0;
  private readonly failingChecks = new Set<string>();
  private readonly machines = new Map<string, FakeMachine>();
  private readonly traps: { step: ActivityName; host: string; act: (call: Call) => Promise<void> | void }[] =
    [];

  machine(host: string): FakeMachine {
    const known = this.machines.get(host);
    if (known) return known;
    const made = {
      disks: 2,
      serials: 'S',
      hasData: false,
      storage: null,
      oldBytes: 0,
      done: new Set<string>(),
      reboots: 0,
    };
    this.machines.set(host, made);
    return made;
  }

  /** Lets something happen at each call of a step on a host, before it takes effect. */
  on(step: ActivityName, host: string, act: (call: Call) => Promise<void> | void): void {
    this.traps.push({ step, host, act });
  }

  /** Lets a step fail so many times, as a command would that ends with an exit code. */
  failTimes(step: ActivityName, host: string, times: number, message = 'mdadm: cannot do that'): void {
    let left = times;
    this.on(step, host, () => {
      if (left-- > 0) {
        throw ApplicationFailure.create({
          message,
          type: 'CommandFailedError',
          nonRetryable: true,
          details: [
            { host, command: 'mdadm --create', output: 'line 1\nline 2', advice: 'Look at the disks.' },
          ],
        });
      }
    });
  }

  /** Holds a step until `release` is called; resolves `reached` when it is there. */
  hold(step: ActivityName, host: string): { reached: Promise<void>; release: () => void } {
    let release: () => void = () => undefined;
    let arrive: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    this.on(step, host, async () => {
      arrive();
      const context = Context.current();
      const timer = setInterval(() => {
        context.heartbeat();
      }, 200);
      try {
        await Promise.race([released, context.cancelled]);
      } finally {
        clearInterval(timer);
      }
    });
    return { reached, release };
  }

  /** Lets a check fail on a host from now on. */
  failCheck(check: CheckName, host: string): void {
    this.failingChecks.add(`${check} ${host}`);
  }

  callsOf(step: ActivityName, host?: string): Call[] {
    return this.calls.filter((call) => call.step === step && (host === undefined || call.host === host));
  }

  /** The steps on a host, in their order. */
  stepsOn(host: string): string[] {
    return this.calls.filter((call) => call.host === host).map(({ step }) => step);
  }

  /** The facts as they would be read now. */
  facts(host: string): HostFacts {
    const { disks, serials, hasData, storage, oldBytes, reboots } = this.machine(host);
    const base = someFacts({
      hostname: host,
      machineId: `machine-${host}`,
      bootId: `boot-${reboots}`,
      blockDevices: Array.from({ length: disks }, (_, index) =>
        diskOf(`${host}-${serials}${index}`, index, storage),
      ),
      dataDirectories: ['/var/lib/kubelet', '/var/lib/containerd'].map((path) => ({
        path,
        exists: hasData,
        mounted: hasData && storage !== null,
        moved: hasData && storage !== null,
        symlinkTo: null,
        entries: hasData ? 3 : 0,
        bytes: hasData ? 1_000_000 : 0,
        oldCopy: oldBytes > 0 ? `${path}.slipway-old` : null,
      })),
      units: ['kubelet', 'containerd'].map((name) => ({
        name,
        load: hasData ? 'loaded' : 'not-found',
        active: hasData ? 'active' : 'inactive',
        enabled: hasData ? 'enabled' : '',
      })),
    });
    return storage === null ? base : withStorage(base, storage);
  }

  /** Activities that work on these machines. */
  activities(): AllActivities {
    const special: Partial<AllActivities> = {
      createSshKey: async () => ({ ...did('key'), publicKey: 'ssh-ed25519 AAAA slipway' }),
      confirmSsh: async () => ({
        ...did('key login works'),
        hostKey: 'ssh-ed25519 BBBB',
        fingerprint: 'SHA256:x',
      }),
      gatherFacts: async ({ host }) => this.facts(host.name),
      cloneKubespray: async () => ({ ...did('v2.31.0'), commit: 'abc', folder: '/kubespray' }),
      createVirtualEnvironment: async () => ({ ...did('venv'), folder: '/venv', python: '3.11' }),
      readBootId: async ({ host }) => `boot-${this.machine(host.name).reboots}`,
      requestReboot: async ({ host, bootIdBefore }) => {
        const machine = this.machine(host.name);
        if (bootIdBefore === `boot-${machine.reboots}`) machine.reboots += 1;
        return did('restarting');
      },
      confirmStorage: async ({ host, target }) => {
        this.machine(host.name).storage = target;
        return did('array, mount and data are there');
      },
      switchData: async (input) => {
        this.machine(input.host.name).oldBytes = 1_000_000;
        return this.change('switchData', input);
      },
      measureOldData: async ({ host, target }) => {
        const bytes = this.machine(host.name).oldBytes;
        const kept = target.moves.map(({ from }) => ({ path: `${from}.slipway-old`, bytes }));
        return { directories: bytes > 0 ? kept : [] };
      },
      deleteOldData: async (input) => {
        this.machine(input.host.name).oldBytes = 0;
        return this.change('deleteOldData', input);
      },
      runKubespray: async () => ({ ...did('ok'), hosts: {}, log: '/log' }),
      confirmNodes: async ({ host }) => this.checks('node-ready', host.name),
      confirmPods: async ({ host }) => this.checks('kube-system-pods', host.name),
      confirmDns: async ({ host }) => this.checks('coredns-forward', host.name),
      checkEtcdPerformance: async ({ host }) => this.checks('etcd-perf', host.name),
      verifyEtcd: async ({ host }) => this.checks('etcd-health', host.name),
      verifyHost: async ({ host }) => this.checks('unit-kubelet', host.name),
      stopJob: async () => true,
      findHostHolder,
    };
    const names = [...(Object.keys(steps) as StepName[]), 'stopJob', 'findHostHolder'] as const;
    const entries = names.map((name) => {
      const behave = special[name] as ((input: unknown) => Promise<unknown>) | undefined;
      return [
        name,
        this.activity(name, behave ?? ((input) => this.change(name, input as HostInput))),
      ] as const;
    });
    return Object.fromEntries(entries) as unknown as AllActivities;
  }

  private activity(step: ActivityName, behave: (input: unknown) => Promise<unknown>) {
    return async (input: Partial<HostInput & JobInput>): Promise<unknown> => {
      const host = input.host?.name ?? '';
      const call = { step, host, jobKey: input.jobKey, input: input as Record<string, unknown> };
      this.calls.push(call);
      this.busy += 1;
      this.busiest = Math.max(this.busiest, this.busy);
      try {
        for (const trap of this.traps.filter((one) => one.step === step && one.host === host)) {
          await trap.act(call);
        }
        return await behave(input);
      } finally {
        this.busy -= 1;
      }
    };
  }

  private checks(check: CheckName, host: string): { checks: CheckResult[] } {
    const passed = !this.failingChecks.has(`${check} ${host}`);
    const is = passed ? 'as it should be' : 'broken';
    return { checks: [{ check, host, passed, is, shouldBe: 'so', advice: '' }] };
  }

  /** A step changes a machine the first time and finds it changed after that. */
  private async change(step: string, { host }: HostInput): Promise<StepResult> {
    const { done } = this.machine(host.name);
    const outcome = done.has(step) ? 'unchanged' : 'changed';
    done.add(step);
    return { outcome, summary: `${step} on ${host.name}` };
  }
}

function did(summary: string): StepResult {
  return { outcome: 'unchanged', summary };
}

function diskOf(serial: string, index: number, storage: StorageTarget | null): BlockDevice {
  const isMember = storage?.disks.some((disk) => disk.serial === serial) ?? false;
  return aDisk({
    name: `nvme${index}n1`,
    serial,
    byId: [`/dev/disk/by-id/nvme-${serial}`],
    ...(isMember &&
      storage && {
        signature: 'linux_raid_member',
        uuid: storage.array.uuid,
        holders: [storage.array.name],
      }),
  });
}

function withStorage(facts: HostFacts, target: StorageTarget): HostFacts {
  const { array, fileSystem, mountPoint, disks } = target;
  const members = facts.blockDevices.filter(({ serial }) => disks.some((disk) => disk.serial === serial));
  const fstab = editFstab({ fstab: '', target, binds: true });
  const mdadmConf = editMdadmConf(null, array);
  if (fstab.kind !== 'text' || mdadmConf.kind !== 'text')
    throw new Error('The fake machine refuses its target.');
  return {
    ...facts,
    blockDevices: [
      ...facts.blockDevices,
      aDisk({
        name: array.name,
        type: array.level,
        serial: null,
        signature: fileSystem.type,
        uuid: fileSystem.uuid,
        mountPoints: [mountPoint],
        byId: [],
      }),
    ],
    arrays: [
      {
        device: array.device,
        level: array.level,
        uuid: array.uuid,
        name: array.name,
        members: members.map(({ name }) => name),
        state: 'clean',
      },
    ],
    mounts: [mountPoint, ...(target.layout === 'bind' ? target.moves.map(({ from }) => from) : [])].map(
      (place) => ({
        target: place,
        source: array.device,
        fileSystem: 'ext4',
        options: 'rw',
        uuid: fileSystem.uuid,
      }),
    ),
    fstab: fstab.text,
    mdadmConf: mdadmConf.text,
    provenStorage: storageDigest(target),
  };
}
