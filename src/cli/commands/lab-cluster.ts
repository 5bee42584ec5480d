import { Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';

import type { CheckName } from '../../cluster/specification/check-names.js';
import type { SpecificationInput } from '../../cluster/specification/specification.js';
import {
  findMirrorRelease,
  mirrorVariables,
  nodeVariables,
  runningMirror,
  storedParts,
  type KubesprayVariables,
  type LabMachine,
  type LabVirtualMachine,
} from '../../lab/index.js';
import { CommandError } from '../terminal/errors.js';
import { existingLab } from './existing-lab.js';

interface ClusterOptions {
  readonly lab: string;
  readonly repository?: string;
  readonly controlPlanes: number;
}

/** `slipway lab cluster`: cluster.yaml for a lab's nodes and its mirror. */
export function labClusterCommand(
  guarded: <T>(action: (options: T) => Promise<void>) => (options: T) => Promise<void>,
): Command {
  return new Command('cluster')
    .description('print cluster.yaml for the nodes of a lab to which the mirror is served')
    .option('--lab <name>', 'which lab, when there are several', 'default')
    .option('--repository <url>', "Kubespray's, a URL or a path; default: GitHub")
    .option(
      '--control-planes <count>',
      'how many of the nodes are control planes and members of etcd',
      countOf,
      1,
    )
    .action(guarded(cluster))
    .exitOverride();
}

/** etcd wants an odd number, so that half of the members is never the question. */
function countOf(text: string): number {
  if (/^[1357]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be 1, 3, 5 or 7: etcd wants an odd number of members.');
}

async function cluster({ lab: name, repository, controlPlanes }: ClusterOptions): Promise<void> {
  const lab = await existingLab(name);
  const nodes = nodesOf(await lab.machines());
  if (nodes.length === 0) {
    throw new CommandError(
      `The lab "${name}" has no node. \`slipway lab up --node n1 --mirror\` starts one, and the mirror with it.`,
    );
  }
  if (nodes.length < controlPlanes) {
    throw new CommandError(
      `The lab "${name}" has too few nodes for ${controlPlanes} control planes, ${nodes.length}: ` +
        'start more of them with `slipway lab up --node`.',
    );
  }
  const mirror = await runningMirror(lab.folder);
  if (!mirror) {
    throw new CommandError(
      `Nobody serves the mirror to the lab "${name}", and its nodes reach nothing else. ` +
        'Start it with `slipway lab up --node … --mirror` or `slipway lab mirror serve`.',
    );
  }
  const release = findMirrorRelease(mirror.release);
  const variables = mirrorVariables(release, { url: mirror.url, stored: await storedParts(release) });
  process.stdout.write(
    labSpecification({
      name: `lab-${name}`,
      nodes,
      release: release.name,
      repository,
      mirrorUrl: mirror.url,
      variables,
      controlPlanes,
    }),
  );
}

/** The machines that can be nodes: those that start in a second before those with disks, so that they are control planes. */
function nodesOf(machines: readonly LabMachine[]): LabNode[] {
  return [
    ...machines.filter((machine) => machine.kind === 'node-machine'),
    ...machines.filter((machine) => isVirtualMachine(machine) && machine.isNode),
  ];
}

function isVirtualMachine(machine: LabMachine): machine is LabVirtualMachine {
  return machine.kind === 'virtual-machine';
}

/** What preflight has to say about machines as small as the lab's. */
const accepted = [
  ...(['control-plane', 'worker'] as const).flatMap((role) =>
    (['cpus', 'memory', 'disk'] as const).map((resource) => `${role}-${resource}` as const),
  ),
  ...(['control-plane-count', 'time-synchronization', 'kubespray-memory', 'free-space'] as const),
] satisfies CheckName[];

type LabNode = Pick<LabMachine, 'name' | 'address' | 'hostKey' | 'privateKey'> &
  Partial<Pick<LabVirtualMachine, 'disks'>>;

export interface LabCluster {
  readonly name: string;
  /** The first are control planes, etcd and workers, so that their roles stay when others come; those are workers. */
  readonly nodes: readonly LabNode[];
  readonly release: string;
  readonly repository: string | undefined;
  /** "http://<address>:<port>". */
  readonly mirrorUrl: string;
  /** Of the mirror. */
  readonly variables: KubesprayVariables;
  readonly controlPlanes: number;
}

/** The text of cluster.yaml. */
export function labSpecification(lab: LabCluster): string {
  const specification: SpecificationInput = {
    name: lab.name,
    kubespray: {
      release: lab.release,
      ...(lab.repository !== undefined && { repository: lab.repository }),
      variables: { ...lab.variables, ...nodeVariables() } as NonNullable<
        SpecificationInput['kubespray']
      >['variables'],
    },
    ssh: { user: 'root', privateKey: { file: lab.nodes[0]?.privateKey ?? '' } },
    dns: { upstream: [new URL(lab.mirrorUrl).hostname] },
    hosts: lab.nodes.map(({ name, address, hostKey, disks = [] }, index) => ({
      name,
      address,
      hostKey,
      roles: index < lab.controlPlanes ? ['control-plane', 'etcd', 'worker'] : ['worker'],
      // An array has two disks at least.
      ...(disks.length > 1 && { ephemeralStorage: { disks: { count: disks.length, kind: 'nvme' } } }),
    })),
    overrides: accepted.map((check) => ({ check, reason: 'A throw-away machine of the lab.' })),
  };
  return `# Written by slipway lab cluster, for machines that it made. Each node below is one line more.\n${stringify(specification)}`;
}
