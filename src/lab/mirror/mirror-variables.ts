import { githubFolder, kubernetesFolder, type ImageDelivery, type MirrorRelease } from './mirror-part.js';
import type { StoredPart } from './mirror-store.js';

/** Variables of Kubespray by their names, as in `kubespray.variables` of cluster.yaml. */
export type KubesprayVariables = Readonly<Record<string, unknown>>;

/**
 * The variables by which a release takes everything from the mirror: where files and images come from, the versions that
 * stand in for its own, and the digests of the files.
 * @param url "http://<address>:<port>" of the server
 */
export function mirrorVariables(
  release: MirrorRelease,
  { url, stored }: { readonly url: string; readonly stored: readonly StoredPart[] },
): KubesprayVariables {
  return {
    ...versionVariables(release),
    github_url: `${url}/${githubFolder}`,
    dl_k8s_io_url: `${url}/${kubernetesFolder}`,
    ...checksumVariables(stored),
    containerd_registries_mirrors: registriesOf(release).map((prefix) => ({
      prefix,
      mirrors: [{ host: url, capabilities: ['pull', 'resolve'], skip_verify: true }],
    })),
    ...release.variables,
  };
}

function versionVariables({ parts }: MirrorRelease): KubesprayVariables {
  return Object.fromEntries(
    parts.flatMap(({ version, versionVariable }) =>
      versionVariable === undefined ? [] : [[versionVariable, version]],
    ),
  );
}

function checksumVariables(stored: readonly StoredPart[]): KubesprayVariables {
  return Object.fromEntries(
    stored.flatMap(({ part: { delivery }, record }) => {
      const [file] = record?.files ?? [];
      return delivery.kind === 'file' && file ? [[delivery.checksumVariable, file.digest]] : [];
    }),
  );
}

/** Every registry whose images the mirror has. */
function registriesOf({ parts }: MirrorRelease): string[] {
  const images = parts
    .map(({ delivery }) => delivery)
    .filter((each): each is ImageDelivery => each.kind === 'image');
  return [...new Set(images.map(({ registry }) => registry))].sort();
}
