import { readFile, stat } from 'node:fs/promises';

/** What a node machine has in place of things that the kernel of this machine has not got: a sentence each. */
export async function standIns(): Promise<string[]> {
  const [mounts, hasModules] = await Promise.all([
    readFile('/proc/mounts', 'utf8'),
    stat('/proc/modules').then(
      () => true,
      () => false,
    ),
  ]);
  return standInsFor({ mounts, hasModules });
}

/** @param mounts the text of /proc/mounts; `hasModules`: whether the kernel has loadable modules */
export function standInsFor({
  mounts,
  hasModules,
}: {
  readonly mounts: string;
  readonly hasModules: boolean;
}): string[] {
  const hasOldGroups = /^\S+ \S+ cgroup /m.test(mounts);
  return [
    'modprobe, modinfo and lsmod only say what they were asked for: machines share a kernel, and load no module.',
    ...(hasModules
      ? []
      : ['The kernel has no /proc/modules: Python, and with it Ansible, finds an empty one.']),
    'Settings of the whole kernel are private copies without effect: they can be set, and hold for no other machine.',
    hasOldGroups
      ? 'Control groups are of version 1, as on this machine.'
      : 'Control groups are of version 2. Kubespray was never seen to end on those of the lab.',
  ];
}
