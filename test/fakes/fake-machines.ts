import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import type { CheckResult, HostInput, JobInput, StepResult } from '../../src/protocol/step-inputs.js';
import { findHostHolder } from '../../src/activities/housekeeping/find-host-holder.js';
import type { AllActivities } from '../../src/activities/index.js';
import type { HostFacts } from '../../src/cluster/facts/facts.js';
import type { MirrorAnswers } from '../../src/cluster/mirror/mirror-answers.js';
import type { Reachability } from '../../src/cluster/network/reachability.js';
import type { ClusterNetwork } from '../../src/cluster/verification/cluster-network.js';
import type { StorageTarget } from '../../src/cluster/storage/storage-plan.js';
import type { CheckName } from '../../src/cluster/specification/check-names.js';
import { steps, type StepName, type StepOutput } from '../../src/protocol/steps.js';
import { FakeMachine } from './fake-machine.js';

type ActivityName = keyof AllActivities;

/** Steps that give back more than that they have changed something: what they answer has to be made up for each. */
type Telling = {
  [Name in StepName]: StepResult extends StepOutput<Name> ? never : Name;
}[StepName];
type Special = Partial<AllActivities> & Pick<AllActivities, Exclude<ActivityName, StepName> | Telling>;

/** One call of an activity, as a machine would see it. */
export interface Call {
  readonly step: ActivityName;
  readonly host: string;
  readonly jobKey: string | undefined;
  readonly input: Record<string, unknown>;
  /** Position among everything that began or ended on these machines. */
  readonly began: number;
  /** The same for its end; null while it runs, and where it failed or was cancelled. */
  ended: number | null;
}

/** The activities of a worker that serves many clusters, each with imagined machines of its own. */
export function activitiesByCluster(machinesOf: (cluster: string) => FakeMachines): AllActivities {
  const names = Object.keys(new FakeMachines().activities()) as ActivityName[];
  const entries = names.map((name) => [
    name,
    (input: Partial<HostInput>) => {
      const machines = machinesOf(input.host?.cluster ?? '');
      return (machines.activities()[name] as (given: unknown) => Promise<unknown>)(input);
    },
  ]);
  return Object.fromEntries(entries) as AllActivities;
}

/** Where a held step is, and the way to let it go. */
export interface Held {
  /** Resolves when it is there, with the workflow that runs it. */
  readonly reached: Promise<{ readonly workflowId: string; readonly runId: string }>;
  readonly release: () => void;
}

/**
 * Machines that exist only as what activities would find: activities change them, and facts are read off them, so that
 * the rules that plan and judge are the real ones.
 */
export class FakeMachines {
  readonly calls: Call[] = [];
  /** How many activities ran at once, at most. */
  busiest = 0;
  /** How many activities run now. */
  busy = 0;
  /** What is seen of the ways between the machines. */
  reachability: Reachability = { blocked: [], narrow: [] };
  /** What is found in the mirror. */
  mirror: MirrorAnswers = {
    ...{ hosts: [], problems: [], unknown: [] },
    asked: { files: 0, images: 0, digests: 0 },
  };
  /** What the API server tells of the cluster's addresses; null: it does not answer. */
  network: ClusterNetwork | null = {
    dnsPods: [{ name: 'coredns-1', node: 'cp', addresses: ['10.233.64.2'] }],
    systemPods: [{ name: 'coredns-1', node: 'cp', isDns: true }],
    dnsServices: [{ name: 'kube-system/coredns', addresses: ['10.233.0.3'], port: 53 }],
    api: { name: 'default/kubernetes', addresses: ['10.233.0.1'], port: 443 },
    nodeLocalDns: '169.254.25.10',
    domain: 'cluster.local',
  };
  private moment = 0;
  private readonly failingChecks = new Set<string>();
  private readonly machines = new Map<string, FakeMachine>();
  private readonly traps: { step: ActivityName; host: string; act: (call: Call) => Promise<void> | void }[] =
    [];

  machine(host: string): FakeMachine {
    const known = this.machines.get(host);
    if (known) return known;
    const made = new FakeMachine(host);
    this.machines.set(host, made);
    return made;
  }

  /** Lets something happen at each call of a step on a host, before it takes effect. */
  on(step: ActivityName, host: string, act: (call: Call) => Promise<void> | void): void {
    this.traps.push({ step, host, act });
  }

  /** Lets a step fail so many times, as a command would that ends with an exit code. */
  failTimes(
    step: ActivityName,
    host: string,
    times: number,
    message = 'mdadm: cannot do that',
    type = 'CommandFailedError',
  ): void {
    let left = times;
    this.on(step, host, () => {
      if (left-- > 0) {
        throw ApplicationFailure.create({
          message,
          type,
          nonRetryable: true,
          details: [
            { host, command: 'mdadm --create', output: 'line 1\nline 2', advice: 'Look at the disks.' },
          ],
        });
      }
    });
  }

  /** Holds a step until `release` is called, or until it is cancelled. @param nth which call from now on, counted from 1 */
  hold(step: ActivityName, host: string, nth = 1): Held {
    let release: Held['release'] = () => undefined;
    let arrive: (workflow: Awaited<Held['reached']>) => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const reached: Held['reached'] = new Promise((resolve) => (arrive = resolve));
    let calls = 0;
    this.on(step, host, async () => {
      calls += 1;
      if (calls !== nth) return;
      const context = Context.current();
      const { workflowExecution } = context.info;
      if (workflowExecution) arrive(workflowExecution);
      const timer = setInterval(() => {
        context.heartbeat();
      }, 500);
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

  facts(host: string): HostFacts {
    return this.machine(host).facts();
  }

  /** Everything that lasts, by machine. */
  state(): object {
    return Object.fromEntries([...this.machines].sort().map(([host, machine]) => [host, machine.state()]));
  }

  /** Activities that work on these machines. */
  activities(): AllActivities {
    const special: Special = {
      createSshKey: async () => ({ ...did('key'), publicKey: 'ssh-ed25519 AAAA slipway' }),
      confirmSsh: async () => ({
        ...did('key login works'),
        hostKey: 'ssh-ed25519 BBBB',
        fingerprint: 'SHA256:x',
      }),
      gatherFacts: async ({ host }) => ({
        ...this.facts(host.name),
        ...(host.kind === 'ssh' && { addresses: [host.address] }),
      }),
      checkReachability: async () => ({ ...did('they reach each other'), ...this.reachability }),
      confirmMirror: async () => ({ ...did('the mirror has everything'), ...this.mirror }),
      cloneKubespray: async () => ({ ...did('v2.31.0'), commit: 'abc', folder: '/kubespray' }),
      createVirtualEnvironment: async () => ({ ...did('venv'), folder: '/venv', python: '3.11' }),
      readBootId: async ({ host }) => `boot-${this.machine(host.name).reboots}`,
      requestReboot: async ({ host, bootIdBefore }) => {
        const machine = this.machine(host.name);
        if (bootIdBefore === `boot-${machine.reboots}`) machine.restart();
        return did('restarting');
      },
      pauseProvider: async () => ({
        ...did('scaled to 0'),
        paused: ['akash-services/akash-provider (1 replica)'],
      }),
      measureOldData: async ({ host, target }) => {
        const bytes = this.machine(host.name).oldBytes;
        const kept = target.moves.map(({ from }) => ({ path: `${from}.slipway-old`, bytes }));
        return { directories: bytes > 0 ? kept : [] };
      },
      probeNode: async ({ host }) => this.machine(host.name).probe(),
      runKubespray: async ({ playbook, limit = [] }) => {
        if (playbook === 'reset.yml') for (const host of limit) this.machine(host).kubeadm = {};
        return { ...did('ok'), hosts: {}, log: '/log' };
      },
      confirmNodes: async ({ host }) => this.checks('node-ready', host.name),
      confirmPods: async ({ host }) => this.checks('kube-system-pods', host.name),
      confirmDns: async ({ host }) => this.checks('coredns-forward', host.name),
      readClusterNetwork: async () => ({ checks: [], network: this.network }),
      confirmPodNetwork: async ({ host }) => this.checks('pod-network', host.name),
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
        this.activity(name, behave ?? ((input) => this.change(name as StepName, input as HostInput))),
      ] as const;
    });
    return Object.fromEntries(entries) as unknown as AllActivities;
  }

  private activity(step: ActivityName, behave: (input: unknown) => Promise<unknown>) {
    return async (input: Partial<HostInput & JobInput>): Promise<unknown> => {
      const host = input.host?.name ?? '';
      const call: Call = {
        ...{ step, host, jobKey: input.jobKey, input: input },
        ...{ began: this.moment++, ended: null },
      };
      this.calls.push(call);
      this.busy += 1;
      this.busiest = Math.max(this.busiest, this.busy);
      try {
        for (const trap of this.traps.filter((one) => one.step === step && one.host === host)) {
          await trap.act(call);
        }
        const result = await behave(input);
        call.ended = this.moment++;
        if (isChange(step)) this.machine(host).done.add(step);
        return result;
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

  /** A step of step 7 finds out by looking what is left to do; any other changes a machine the first time. */
  private async change(step: StepName, input: HostInput & { target?: StorageTarget }): Promise<StepResult> {
    const machine = this.machine(input.host.name);
    const isChanged = input.target && machine.apply(step, input.target);
    const outcome = (isChanged ?? (isChange(step) && !machine.done.has(step))) ? 'changed' : 'unchanged';
    return { outcome, summary: `${step} on ${machine.host}` };
  }
}

function isStep(name: ActivityName): name is StepName {
  return name in steps;
}

/** Looking leaves nothing behind. */
function isChange(step: ActivityName): boolean {
  return isStep(step) && steps[step].onCancel !== 'leave';
}

function did(summary: string): StepResult {
  return { outcome: 'unchanged', summary };
}
