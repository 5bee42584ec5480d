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

/** Family and name of Slipway's table, as words for nft. */
export const firewallTableWords = firewallTable.split(' ');

/** Shows the loaded table without counters; empty where there is none. */
export const showFirewallTable: Script = sh`nft -s list table ${firewallTableWords}`;

/** The loaded table as text; empty where there is none, and where the host has no nft. */
export async function readOwnTable(host: Host): Promise<string> {
  const { stdout } = await host.run(sh`${showFirewallTable} 2>/dev/null || true`, {
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
