import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabMachine } from '../../../src/lab/index.js';
import { read } from '../procedure/host-truth.js';

/** Facts about a machine or the control host, one text for each, such as the content of a file. */
export type State = Readonly<Record<string, string>>;

/** What tells one machine from another of its kind, and would make their states differ. */
function withoutIdentity(text: string, machines: readonly LabMachine[]): string {
  let plain = text;
  for (const { name, address, port, hostKey } of machines) {
    plain = plain.replaceAll(hostKey, `<key of ${name}>`);
    plain = plain.replaceAll(`[${address}]:${port}`, `<place of ${name}>`);
    if (port !== 22) plain = plain.replaceAll(String(port), `<port of ${name}>`);
    if (address !== '127.0.0.1') plain = plain.replaceAll(address, `<address of ${name}>`);
  }
  return plain
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>')
    .replaceAll(/\b[0-9a-f]{8}(:[0-9a-f]{8}){3}\b/g, '<md uuid>')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<id>');
}

/** Everything that the procedure leaves on a host; read with the host's own tools, none of it by Slipway. */
const hostScript = `
show() { printf '=== %s\\n' "$1"; shift; "$@" 2>&1 || true; }
for file in /etc/fstab /etc/mdadm/mdadm.conf /etc/sysctl.d/90-akash.conf /etc/containerd/config.toml \\
  /etc/kubernetes/kubelet.env /etc/kubernetes/stand-in.json /etc/etcd.env /root/.ssh/authorized_keys \\
  /etc/systemd/system/*.service.d/*slipway* /etc/nftables.d/* /etc/slipway/*; do
  if [ -f "$file" ]; then show "$file" sh -c 'stat -c "%a %U:%G" "$1"; cat "$1"' sh "$file"; fi
done
show backups sh -c 'ls /etc/fstab.slipway-* /etc/mdadm/mdadm.conf.slipway-* | wc -l'
show firewall nft -s list table inet slipway
show sysctl sysctl fs.inotify.max_user_instances fs.inotify.max_user_watches vm.max_map_count
show mounts findmnt -rn -o TARGET,FSTYPE,OPTIONS -M /data
show binds sh -c 'for place in /var/lib/kubelet /var/lib/containerd; do findmnt -rn -o TARGET,SOURCE -M $place; done'
show array sh -c 'mdadm --detail --export /dev/md0 | grep -v DEVICE'
show members sh -c 'for member in /sys/block/md0/slaves/*; do cat /sys/block/\${member##*/}/device/serial; done | tr -d " " | sort'
show data sh -c 'ls -A /data /data/kubelet /data/containerd'
show old sh -c 'ls -A -d /var/lib/*.slipway-old'
show left sh -c 'find /var/lib/slipway /etc /data /var/lib/kubelet /var/lib/containerd -xdev -name "*.new" -o -xdev -name ".slipway-*.partial" 2>/dev/null | sort'
for unit in containerd kubelet etcd nftables slipway-firewall; do
  show "unit $unit" sh -c "systemctl show -p LoadState -p ActiveState -p UnitFileState -p RequiresMountsFor $unit | tr ' =' '\\n' | sort"
done
show failed systemctl --failed --no-legend --plain
if [ -e /initrd.img ]; then
  images=$(mktemp -d); unmkinitramfs /initrd.img "$images"
  show initramfs sh -c "find $images -path '*etc/mdadm/mdadm.conf' -exec grep -h '^ARRAY' {} +"
  rm -rf "$images"
fi`;

/** @param machines all of the cluster, so that what tells them apart can be taken out */
export async function hostState(machine: LabMachine, machines: readonly LabMachine[]): Promise<State> {
  const text = withoutIdentity(await read(machine, hostScript), machines);
  const parts = text.split(/^=== /m).slice(1);
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name, lines.join('\n').trim()];
    }),
  );
}

/**
 * Everything that the procedure leaves on the control host for a cluster, apart from checkouts, logs, jobs, how long a
 * playbook's tasks took, and Python's own cache.
 */
export async function controlHostState(
  home: string,
  cluster: string,
  machines: readonly LabMachine[],
): Promise<State> {
  const root = join(home, 'clusters', cluster);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const state: Record<string, string> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (
      !entry.isFile() ||
      /^((kubespray|venvs|runs|playbook-times|facts|cp)\/|known_hosts$)|\.pyc$/.test(name)
    )
      continue;
    state[name] = withoutIdentity(await readFile(path, 'utf8'), machines).replaceAll(home, '<home>');
  }
  return state;
}

/** A job's folder. One that was cut off and put aside has a folder of its own. */
export interface JobRun {
  readonly step: string;
  /** How often its script was started. */
  readonly executions: number;
}

export async function jobsIn(
  stateFolder: string,
  run: (script: string) => Promise<string>,
): Promise<JobRun[]> {
  const text = await run(
    `cd ${stateFolder}/jobs 2>/dev/null || exit 0
for folder in *; do echo "$folder $(wc -l < "$folder/executions" 2>/dev/null || echo 0)"; done`,
  );
  const folders = text.split('\n').filter((line) => line !== '');
  return folders.map((line) => {
    const [key = '', executions = ''] = line.split(' ');
    const step = key.replace(/-[0-9a-f]{8}-g\d+(\.cut-\d+)?$/, '');
    return {
      step: step.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      executions: Number(executions),
    };
  });
}
