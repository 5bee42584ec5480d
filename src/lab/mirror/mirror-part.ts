import type { StubModule } from '../kubernetes/go-modules.js';

/** One thing that a release of Kubespray downloads: a file, or an image for pods. */
export interface MirrorPart {
  /** Unique in its release: [a-z-]+. */
  readonly name: string;
  /** Of what the mirror has. */
  readonly version: string;
  /** Of what the release downloads by itself. */
  readonly releaseVersion: string;
  /** The release's variable that asks for `version` in place of its own one, where it has to be set. */
  readonly versionVariable?: string;
  /** `stand-in`: another program that does what the installation and the cluster ask of this one. */
  readonly nature: 'real' | 'stand-in';
  /** What differs from what the release downloads, beside the version. */
  readonly remark?: string;
  readonly contents: PartContents;
  readonly delivery: FileDelivery | ImageDelivery;
}

/** What a part is made of. */
export interface PartContents {
  /** Programs built of Go modules. */
  readonly modules?: readonly StubModule[];
  /** Programs of which the whole source is here, of Go's standard library alone: name → source. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Shell scripts: name → text. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A file under one of the addresses that the release's variables redirect. */
export interface FileDelivery {
  readonly kind: 'file';
  /** Beneath the mirror's address. Its first part is the host that it stands for, see {@link githubFolder}. */
  readonly path: string;
  /** The release's variable with the digest that the file must have. */
  readonly checksumVariable: string;
  /** Folder within the archive that has the programs, '' for none; absent where the file is the program itself. */
  readonly archiveFolder?: string;
}

/** An image under its own name: containerd asks the mirror before the registry. */
export interface ImageDelivery {
  readonly kind: 'image';
  /** Such as "registry.k8s.io". */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Folder within the image that has the programs. */
  readonly folder: string;
  readonly entrypoint?: readonly string[];
  /** Whether iptables, ipset, conntrack, busybox and nginx are in it, out of the distribution's packages. */
  readonly debianTools?: boolean;
}

/** In which version a part is to be had, and which the release would download by itself. */
export type PartVersion = Pick<MirrorPart, 'version' | 'releaseVersion'>;

/** The versions of a part, with the variable by which the release asks for another one than its own. */
export function asked(
  { version, releaseVersion }: PartVersion,
  versionVariable: string,
): PartVersion & Pick<MirrorPart, 'versionVariable'> {
  return { version, releaseVersion, ...(version !== releaseVersion && { versionVariable }) };
}

/** What `github_url` and `dl_k8s_io_url` of the release become: folders beneath the mirror's address. */
export const githubFolder = 'github';
export const kubernetesFolder = 'dl';

/** Where a release of a project on GitHub has a file, beneath the mirror's address. */
export function githubPath(file: {
  readonly project: string;
  readonly version: string;
  readonly name: string;
}): string {
  return `${githubFolder}/${file.project}/releases/download/v${file.version}/${file.name}`;
}

/** A release and all that the mirror has for it. */
export interface MirrorRelease {
  /** Kubespray's tag. */
  readonly name: string;
  readonly parts: readonly MirrorPart[];
  /** Variables that the mirror needs besides addresses, versions and digests. */
  readonly variables: Readonly<Record<string, string | boolean>>;
}

/** Full name of an image, as pods ask for it. */
export function imageReference({ registry, repository, tag }: ImageDelivery): string {
  return `${registry}/${repository}:${tag}`;
}
