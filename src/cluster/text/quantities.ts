const names = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A size as disks are sold, in powers of 1000 with at most one decimal: 1600321314816 is "1.6 TB". */
export function showBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(names.length - 1, Math.floor(Math.log10(bytes) / 3));
  const size = bytes / 1000 ** power;
  const rounded = size >= 100 || power === 0 ? Math.floor(size) : Math.floor(size * 10) / 10;
  return `${rounded} ${names[power] ?? 'B'}`;
}

/** A number with its noun: "1 disk", "2 disks". @param plural where it is not the noun with an s, such as "policies" */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
