import { type Script, sh } from '../../hosts/script.js';
import { firewallTableWords, type FirewallFolder, showFirewallTable } from '../../probes/firewall-state.js';

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
  { echo table ${firewallTableWords}; echo delete table ${firewallTableWords}; nft list table ${firewallTableWords} 2>/dev/null || true; } > previous.new
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
${showFirewallTable} > proven.new
sync proven.new
mv -f proven.new ${folder.proven}
rm -f pending
systemctl stop ${undoUnit(attempt)}.timer 2>/dev/null || true`;
}

const undoUnit = (attempt: string) => `slipway-firewall-undo-${attempt}`;
