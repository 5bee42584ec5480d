import type { MirrorSpecification } from '../specification/specification.js';
import { isLater } from '../values/version.js';
import { urlParts } from './url-parts.js';

type Variables = Readonly<Record<string, unknown>>;

/** The variable by which containerd is told where to ask for images first. */
export const registryMirrorsVariable = 'containerd_registries_mirrors';

/** Where Kubespray has files from, by the variable that says so. */
export const fileSources: Readonly<Record<string, string>> = {
  github_url: 'https://github.com',
  dl_k8s_io_url: 'https://dl.k8s.io',
  storage_googleapis_url: 'https://storage.googleapis.com',
  get_helm_url: 'https://get.helm.sh',
};

/** Where Kubespray has images from, by the variable that says so. */
export const imageSources: Readonly<Record<string, string>> = {
  kube_image_repo: 'registry.k8s.io',
  docker_image_repo: 'docker.io',
  quay_image_repo: 'quay.io',
  github_image_repo: 'ghcr.io',
  gcr_image_repo: 'gcr.io',
};

/**
 * The variables of Kubespray by which a release takes files and images from a mirror. Files lie beneath a folder for each host
 * that they come from, as Kubespray's own scripts for closed networks leave them. Images keep their names: containerd asks the
 * mirror first.
 * @param release Kubespray's
 */
export function downloadVariables({ files, registry }: MirrorSpecification, release: string): Variables {
  return {
    ...(files !== undefined && fileVariables(files, release)),
    ...(registry !== undefined && { [registryMirrorsVariable]: registryMirrors(registry) }),
  };
}

function fileVariables(files: string, release: string): Variables {
  const { origin, path } = urlParts(files);
  const base = `${origin}${path}`;
  const folders = Object.entries(fileSources).map(([name, source]) => [
    name,
    `${base}/${urlParts(source).host}`,
  ]);
  return {
    ...(Object.fromEntries(folders) as Variables),
    // Releases before v2.25.0 ask GitHub for this one, whatever github_url says.
    ...(isLater('v2.25.0', release) && {
      calico_crds_download_url: `${base}/github.com/projectcalico/calico/archive/{{ calico_version }}.tar.gz`,
    }),
  };
}

/** One of containerd's places to ask for the images of a registry. */
interface RegistryMirror {
  readonly prefix: string;
  readonly mirrors: readonly {
    readonly host: string;
    readonly capabilities: readonly string[];
    readonly skip_verify: boolean;
    readonly override_path?: boolean;
  }[];
}

/** A path of the mirror comes behind /v2, where containerd has to be told not to add one of its own. */
function registryMirrors(registry: string): RegistryMirror[] {
  const { isPlain, origin, path } = urlParts(registry);
  const mirror = {
    host: path === '' ? origin : `${origin}/v2${path}`,
    capabilities: ['pull', 'resolve'],
    skip_verify: isPlain,
    ...(path !== '' && { override_path: true }),
  };
  return Object.values(imageSources).map((prefix) => ({ prefix, mirrors: [mirror] }));
}

/**
 * The address of an image's manifest at the first mirror of its registry (OCI Distribution Specification 1.1, "pull").
 * @param mirrors the value of {@link registryMirrorsVariable}, which may be an operator's own
 * @returns undefined where no mirror is named for that registry
 */
export function manifestAddress(
  { registry, repository, tag }: { registry: string; repository: string; tag: string },
  mirrors: unknown,
): string | undefined {
  const own: unknown[] = Array.isArray(mirrors) ? mirrors : [];
  const found = own.find((one): one is RegistryMirror => isMirrorOf(registry, one))?.mirrors[0];
  if (found === undefined) return undefined;
  const base = found.override_path === true ? found.host : `${found.host}/v2`;
  return `${base}/${repository}/manifests/${tag}?ns=${registry}`;
}

function isMirrorOf(registry: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { prefix, mirrors } = value as Record<string, unknown>;
  const [first] = Array.isArray(mirrors) ? (mirrors as unknown[]) : [];
  const hasHost =
    typeof first === 'object' &&
    first !== null &&
    /^https?:\/\/[^{}]+$/.test(String((first as Record<string, unknown>)['host']));
  return prefix === registry && hasHost;
}
