import { lines, sh, type Script } from '../../hosts/script.js';
import { isAllDataMoved } from './parts/moved-data.js';
import { notProven } from '../running/refusals.js';
import { hostStep, unchanged } from '../running/step.js';

/** As many lines as a reader needs. */
const shown = 10;

/**
 * Step 7.2, Verify: "this will indicate /var/lib/kubelet and /var/lib/containerd are not used". The document's lsof
 * passes too early: containerd-shims and mounts beneath live on without an open file, so they are looked for too, in
 * the mount namespaces of all processes.
 */
export const confirmDirectoriesUnused = hostStep('confirmDirectoriesUnused', async (host, { target }) => {
  if (await isAllDataMoved(host, target)) return unchanged('the data is on the array already');
  const paths = target.moves.map(({ from }) => from);
  const { stdout } = await host.run(usersScript(paths), { what: 'look what uses the directories' });
  const users = stdout.split('\n').filter((line) => line !== '');
  if (users.length > 0) {
    throw notProven(
      host,
      `${paths.join(' and ')} are in use: ${users.slice(0, shown).join('; ')}`,
      'Stop what uses them, or restart the host while kubelet and containerd are disabled.',
      users.slice(0, shown).join('\n'),
    );
  }
  return unchanged(`nothing uses ${paths.join(' and ')}`);
});

/** Prints a line for each open file, mapped file, working directory, mount beneath and containerd-shim. */
function usersScript(paths: readonly string[]): Script {
  return lines(
    holdersScript(paths),
    sh`for comm in /proc/[0-9]*/comm; do
  case $(cat "$comm" 2>/dev/null || true) in
    containerd-shim*) echo "containerd-shim \${comm%/comm}" ;;
  esac
done`,
  );
}

/** The same without the shims, which on a working node hold other directories. */
export function holdersScript(paths: readonly string[]): Script {
  return sh`for path in ${paths}; do
  find /proc/[0-9]*/fd /proc/[0-9]*/cwd /proc/[0-9]*/root -maxdepth 1 \\( -lname "$path" -o -lname "$path/*" \\) \\
    -printf 'process %h has %l open\\n' 2>/dev/null || true
  grep -l " $path/" /proc/[0-9]*/maps 2>/dev/null | sed "s|/maps\\$| has a file of $path in memory|; s|^|process |" || true
  cat /proc/[0-9]*/mountinfo 2>/dev/null | awk -v path="$path" \\
    '$5 == path || index($5, path "/") == 1 { print "mount " $5 }' | sort -u || true
done`;
}
