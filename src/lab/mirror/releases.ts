import { LabError } from '../errors.js';
import { kubernetesVersion } from '../kubernetes/versions.js';
import { containerdPart, crictlPart, nerdctlPart, pausePart, runcPart } from './containerd-parts.js';
import { etcdPart, kubernetesParts } from './kubernetes-parts.js';
import type { MirrorPart, MirrorRelease, PartVersion } from './mirror-part.js';
import {
  corednsPart,
  flannelPart,
  flannelPluginPart,
  networkPluginsPart,
  nginxPart,
  nodeCachePart,
} from './network-parts.js';

/** What a release downloads, and in which version it is to be had. */
interface ReleaseVersions {
  readonly kubernetes: PartVersion;
  readonly etcd: PartVersion;
  readonly containerd: PartVersion;
  readonly runc: PartVersion;
  readonly networkPlugins: PartVersion;
  readonly crictl: PartVersion;
  readonly nerdctl: PartVersion;
  readonly pause: PartVersion;
  readonly coredns: PartVersion;
  readonly nodeCache: PartVersion;
  readonly flannel: PartVersion;
  readonly flannelPlugin: PartVersion;
  readonly nginx: PartVersion;
}

const same = (version: string): PartVersion => ({ version, releaseVersion: version });

/** Where the Go modules of a version are not all to be had, the nearest that has them stands in its place. */
const versions: Readonly<Record<string, ReleaseVersions>> = {
  'v2.29.1': {
    kubernetes: { version: kubernetesVersion, releaseVersion: '1.33.7' },
    // 3.6 lacks `etcdctl backup`, which the release calls.
    etcd: { version: '3.5.35', releaseVersion: '3.5.25' },
    containerd: same('2.1.5'),
    runc: same('1.3.4'),
    networkPlugins: same('1.8.0'),
    crictl: { version: '1.34.0', releaseVersion: '1.33.0' },
    nerdctl: same('2.1.6'),
    pause: same('3.10'),
    coredns: same('1.12.0'),
    nodeCache: same('1.25.0'),
    flannel: { version: '0.28.10', releaseVersion: '0.27.3' },
    flannelPlugin: { version: '0.9.1', releaseVersion: '1.7.1-flannel1' },
    nginx: { version: '1.22.1', releaseVersion: '1.28.0' },
  },
};

/** What soon shows a lack of something comes first; Kubernetes takes longest. */
function partsOf(of: ReleaseVersions): MirrorPart[] {
  return [
    nerdctlPart(of.nerdctl),
    pausePart(of.pause),
    nginxPart(of.nginx),
    networkPluginsPart(of.networkPlugins),
    runcPart(of.runc),
    containerdPart(of.containerd),
    crictlPart(of.crictl),
    etcdPart(of.etcd),
    ...kubernetesParts(of.kubernetes),
    corednsPart(of.coredns),
    nodeCachePart(of.nodeCache, of.coredns.version),
    flannelPart(of.flannel),
    flannelPluginPart(of.flannelPlugin),
  ];
}

const variables = {
  kube_network_plugin: 'flannel',
  // The stand-in for nerdctl, which would be asked otherwise, cannot pull images.
  image_command_tool: 'crictl',
  enable_dns_autoscaler: false,
};

/** The releases of Kubespray that the mirror knows, the newest first. */
export const mirrorReleases: readonly MirrorRelease[] = Object.entries(versions).map(([name, of]) => ({
  name,
  parts: partsOf(of),
  variables,
}));

/**
 * @param name Kubespray's tag; without one, the newest that is known
 * @throws LabError for a release that the mirror has nothing for
 */
export function findMirrorRelease(name?: string): MirrorRelease {
  const found = mirrorReleases.find((each) => name === undefined || each.name === name);
  if (found) return found;
  const known = mirrorReleases.map((each) => each.name).join(', ');
  throw new LabError(`The mirror has nothing for Kubespray ${name ?? ''}. It knows: ${known}.`);
}
