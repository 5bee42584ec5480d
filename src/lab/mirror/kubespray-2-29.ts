import { kubernetesModule, type StubModule } from '../kubernetes/go-modules.js';
import { podProgram } from '../kubernetes/pod-program.js';
import { kubernetesVersion } from '../kubernetes/versions.js';
import { corednsModule, nodeCacheModule } from './dns-modules.js';
import {
  githubFolder,
  kubernetesFolder,
  type FileDelivery,
  type ImageDelivery,
  type MirrorPart,
  type MirrorRelease,
} from './mirror-part.js';

/** What the release installs by itself, and what is to be had where that is not. */
const versions = {
  kubernetes: { version: kubernetesVersion, releaseVersion: '1.33.7', versionVariable: 'kube_version' },
  etcd: { version: '3.5.35', releaseVersion: '3.5.25', versionVariable: 'etcd_version' },
  crictl: { version: '1.34.0', releaseVersion: '1.33.0', versionVariable: 'crictl_version' },
  flannel: { version: '0.28.10', releaseVersion: '0.27.3', versionVariable: 'flannel_version' },
  containerd: { version: '2.1.5', releaseVersion: '2.1.5' },
  runc: { version: '1.3.4', releaseVersion: '1.3.4' },
  networkPlugins: { version: '1.8.0', releaseVersion: '1.8.0' },
  nerdctl: { version: '2.1.6', releaseVersion: '2.1.6' },
  coredns: { version: '1.12.0', releaseVersion: '1.12.0' },
  nodeCache: { version: '1.25.0', releaseVersion: '1.25.0' },
  pause: { version: '3.10', releaseVersion: '3.10' },
} as const;

function github(project: string, version: string, file: string): string {
  return `${githubFolder}/${project}/releases/download/v${version}/${file}`;
}

function kubernetesProgram(program: string): StubModule {
  return { ...kubernetesModule, commands: [`k8s.io/kubernetes/cmd/${program}`] };
}

function kubernetesFile(program: string): MirrorPart {
  const delivery: FileDelivery = {
    kind: 'file',
    path: `${kubernetesFolder}/release/v${versions.kubernetes.version}/bin/linux/amd64/${program}`,
    checksumVariable: `${program}_binary_checksum`,
  };
  return {
    name: program,
    ...versions.kubernetes,
    nature: 'real',
    contents: { modules: [kubernetesProgram(program)] },
    delivery,
  };
}

function kubernetesImage(program: string, more: Partial<ImageDelivery> = {}): MirrorPart {
  return {
    name: program,
    ...versions.kubernetes,
    nature: 'real',
    contents: { modules: [kubernetesProgram(program)] },
    delivery: {
      kind: 'image',
      registry: 'registry.k8s.io',
      repository: program,
      tag: `v${versions.kubernetes.version}`,
      folder: '/usr/local/bin',
      ...more,
    },
  };
}

const etcd: MirrorPart = {
  name: 'etcd',
  ...versions.etcd,
  nature: 'real',
  contents: {
    modules: [
      ['etcd', 'server'],
      ['etcdctl', 'etcdctl'],
      ['etcdutl', 'etcdutl'],
    ].map(([program = '', folder = '']) => ({
      name: program,
      module: `go.etcd.io/etcd/${folder}/v3`,
      version: versions.etcd.version,
      commands: [{ program, path: `go.etcd.io/etcd/${folder}/v3` }],
    })),
  },
  delivery: {
    kind: 'file',
    path: github('etcd-io/etcd', versions.etcd.version, `etcd-v${versions.etcd.version}-linux-amd64.tar.gz`),
    checksumVariable: 'etcd_binary_checksum',
    archiveFolder: `etcd-v${versions.etcd.version}-linux-amd64`,
  },
};

const containerdPath = 'github.com/containerd/containerd/v2';

const containerd: MirrorPart = {
  name: 'containerd',
  ...versions.containerd,
  nature: 'real',
  contents: {
    modules: [
      {
        name: 'containerd',
        module: containerdPath,
        version: versions.containerd.version,
        commands: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(
          (name) => `${containerdPath}/cmd/${name}`,
        ),
        linkerFlags: [`-X ${containerdPath}/version.Version=v${versions.containerd.version}`],
        tags: ['no_btrfs'],
      },
    ],
  },
  delivery: {
    kind: 'file',
    path: github(
      'containerd/containerd',
      versions.containerd.version,
      `containerd-${versions.containerd.version}-linux-amd64.tar.gz`,
    ),
    checksumVariable: 'containerd_archive_checksum',
    archiveFolder: 'bin',
  },
};

const runc: MirrorPart = {
  name: 'runc',
  ...versions.runc,
  nature: 'real',
  contents: {
    modules: [
      {
        name: 'runc',
        module: 'github.com/opencontainers/runc',
        version: versions.runc.version,
        commands: ['github.com/opencontainers/runc'],
        linkerFlags: ['-extldflags -static'],
        tags: ['seccomp', 'netgo', 'osusergo'],
        cgo: true,
      },
    ],
  },
  delivery: {
    kind: 'file',
    path: github('opencontainers/runc', versions.runc.version, 'runc.amd64'),
    checksumVariable: 'runc_binary_checksum',
  },
};

const networkPluginsPath = 'github.com/containernetworking/plugins';

const networkPlugins: MirrorPart = {
  name: 'cni-plugins',
  ...versions.networkPlugins,
  nature: 'real',
  contents: {
    modules: [
      {
        name: 'cni-plugins',
        module: networkPluginsPath,
        version: versions.networkPlugins.version,
        commands: [
          ...['bridge', 'dummy', 'host-device', 'ipvlan', 'loopback', 'macvlan', 'ptp', 'tap', 'vlan'].map(
            (name) => `main/${name}`,
          ),
          ...['dhcp', 'host-local', 'static'].map((name) => `ipam/${name}`),
          ...['bandwidth', 'firewall', 'portmap', 'sbr', 'tuning', 'vrf'].map((name) => `meta/${name}`),
        ].map((path) => `${networkPluginsPath}/plugins/${path}`),
        linkerFlags: [
          `-X ${networkPluginsPath}/pkg/utils/buildversion.BuildVersion=v${versions.networkPlugins.version}`,
        ],
      },
    ],
  },
  delivery: {
    kind: 'file',
    path: github(
      'containernetworking/plugins',
      versions.networkPlugins.version,
      `cni-plugins-linux-amd64-v${versions.networkPlugins.version}.tgz`,
    ),
    checksumVariable: 'cni_binary_checksum',
    archiveFolder: '',
  },
};

const crictl: MirrorPart = {
  name: 'crictl',
  ...versions.crictl,
  nature: 'real',
  contents: {
    modules: [
      {
        name: 'crictl',
        module: 'sigs.k8s.io/cri-tools',
        version: versions.crictl.version,
        commands: ['sigs.k8s.io/cri-tools/cmd/crictl'],
        linkerFlags: [`-X sigs.k8s.io/cri-tools/pkg/version.Version=v${versions.crictl.version}`],
      },
    ],
  },
  delivery: {
    kind: 'file',
    path: github(
      'kubernetes-sigs/cri-tools',
      versions.crictl.version,
      `crictl-v${versions.crictl.version}-linux-amd64.tar.gz`,
    ),
    checksumVariable: 'crictl_binary_checksum',
    archiveFolder: '',
  },
};

/** The release asks it for shell completion and, with `image_command_tool: crictl`, for nothing else. */
const nerdctlScript = `#!/bin/sh
set -eu
case "\${1:-}" in
  completion) echo '# This nerdctl is a stand-in and completes nothing.' ;;
  version | --version) echo 'nerdctl version ${versions.nerdctl.version} (stand-in)' ;;
  *)
    echo "This nerdctl is a stand-in and cannot do: $*. Use crictl or ctr." >&2
    exit 64
    ;;
esac
`;

const nerdctl: MirrorPart = {
  name: 'nerdctl',
  ...versions.nerdctl,
  nature: 'stand-in',
  remark: 'a script that knows its version and no command',
  contents: { scripts: { nerdctl: nerdctlScript } },
  delivery: {
    kind: 'file',
    path: github(
      'containerd/nerdctl',
      versions.nerdctl.version,
      `nerdctl-${versions.nerdctl.version}-linux-amd64.tar.gz`,
    ),
    checksumVariable: 'nerdctl_archive_checksum',
    archiveFolder: '',
  },
};

const flannelPath = 'github.com/flannel-io/flannel';

const flannel: MirrorPart = {
  name: 'flannel',
  ...versions.flannel,
  nature: 'real',
  remark: 'without the backends udp and those of clouds; iptables and busybox are the distribution’s',
  contents: {
    modules: [
      {
        name: 'flannel',
        module: flannelPath,
        version: versions.flannel.version,
        commands: [],
        own: {
          program: 'flanneld',
          withoutImports: ['alivpc', 'awsvpc', 'gce', 'tencentvpc', 'udp'].map(
            (name) => `${flannelPath}/pkg/backend/${name}`,
          ),
        },
        linkerFlags: [`-X ${flannelPath}/pkg/version.Version=v${versions.flannel.version}`],
      },
    ],
  },
  delivery: {
    kind: 'image',
    registry: 'docker.io',
    repository: 'flannel/flannel',
    tag: `v${versions.flannel.version}`,
    folder: '/opt/bin',
    entrypoint: ['/opt/bin/flanneld'],
    debianTools: true,
  },
};

/** The plugin has no module of its own; the older collection of plugins has it. */
const flannelPlugin: MirrorPart = {
  name: 'flannel-cni-plugin',
  version: '0.9.1',
  releaseVersion: '1.7.1-flannel1',
  nature: 'real',
  remark: 'out of the collection of plugins 0.9.1, under the name that the release asks for',
  contents: {
    modules: [
      {
        name: 'flannel-cni-plugin',
        module: networkPluginsPath,
        version: '0.9.1',
        commands: [`${networkPluginsPath}/plugins/meta/flannel`],
      },
    ],
  },
  delivery: {
    kind: 'image',
    registry: 'docker.io',
    repository: 'flannel/flannel-cni-plugin',
    tag: 'v1.7.1-flannel1',
    folder: '/',
    debianTools: true,
  },
};

const coredns: MirrorPart = {
  name: 'coredns',
  ...versions.coredns,
  nature: 'real',
  remark: 'without the plugins for clouds and tracing',
  contents: { modules: [corednsModule(versions.coredns.version)] },
  delivery: {
    kind: 'image',
    registry: 'registry.k8s.io',
    repository: 'coredns/coredns',
    tag: `v${versions.coredns.version}`,
    folder: '/',
    entrypoint: ['/coredns'],
  },
};

const nodeCache: MirrorPart = {
  name: 'node-cache',
  ...versions.nodeCache,
  nature: 'stand-in',
  remark: `CoreDNS ${versions.coredns.version} that sets its address and no rule of iptables`,
  contents: { modules: [nodeCacheModule(versions.coredns.version)] },
  delivery: {
    kind: 'image',
    registry: 'registry.k8s.io',
    repository: 'dns/k8s-dns-node-cache',
    tag: versions.nodeCache.version,
    folder: '/',
    entrypoint: ['/node-cache'],
  },
};

const pause: MirrorPart = {
  name: 'pause',
  ...versions.pause,
  nature: 'stand-in',
  remark: 'the program of the lab’s own pods, which waits and reaps',
  contents: { sources: { pause: podProgram } },
  delivery: {
    kind: 'image',
    registry: 'registry.k8s.io',
    repository: 'pause',
    tag: versions.pause.version,
    folder: '/',
    entrypoint: ['/pause'],
  },
};

const nginxModule = '/usr/lib/nginx/modules/ngx_stream_module.so';

const nginx: MirrorPart = {
  name: 'nginx',
  version: '1.22.1',
  releaseVersion: '1.28.0',
  nature: 'real',
  remark: 'the distribution’s, under the name that the release asks for',
  contents: {},
  delivery: {
    kind: 'image',
    registry: 'docker.io',
    repository: 'library/nginx',
    tag: '1.28.0-alpine',
    folder: '/',
    // The distribution's nginx has its module for TCP apart, and the release's configuration takes it for built in.
    entrypoint: ['/usr/sbin/nginx', '-g', `daemon off; load_module ${nginxModule};`],
    debianTools: true,
  },
};

/**
 * What Kubespray v2.29.1 downloads for a cluster with flannel. Not each version of each program is to be had as a Go
 * module; one that is stands in its place, and the release is told so by its own variable.
 */
export const kubespray2_29_1: MirrorRelease = {
  name: 'v2.29.1',
  parts: [
    nerdctl,
    pause,
    nginx,
    networkPlugins,
    runc,
    containerd,
    crictl,
    etcd,
    kubernetesFile('kubeadm'),
    kubernetesFile('kubelet'),
    kubernetesFile('kubectl'),
    kubernetesImage('kube-apiserver'),
    kubernetesImage('kube-controller-manager'),
    kubernetesImage('kube-scheduler'),
    kubernetesImage('kube-proxy', { debianTools: true }),
    coredns,
    nodeCache,
    flannel,
    flannelPlugin,
  ],
  variables: {
    kube_network_plugin: 'flannel',
    // The stand-in for nerdctl, which would be asked otherwise, cannot pull images.
    image_command_tool: 'crictl',
    enable_dns_autoscaler: false,
  },
};
