import { isLater, sameMinor } from '../values/version.js';

/**
 * What Kubespray downloads in which version, unless a variable says otherwise: by the name of that variable, and by where a
 * range of releases begins. Where it depends on Kubernetes, each of the minor releases that can be installed has its own. Read
 * off each release's defaults and its tables of checksums; a `v` before a version is left out, as the releases differ in it.
 */
const table = `
etcd_version: v2.24.1 3.5.10, v2.24.3 3.5.16, v2.25.0 3.5.12, v2.25.1 3.5.16, v2.26.0 3.5.12, v2.26.1 3.5.16, v2.27.1 3.5.21, v2.28.0 3.5.16, v2.28.1 3.5.22, v2.29.0 3.5.23, v2.29.1 3.5.25, v2.30.0 3.5.26, v2.31.0 1.35:3.6.10 1.34:3.5.29 1.33:3.5.29
cni_version: v2.24.1 1.3.0, v2.26.0 1.4.0, v2.27.1 1.4.1, v2.29.0 1.8.0, v2.31.0 1.9.1
crictl_version: v2.24.1 1.28:1.28.0 1.27:1.27.1 1.26:1.26.1, v2.25.0 1.29:1.29.0 1.28:1.28.0 1.27:1.27.1, v2.26.0 1.30:1.30.0 1.29:1.29.0 1.28:1.28.0, v2.27.0 1.31:1.31.1 1.30:1.30.1 1.29:1.29.0, v2.28.0 1.32:1.32.0 1.31:1.31.1 1.30:1.30.1, v2.29.0 1.33:1.33.0 1.32:1.32.0 1.31:1.31.1, v2.30.0 1.34:1.34.0 1.33:1.33.0 1.32:1.32.0, v2.31.0 1.35:1.35.0 1.34:1.34.0 1.33:1.33.0
containerd_version: v2.24.1 1.7.13, v2.24.3 1.7.22, v2.25.0 1.7.16, v2.25.1 1.7.22, v2.26.0 1.7.21, v2.26.1 1.7.23, v2.27.0 1.7.24, v2.27.1 1.7.27, v2.28.0 2.0.5, v2.28.1 2.0.6, v2.29.0 2.1.4, v2.29.1 2.1.5, v2.30.0 2.2.1, v2.31.0 2.2.3
runc_version: v2.24.1 1.1.12, v2.24.3 1.1.14, v2.25.0 1.1.12, v2.25.1 1.1.14, v2.26.0 1.1.13, v2.26.1 1.1.14, v2.27.0 1.2.3, v2.27.1 1.2.6, v2.29.0 1.3.2, v2.29.1 1.3.4, v2.31.0 1.4.2
nerdctl_version: v2.24.1 1.7.1, v2.24.3 1.7.7, v2.25.0 1.7.4, v2.25.1 1.7.7, v2.26.0 1.7.6, v2.26.1 1.7.7, v2.28.0 2.0.5, v2.29.0 2.1.6, v2.30.0 2.2.1, v2.31.0 2.2.2
calico_version: v2.24.1 3.26.4, v2.25.0 3.27.3, v2.25.1 3.27.4, v2.26.0 3.28.1, v2.27.0 3.29.1, v2.27.1 3.29.4, v2.28.0 3.29.3, v2.28.1 3.29.5, v2.29.0 3.30.3, v2.29.1 3.30.5, v2.30.0 3.30.6, v2.31.0 3.31.5
cilium_cli_version: v2.24.1 0.15.0, v2.25.0 0.16.0, v2.27.1 0.16.24, v2.28.0 0.18.3, v2.28.1 0.18.6, v2.29.0 0.18.7, v2.29.1 0.18.9
cilium_version: v2.24.1 1.13.4, v2.25.0 1.15.4, v2.27.0 1.15.9, v2.28.0 1.17.3, v2.28.1 1.17.7, v2.29.0 1.18.2, v2.29.1 1.18.4, v2.30.0 1.18.6, v2.31.0 1.19.3
helm_version: v2.24.1 3.13.1, v2.25.0 3.14.2, v2.25.1 3.14.4, v2.26.0 3.15.4, v2.27.0 3.16.4, v2.29.0 3.18.4
gvisor_version: v2.24.1 20230807, v2.25.0 20240305, v2.28.0 20250512.0, v2.28.1 20250820.0, v2.29.1 20251201.0, v2.30.0 20260112.0, v2.31.0 20260323.0
pod_infra_version: v2.24.1 3.9, v2.27.0 1.31:3.10 1.30:3.9 1.29:3.9, v2.28.0 1.32:3.10 1.31:3.10 1.30:3.9, v2.29.0 3.10, v2.30.0 1.34:3.10.1 1.33:3.10 1.32:3.10, v2.31.0 1.35:3.10.1 1.34:3.10.1 1.33:3.10
coredns_version: v2.24.1 1.28:1.10.1 1.27:1.10.1 1.26:1.9.3, v2.25.0 1.29:1.11.1 1.28:1.10.1 1.27:1.10.1, v2.26.0 1.30:1.11.1 1.29:1.11.1 1.28:1.10.1, v2.27.0 1.31:1.11.3 1.30:1.11.3 1.29:1.11.1, v2.28.0 1.11.3, v2.29.0 1.33:1.12.0 1.32:1.11.3 1.31:1.11.3, v2.30.0 1.34:1.12.1 1.33:1.12.0 1.32:1.11.3, v2.31.0 1.35:1.12.4 1.34:1.12.1 1.33:1.12.0
nodelocaldns_version: v2.24.1 1.22.28, v2.28.0 1.25.0
dnsautoscaler_version: v2.24.1 1.8.8
nginx_image_tag: v2.24.1 1.25.2-alpine, v2.28.0 1.27.4-alpine, v2.29.0 1.28.0-alpine, v2.31.0 1.28.2-alpine
haproxy_image_tag: v2.24.1 2.8.2-alpine, v2.28.0 3.1.3-alpine, v2.29.0 3.2.4-alpine, v2.31.0 3.2.13-alpine
flannel_version: v2.24.1 0.22.0, v2.29.0 0.27.3, v2.31.0 0.28.4
flannel_cni_version: v2.24.1 1.1.2, v2.29.0 1.7.1-flannel1
kube_router_version: v2.24.1 2.0.0, v2.28.0 2.1.1
kube_vip_image_tag: v2.24.1 v0.5.12, v2.25.0 v0.8.0, v2.28.0 v0.8.9, v2.30.0 v1.0.3
metrics_server_version: v2.24.1 0.6.4, v2.25.0 0.7.0, v2.29.0 0.8.0, v2.31.0 0.8.1
local_path_provisioner_version: v2.24.1 0.0.24, v2.29.0 0.0.32
`;

interface Range {
  readonly from: string;
  /** Words: one version for all, or `<minor release of Kubernetes>:<version>` each. */
  readonly versions: readonly string[];
}

const ranges: ReadonlyMap<string, readonly Range[]> = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', text = ''] = line.split(': ');
      return [name, text.split(', ').map(rangeOf)] as const;
    }),
);

function rangeOf(text: string): Range {
  const [from = '', ...versions] = text.split(' ');
  return { from, versions };
}

/** Every variable of the table. */
export const versionVariables: readonly string[] = [...ranges.keys()];

/**
 * The version that a known release downloads by itself, without a `v`.
 * @param kubernetes the version that is installed
 * @returns undefined for a variable that is not in the table, or a Kubernetes that the release cannot install
 */
export function defaultVersion(
  variable: string,
  { release, kubernetes }: { readonly release: string; readonly kubernetes: string },
): string | undefined {
  const range = ranges.get(variable)?.findLast(({ from }) => !isLater(from, release));
  for (const word of range?.versions ?? []) {
    const [minor, version] = word.split(':');
    if (version === undefined) return minor;
    if (sameMinor(`${minor ?? ''}.0`, kubernetes)) return version;
  }
  return undefined;
}
