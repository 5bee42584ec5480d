import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { Command } from 'commander';

import {
  LabError,
  labProblems,
  openLab,
  sshArguments,
  standIns,
  writeKnownHosts,
  type Lab,
  type LabMachine,
} from '../../lab/index.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes } from '../terminal/exit-codes.js';
import { jsonText } from '../terminal/json-text.js';
import { existingLab } from './existing-lab.js';
import { labClusterCommand } from './lab-cluster.js';
import { labMirrorCommand, serveBeside } from './lab-mirror.js';

interface CommonOptions {
  readonly lab: string;
  readonly json?: boolean;
}

interface UpOptions extends CommonOptions {
  readonly vm?: readonly string[];
  readonly machine?: readonly string[];
  readonly node?: readonly string[];
  readonly nodeVm?: readonly string[];
  readonly mirror?: boolean;
}

/**
 * `slipway lab …`: throw-away machines on this machine.
 * @param ends told the exit code of what `slipway lab ssh` ran
 */
export function labCommand(ends: (code: number) => void): Command {
  const lab = new Command('lab')
    .description(
      'Make throw-away machines on this machine: virtual ones with NVMe disks, light systemd ones, and nodes.',
    )
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', helpText);
  lab
    .command('up')
    .description(
      'start machines and make those that are missing; without names: machine control-1, vm worker-1',
    )
    .option(
      '--vm <names...>',
      'virtual machines with two NVMe disks, a boot loader and a kernel of their own',
    )
    .option('--machine <names...>', 'systemd machines: ready in a second, many at once')
    .option('--node <names...>', 'systemd machines that can be nodes of a real Kubernetes')
    .option('--node-vm <names...>', 'virtual machines with two NVMe disks that can be workers beside them')
    .option('--mirror', 'serve what Kubespray downloads to them; `slipway lab mirror` builds it')
    .action(guarded(up));
  lab.command('list').description('show the machines and how to reach them').action(guarded(list));
  lab
    .command('ssh')
    .description('log in to a machine as root, or run a command there')
    .argument('<name>')
    .argument('[command...]')
    .passThroughOptions()
    .action((name: string, words: string[], options: CommonOptions) =>
      guarded(async (common: CommonOptions) => ends(await ssh(name, words, common)))(options),
    );
  lab
    .command('down')
    .description('end and delete all machines; images stay in the cache')
    .action(guarded(down));
  for (const command of lab.commands) {
    command.option('--lab <name>', 'which lab, when there are several', 'default');
    if (command.name() === 'up' || command.name() === 'list') command.option('--json', 'print JSON');
  }
  lab.addCommand(labClusterCommand(guarded));
  lab.addCommand(labMirrorCommand(guarded));
  return lab;
}

const helpText = `
Needs root on Linux; no KVM, no Docker. The first use builds images from the distribution's packages (some minutes).

Examples:
  sudo slipway lab up                                  one of each kind
  sudo slipway lab up --vm w1 w2 --machine cp1 cp2 cp3
  sudo slipway lab up --node n1 n2 --mirror            for the real Kubespray: slipway lab cluster > cluster.yaml
  sudo slipway lab ssh w1 lsblk
  sudo slipway lab list --json
  sudo slipway lab down`;

/** Turns what the lab has to say into the command's own error, without a stack trace. */
function guarded<T>(action: (options: T) => Promise<void>): (options: T) => Promise<void> {
  return async (options) => {
    try {
      await action(options);
    } catch (error) {
      if (error instanceof LabError)
        throw new CommandError(error.message, exitCodes.failed, { cause: error });
      throw error;
    }
  };
}

async function up(options: UpOptions): Promise<void> {
  const problems = await labProblems();
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  const lab = await openLab({ name: options.lab, onProgress: (line) => process.stderr.write(`${line}\n`) });
  const unnamed = !options.vm && !options.machine && !options.node && !options.nodeVm;
  const started = await Promise.allSettled([
    ...(options.machine ?? (unnamed ? ['control-1'] : [])).map((name) => lab.startMachine({ name })),
    ...(options.node ?? []).map((name) => lab.startNode({ name })),
    ...(options.vm ?? (unnamed ? ['worker-1'] : [])).map((name) => lab.startVm({ name })),
    ...(options.nodeVm ?? []).map((name) => lab.startVm({ name, isNode: true })),
  ]);
  if (options.node) process.stderr.write((await standIns()).map((line) => `nodes: ${line}\n`).join(''));
  if (options.mirror) process.stderr.write(`mirror: ${(await serveBeside(lab)).url}\n`);
  await show(lab, options);
  const failures = started.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
  if (failures.length > 0) throw new CommandError(failures.map(({ message }) => message).join('\n'));
}

async function list(options: CommonOptions): Promise<void> {
  await show(await existingLab(options.lab), options);
}

async function ssh(name: string, words: readonly string[], options: CommonOptions): Promise<number> {
  const lab = await existingLab(options.lab);
  const machine = await lab.find(name);
  if (!machine) {
    const names = (await lab.machines()).map((each) => each.name).join(', ');
    throw new CommandError(`The lab "${lab.name}" has no machine ${name}; it has: ${names || 'none'}.`);
  }
  if (!(await machine.isRunning())) {
    throw new CommandError(`${name} is switched off: \`slipway lab up\` with its name starts it.`);
  }
  const child = spawn('ssh', [...sshArguments(machine, await writeKnownHosts(lab)), ...words], {
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? exitCodes.failed;
}

async function down(options: CommonOptions): Promise<void> {
  const lab = await existingLab(options.lab);
  await lab.down();
  process.stdout.write(`The lab "${lab.name}" is gone.\n`);
}

async function show(lab: Lab, { json }: CommonOptions): Promise<void> {
  const machines = await Promise.all((await lab.machines()).map(describe));
  lab.close();
  if (json) {
    process.stdout.write(`${jsonText({ lab: lab.name, machines }, 2)}\n`);
    return;
  }
  for (const { name, kind, running, address, port } of machines) {
    const state = running ? 'on ' : 'off';
    process.stdout.write(`${name.padEnd(20)} ${kind.padEnd(16)} ${state}  ${address}:${port}\n`);
  }
  if (machines.length === 0) process.stdout.write('No machines. `slipway lab up` makes some.\n');
}

async function describe(machine: LabMachine) {
  const { name, kind, address, port, user, privateKey, hostKey } = machine;
  return { name, kind, running: await machine.isRunning(), address, port, user, privateKey, hostKey };
}
