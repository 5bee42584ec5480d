/** What `systemctl show` prints of a unit that runs; properties that differ by name. Blocks of several units are set off by an empty line. */
export function unitShown(id: string, properties: Record<string, string | number> = {}): string {
  return Object.entries({
    Id: id,
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    UnitFileState: 'enabled',
    NRestarts: 0,
    ActiveEnterTimestampMonotonic: 50_000_000,
    ...properties,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}
