import { readFstabRecord } from '../cluster/fstab.js';
import { digestOf } from '../cluster/digest.js';
import type { Host } from '../hosts/host.js';
import { sh } from '../hosts/script.js';
import type { Activities } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { changed, step, unchanged, withHost } from './step.js';

/**
 * Step 7.7: Backup fstab; mdadm.conf is backed up too. Each content is kept once, beside the original, under a name
 * that follows from the content, so that a repeated step neither overwrites a backup nor makes a second one. Once the
 * marked line is in fstab, the state before it has been kept already.
 */
export function backUpFstab(dependencies: Pick<Dependencies, 'hosts'>): Activities['backUpFstab'] {
  return step(({ host: reach }) =>
    withHost(dependencies, reach, async (host) => {
      const fstab = await host.readFile('/etc/fstab');
      if (fstab === undefined) return unchanged('no /etc/fstab yet');
      if (readFstabRecord(fstab) !== null) return unchanged('backed up before it was updated');
      const outcomes = [
        await keep(host, '/etc/fstab', fstab),
        await keep(host, '/etc/mdadm/mdadm.conf', await host.readFile('/etc/mdadm/mdadm.conf')),
      ];
      const made = outcomes.flatMap(({ path, written }) => (written ? [path] : []));
      return made.length > 0 ? changed(made.join(', ')) : unchanged('backed up already');
    }),
  );
}

async function keep(
  host: Host,
  path: string,
  content: string | undefined,
): Promise<{ readonly path: string; readonly written: boolean }> {
  if (content === undefined) return { path, written: false };
  const backup = `${path}.slipway-${digestOf(content).slice('sha256:'.length, 'sha256:'.length + 8)}`;
  const script = sh`if [ -e ${backup} ]; then echo kept; exit 0; fi
cp -p ${path} ${`${backup}.new`}
sync ${`${backup}.new`}
mv -T ${`${backup}.new`} ${backup}`;
  const { stdout } = await host.run(script, { what: `back up ${path}` });
  return { path: backup, written: stdout.trim() !== 'kept' };
}
