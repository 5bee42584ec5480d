import { firewallTable, firewallUnit, ruleSetFile } from '../cluster/network/firewall.js';
import type { Host } from '../hosts/host.js';
import { type Script, sh } from '../hosts/script.js';

export const firewallUnitFile = `/etc/systemd/system/${firewallUnit}`;

/**
 * A unit of its own, so that nobody's nftables.conf is edited. Where nftables.service runs, it clears every rule when it
 * starts, restarts or reloads; this unit follows each of them.
 */
export const firewallUnitText = `# Written by Slipway.
[Unit]
Description=Firewall rules of Slipway
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=nftables.service
Conflicts=shutdown.target
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service
ConditionPathExists=${ruleSetFile}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c "nft -f ${ruleSetFile}"
ExecReload=/bin/sh -c "nft -f ${ruleSetFile}"

[Install]
WantedBy=sysinit.target nftables.service
`;

/** Files of an attempt to apply rules, below the host's state folder. */
export interface FirewallFolder {
  readonly path: string;
  /** The rules to load. */
  readonly wanted: string;
  /** What `nft` shows of them once they were proven: rules that look otherwise have been changed by somebody. */
  readonly proven: string;
  /** The script that puts the previous rules back. */
  readonly undo: string;
}

export function firewallFolder(host: Host): FirewallFolder {
  const path = `${host.stateFolder}/firewall`;
  return { path, wanted: `${path}/wanted.nft`, proven: `${path}/proven.nft`, undo: `${path}/undo` };
}

const table = firewallTable.split(' ');

/** Shows the loaded table without counters; empty where there is none. */
const showTable: Script = sh`nft -s list table ${table}`;

/** The loaded table as text; empty where there is none, and where the host has no nft. */
export async function readOwnTable(host: Host): Promise<string> {
  const { stdout } = await host.run(sh`${showTable} 2>/dev/null || true`, {
    what: 'show the firewall table',
  });
  return stdout;
}

/** What is to be found out before, and proven after, rules are applied. */
export interface FirewallState {
  /** The rules kept for the next boot. */
  readonly kept: string | undefined;
  /** The unit is as it should be, enabled and started. */
  readonly unit: boolean;
  readonly loaded: string;
  readonly proven: string | undefined;
  /** An attempt has loaded rules and not proven them. */
  readonly pending: boolean;
}

export async function readFirewallState(host: Host): Promise<FirewallState> {
  const folder = firewallFolder(host);
  const loaded = await readOwnTable(host);
  const { stdout: answers } = await host.run(
    sh`systemctl is-enabled ${firewallUnit} 2>/dev/null || true
systemctl is-active ${firewallUnit} 2>/dev/null || true
[ ! -e ${folder.path}/pending ] || echo pending`,
    { what: 'look at the firewall unit' },
  );
  const [enabled, active, pending] = answers.split('\n');
  const unitText = await host.readFile(firewallUnitFile);
  return {
    kept: await host.readFile(ruleSetFile),
    unit: unitText === firewallUnitText && enabled === 'enabled' && active === 'active',
    loaded,
    proven: await host.readFile(folder.proven),
    pending: pending === 'pending',
  };
}

/** Whether the loaded rules are those that were proven, still unchanged. */
export function isAsProven({ loaded, proven, pending }: FirewallState): boolean {
  return loaded !== '' && loaded === proven && !pending;
}

/**
 * Puts back what was loaded before, unless the attempt that armed this undo, or a later one, has proven its rules.
 * Argument: the attempt.
 */
export function firewallUndoScript({ path }: FirewallFolder): Script {
  return sh`set -eu
cd ${path}
exec 9> lock
flock 9
[ "$(cat pending 2>/dev/null || true)" = "$1" ] || exit 0
nft -f previous.nft
rm -f pending
`;
}

/**
 * Arms the undo, then loads the rules. Where an earlier attempt died before its proof, what was loaded before *it* stays
 * what an undo puts back; its own undo no longer finds its name and does nothing.
 */
export function armAndLoad(folder: FirewallFolder, attempt: string, undoAfterSeconds: number): Script {
  return sh`cd ${folder.path}
exec 9> lock
flock 9
if [ ! -e pending ]; then
  { echo table ${table}; echo delete table ${table}; nft list table ${table} 2>/dev/null || true; } > previous.new
  mv -f previous.new previous.nft
fi
echo ${attempt} > pending.new
mv -f pending.new pending
systemd-run --quiet --collect --unit=${undoUnit(attempt)} --on-active=${undoAfterSeconds} \
  --timer-property=AccuracySec=100ms /bin/sh ${folder.undo} ${attempt}
nft -f ${folder.wanted}`;
}

/** Exit code of {@link disarm} when the undo has been quicker. */
export const undone = 3;

/** Ends the attempt with its rules proven. */
export function disarm(folder: FirewallFolder, attempt: string): Script {
  return sh`cd ${folder.path}
exec 9> lock
flock 9
[ "$(cat pending 2>/dev/null || true)" = ${attempt} ] || exit ${undone}
${showTable} > proven.new
sync proven.new
mv -f proven.new ${folder.proven}
rm -f pending
systemctl stop ${undoUnit(attempt)}.timer 2>/dev/null || true`;
}

const undoUnit = (attempt: string) => `slipway-firewall-undo-${attempt}`;
