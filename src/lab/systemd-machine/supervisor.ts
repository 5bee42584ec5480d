import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface SupervisedMachine {
  readonly name: string;
  /** Holds `changes` (what differs from the shared root), `work` and `root` (overlayfs), and the log. */
  readonly folder: string;
  /** The shared root file system, never written, beneath what is laid over it: the first is on top. */
  readonly lowerRoots: readonly string[];
  /** Its network namespace's name, which is unique on this machine: the machine's name towards systemd too. */
  readonly namespace: string;
  readonly controlGroup: string;
}

/** The exit code by which systemd-nspawn says that the machine wants to be started again. */
const restart = 133;

/**
 * Runs beside the machine as long as it is on. Its mounts are its own (slave propagation), so they go with it however it
 * ends; namespaces removed elsewhere are let go here too. Each boot gets a group of its own: nspawn divides it up.
 */
const script = `set -eu
name=$1 folder=$2 lower=$3 namespace=$4 group=$5
enter() { mkdir -p "$1"; echo 0 > "$1/cgroup.procs"; }
enter "$group/supervisor"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$folder/changes,workdir=$folder/work" "$folder/root"
boot=1
while :; do
  code=0
  (
    enter "$group/boot-$boot"
    exec systemd-nspawn --quiet --directory="$folder/root" --boot \\
      --machine="$namespace" --hostname="$name" --register=no --keep-unit --resolv-conf=off --timezone=off --link-journal=no --console=read-only \\
      --network-namespace-path="/run/netns/$namespace" --capability=CAP_NET_ADMIN
  ) || code=$?
  [ "$code" = ${restart} ] || exit "$code"
  boot=$((boot + 1))
done
`;

/** Switches the machine on; its processes outlive this one. */
export function startSupervisor(machine: SupervisedMachine): void {
  const log = openSync(join(machine.folder, 'console.log'), 'a');
  try {
    const child = spawn(
      'unshare',
      [
        ...['--mount', '--propagation', 'slave', 'sh', '-c', script, 'slipway-lab'],
        ...[
          machine.name,
          machine.folder,
          machine.lowerRoots.join(':'),
          machine.namespace,
          machine.controlGroup,
        ],
      ],
      {
        detached: true,
        stdio: ['ignore', log, log],
        env: { PATH: process.env['PATH'], SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
      },
    );
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}

/** Removes what systemd-nspawn keeps under /run for a machine that is no more. */
export async function forgetMachine(namespace: string): Promise<void> {
  await rm(join('/run/systemd/nspawn/propagate', namespace), { recursive: true, force: true });
}
