import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

import { bootScript } from './boot-script.js';

export interface StartedNode {
  readonly name: string;
  /** Holds `root`, the machine's root file system, and the log. */
  readonly folder: string;
  /** The network namespace's name. */
  readonly namespace: string;
  /** The machine's group in each hierarchy. */
  readonly groups: readonly string[];
  /** As {@link bootScript} takes them. */
  readonly hierarchies: string;
}

/** The exit code of a shell whose command ended by SIGHUP: so the kernel tells the parent that init wants to be started again. */
const restart = 129;

/** Into the group of this boot, so that the control group's namespace begins there, and no other process is in it. */
const enterScript = `set -eu
boot=$1 script=$2 root=$3 name=$4 hierarchies=$5
shift 5
for group; do mkdir -p "$group/$boot"; echo 0 > "$group/$boot/cgroup.procs"; done
exec unshare --mount --propagation private --uts --ipc --cgroup sh -c "$script" slipway-lab "$root" "$name" "$hierarchies"
`;

/** Runs beside the machine as long as it is on. The machine's mounts are its own, and go with its first process. */
const supervisorScript = `set -eu
namespace=$1 enter=$2 script=$3 root=$4 name=$5 hierarchies=$6
shift 6
for group; do mkdir -p "$group/supervisor"; echo 0 > "$group/supervisor/cgroup.procs"; done
boot=1
while :; do
  code=0
  nsenter --net="/run/netns/$namespace" unshare --fork --pid --kill-child=SIGKILL \\
    sh -c "$enter" slipway-lab "boot-$boot" "$script" "$root" "$name" "$hierarchies" "$@" || code=$?
  [ "$code" = ${restart} ] || exit "$code"
  boot=$((boot + 1))
done
`;

/** Switches the machine on; its processes outlive this one. */
export function startNode({ name, folder, namespace, groups, hierarchies }: StartedNode): void {
  const log = openSync(join(folder, 'console.log'), 'a');
  const words = [namespace, enterScript, bootScript, join(folder, 'root'), name, hierarchies, ...groups];
  try {
    const child = spawn('sh', ['-c', supervisorScript, 'slipway-lab', ...words], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'] },
    });
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}
