import { membersOf } from '../specification/members.js';
import type { HostSpecification, Specification } from '../specification/specification.js';
import type { Architecture } from './architecture.js';
import type { Group } from './download-items.js';
import { downloadsOf } from './downloads.js';
import { urlParts } from './url-parts.js';

/** Something that a host asks a mirror for. */
export interface MirrorQuestion {
  /** `tls-first`: whether a registry without TLS answers containerd, which begins with TLS, so that it goes on without. */
  readonly kind: 'file' | 'image' | 'tls-first';
  readonly address: string;
  /** SHA-256 that the file should have; where it is named, the file is read to its end. */
  readonly digest?: string;
}

/** What each host has to ask, by inventory name, and what nobody can ask for. */
export interface MirrorQuestions {
  readonly questions: Readonly<Record<string, readonly MirrorQuestion[]>>;
  /** A phrase each. */
  readonly unknown: readonly string[];
}

/**
 * What the hosts have to find in the mirror: each file and image that they download from there. Each file is read by the first
 * host alone that wants it, to compare its digest.
 * @param processors of those hosts that are to ask, by inventory name
 */
export function mirrorQuestions({
  specification,
  release,
  processors,
}: {
  readonly specification: Specification;
  readonly release: string;
  readonly processors: Readonly<Record<string, Architecture>>;
}): MirrorQuestions {
  const found = downloadsOf({ specification, release });
  if (found === undefined)
    return { questions: {}, unknown: [`everything: Kubespray ${release} is not known to Slipway`] };
  const read = new Set<string>();
  const asking = specification.hosts.filter(({ name }) => Object.hasOwn(processors, name));
  const questions = asking.map((host) => {
    const isWanted = wantedBy(specification, host);
    const files = found.files
      .filter((file) => isWanted(file.group) && file.architecture === processors[host.name])
      .filter(({ address, upstream }) => address !== upstream)
      .map(({ address, digest }): MirrorQuestion => {
        const isFirst = !read.has(address);
        read.add(address);
        return { kind: 'file', address, ...(digest !== undefined && isFirst && { digest }) };
      });
    const images = found.images
      .filter((image) => isWanted(image.group) && image.address !== undefined)
      .map(({ address = '' }): MirrorQuestion => ({ kind: 'image', address }));
    const plain = new Set(
      images
        .map(({ address }) => urlParts(address))
        .filter(({ isPlain }) => isPlain)
        .map(({ origin }) => origin),
    );
    const first = [...plain].map((address): MirrorQuestion => ({ kind: 'tls-first', address }));
    return [host.name, [...files, ...images, ...first]] as const;
  });
  return { questions: Object.fromEntries(questions), unknown: found.unknown };
}

/** Kubespray's groups of a host, as the inventory has them. */
function wantedBy(specification: Specification, host: HostSpecification): (group: Group) => boolean {
  const { controlPlanes, etcdMembers, workers } = membersOf(specification);
  const groups: Readonly<Record<Group, readonly HostSpecification[]>> = {
    k8s_cluster: [...controlPlanes, ...workers],
    kube_control_plane: controlPlanes,
    kube_node: workers,
    etcd: etcdMembers,
  };
  return (group) => groups[group].includes(host);
}
