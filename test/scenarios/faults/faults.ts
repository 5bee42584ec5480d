import { setTimeout as sleep } from 'node:timers/promises';
import type { LabMachine } from '../../../src/lab/index.js';
import { restart, unplug } from './away.js';
import type { Answer, Call, FaultWorker, FaultWorkers } from './fault-workers.js';
import type { Moment } from './moments.js';

/** What can be broken. */
export interface World {
  readonly workers: FaultWorkers;
  /** On which a step of this host works; for a playbook, which works on all of them, the worker. */
  machineOf(host: string): LabMachine;
  /** kill -9 of the Temporal server, once it is healthy; another one on its files is started meanwhile. */
  killServer(): Promise<void>;
  /** SIGKILL to workers, server and all jobs of this machine, and resolves when others are there, after another boot. */
  restartControlHost(): Promise<void>;
  /** Breaks the connections that a running playbook has. */
  cutLinksOfPlaybook(): Promise<void>;
  /** Takes all room from the file system of Slipway's home. @returns what gives it back */
  fillDisk(): Promise<() => Promise<void>>;
  /** What a person does who cancels the workflow. */
  cancelWorkflow(): Promise<void>;
  /** Resolves when nothing of that is under way any more. */
  whenQuiet(): Promise<void>;
  /** Something that goes on while the step does; the run fails if it fails. */
  background(work: Promise<unknown>): void;
}

export type Place = 'control host' | LabMachine['kind'];

/** A way for something to die: a column of the matrix. */
export interface Fault {
  readonly name: string;
  /** `hold`: before an operation in the activity's middle, which then meets what the fault has left. */
  readonly point: 'before' | 'middle' | 'hold' | 'after';
  /**
   * When the step has recovered: with its own next success on the host; or, where the step itself is not touched, with
   * whatever the workflow does next.
   */
  readonly recovery: 'step' | 'workflow';
  /** What is started again: the host, for a playbook the worker, or the control host. */
  readonly restarts: 'nothing' | 'host' | 'control host';
  readonly killsWorker: boolean;
  /** Whether the machine itself is away for a while, with whatever works there. */
  readonly takesMachine: boolean;
  /** Milliseconds before which nothing can succeed on the machine. */
  readonly lasts?: number;
  /** Steps that may ask a person for `retry` instead of going on by themselves; all others must go on. */
  readonly mayAsk: readonly string[] | 'all';
  /** Whether a step can meet it: there, or, without a place, at all. */
  appliesTo(step: string, place?: Place): boolean;
  strike(world: World, call: Call, worker: FaultWorker): Promise<Answer>;
}

/** Or, as findHostHolder, on no machine at all. */
const onControlHost = new Set([
  ...['cloneKubespray', 'createVirtualEnvironment', 'installRequirements', 'createSshKey'],
  ...['writeInventory', 'writeGroupVariables', 'runKubespray', 'findHostHolder'],
]);

/** Control planes of the lab have no disks to lose. */
const onControlPlanes = new Set([
  ...['pauseProvider', 'resumeProvider', 'notePods', 'forgetPods'],
  ...['confirmNodes', 'confirmPods', 'confirmDns', 'readClusterNetwork'],
  ...['verifyEtcd', 'checkEtcdPerformance'],
]);

const everywhere = () => true;

/** Works on all hosts at once; of them the worker meets the fault. */
const onAllHosts = 'checkReachability';

const onHosts = (step: string, place?: Place) =>
  step === onAllHosts || (place !== 'control host' && !onControlHost.has(step));

/** A playbook runs on the control host and on all hosts. */
const onHostsAndPlaybooks = (step: string, place?: Place) => onHosts(step, place) || step === 'runKubespray';

async function killWorker(world: World, _call: Call, worker: FaultWorker): Promise<Answer> {
  await worker.kill();
  world.background(world.workers.start());
  return {};
}

/** Milliseconds for which a host cannot be reached. */
const outage = 120_000;

export const faults = {
  killedBefore: {
    name: 'worker killed before',
    point: 'before',
    recovery: 'step',
    restarts: 'nothing',
    killsWorker: true,
    takesMachine: false,
    mayAsk: [],
    appliesTo: everywhere,
    strike: killWorker,
  },
  killedMiddle: {
    name: 'worker killed in the middle',
    point: 'middle',
    recovery: 'step',
    restarts: 'nothing',
    killsWorker: true,
    takesMachine: false,
    mayAsk: [],
    appliesTo: everywhere,
    strike: killWorker,
  },
  killedAfter: {
    name: 'worker killed after',
    point: 'after',
    recovery: 'step',
    restarts: 'nothing',
    killsWorker: true,
    takesMachine: false,
    mayAsk: [],
    appliesTo: everywhere,
    strike: killWorker,
  },
  linkCut: {
    name: 'SSH link cut',
    point: 'middle',
    recovery: 'step',
    restarts: 'nothing',
    killsWorker: false,
    takesMachine: false,
    mayAsk: ['runKubespray'],
    appliesTo: onHostsAndPlaybooks,
    strike: async (world, { step }) => {
      if (step !== 'runKubespray') return { cut: true };
      await world.cutLinksOfPlaybook();
      return {};
    },
  },
  serverKilled: {
    name: 'Temporal server killed',
    point: 'after',
    recovery: 'workflow',
    restarts: 'nothing',
    killsWorker: false,
    takesMachine: false,
    mayAsk: [],
    appliesTo: everywhere,
    strike: async (world) => {
      await world.killServer();
      return {};
    },
  },
  restarted: {
    name: 'host restarted',
    point: 'hold',
    recovery: 'step',
    restarts: 'host',
    killsWorker: false,
    takesMachine: true,
    mayAsk: ['runKubespray'],
    appliesTo: onHostsAndPlaybooks,
    strike: async (world, { host }) => {
      const machine = world.machineOf(host);
      // It may still be starting after the last one.
      await world.whenQuiet();
      const { isBack } = await restart(machine);
      world.background(isBack);
      return {};
    },
  },
  powerCut: {
    name: 'power cut',
    point: 'hold',
    recovery: 'step',
    restarts: 'host',
    killsWorker: false,
    takesMachine: true,
    mayAsk: ['runKubespray'],
    appliesTo: (step, place) =>
      onHostsAndPlaybooks(step, place) && !onControlPlanes.has(step) && place !== 'systemd-machine',
    strike: async (world, { host }) => {
      const machine = world.machineOf(host);
      await world.whenQuiet();
      await machine.powerCut();
      world.background(machine.start());
      return {};
    },
  },
  unreachable: {
    name: 'host unreachable for 2 minutes',
    point: 'hold',
    recovery: 'step',
    restarts: 'nothing',
    killsWorker: false,
    takesMachine: true,
    mayAsk: ['copySshKey', 'confirmSsh', 'applyFirewallRules', 'runKubespray'],
    appliesTo: onHostsAndPlaybooks,
    lasts: outage,
    strike: async (world, { host }) => {
      const machine = world.machineOf(host);
      const { isBack } = await unplug(machine, outage);
      world.background(isBack);
      return {};
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** On the control host, which is this machine: they are not among the columns for all steps. */
export const controlHostFaults = {
  restarted: {
    name: 'control host restarted',
    point: 'middle',
    recovery: 'step',
    restarts: 'control host',
    killsWorker: true,
    takesMachine: false,
    mayAsk: [],
    appliesTo: (step) => step === 'runKubespray',
    strike: async (world) => {
      await world.restartControlHost();
      return {};
    },
  },
  diskFull: {
    name: "control host's disk full",
    point: 'hold',
    recovery: 'step',
    restarts: 'nothing',
    killsWorker: false,
    takesMachine: false,
    mayAsk: 'all',
    appliesTo: (step) => onControlHost.has(step),
    strike: async (world) => {
      const free = await world.fillDisk();
      world.background(sleep(5_000).then(free));
      return {};
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Not something that dies, but a person: in the middle of a step that works on a host. */
export const cancelled: Fault = {
  name: 'cancelled',
  point: 'hold',
  recovery: 'workflow',
  restarts: 'nothing',
  killsWorker: false,
  takesMachine: false,
  mayAsk: [],
  // Asks Temporal, and no machine.
  appliesTo: (step) => step !== 'findHostHolder',
  strike: async (world) => {
    await world.cancelWorkflow();
    return {};
  },
};

/** Whether a person may be asked about this step after the fault. */
export function mayAsk(fault: Fault, step: string): boolean {
  return fault.mayAsk === 'all' || fault.mayAsk.includes(step);
}

/** For a sample in which every step meets one fault, and none that takes long. */
const quick: readonly Fault[] = [
  faults.killedBefore,
  faults.killedMiddle,
  faults.killedAfter,
  faults.linkCut,
  faults.serverKilled,
];

/** One of the faults that a step can meet, that are quickly over and need nobody, at its first time; always the same. */
export function someFault({ step, host, nth }: Moment, place: Place): Fault[] {
  if (nth > 1) return [];
  const possible = quick.filter((fault) => fault.appliesTo(step, place) && !mayAsk(fault, step));
  const number = [...`${step} on ${host}`].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  return possible.slice(number % possible.length).slice(0, 1);
}
