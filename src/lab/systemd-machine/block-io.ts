/** Where cgroup v1 has its groups for block devices; undefined where they are part of the unified hierarchy. */
export function blockIoHierarchy(mounts: string): string | undefined {
  const fields = mounts.split('\n').map((line) => line.split(' '));
  return fields.find(
    ([, , type, options]) => type === 'cgroup' && options?.split(',').includes('blkio'),
  )?.[1];
}
