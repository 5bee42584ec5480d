import { roomPaths } from '../facts/system-facts.js';
import type { Specification } from '../specification/specification.js';

/** Folders of Kubespray that a variable may have elsewhere; undefined where nobody can tell, because it is a template. */
export interface RoomFolders {
  readonly etcd: string | undefined;
  readonly downloads: string | undefined;
}

/** Where etcd has its data, and where downloads lie until they are copied. */
export function roomFolders({ kubespray: { variables } }: Pick<Specification, 'kubespray'>): RoomFolders {
  const folder = (variable: string, usual: string) => {
    const set = variables[variable];
    if (set === undefined) return usual;
    return typeof set === 'string' && /^\/[^{}\p{Cc}]*$/u.test(set) ? set : undefined;
  };
  return { etcd: folder('etcd_data_dir', '/var/lib/etcd'), downloads: folder('local_release_dir', '/tmp') };
}

/** Those of them that are to be looked at besides the usual ones. */
export function roomPathsOf(specification: Pick<Specification, 'kubespray'>): string[] {
  const { etcd, downloads } = roomFolders(specification);
  return [etcd, downloads].filter(
    (path): path is string => path !== undefined && !(roomPaths as readonly string[]).includes(path),
  );
}
