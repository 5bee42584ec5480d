import { clusterDnsModule, nodeCacheModule } from './dns-modules.js';
import { asked, githubPath, type MirrorPart, type PartVersion } from './mirror-part.js';

const pluginsModule = 'github.com/containernetworking/plugins';

const plugins = [
  ...['bridge', 'dummy', 'host-device', 'ipvlan', 'loopback', 'macvlan', 'ptp', 'tap', 'vlan'].map(
    (name) => `main/${name}`,
  ),
  ...['dhcp', 'host-local', 'static'].map((name) => `ipam/${name}`),
  ...['bandwidth', 'firewall', 'portmap', 'sbr', 'tuning', 'vrf'].map((name) => `meta/${name}`),
];

export function networkPluginsPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  const project = 'containernetworking/plugins';
  return {
    name: 'cni-plugins',
    ...asked(versions, 'cni_version'),
    nature: 'real',
    contents: {
      modules: [
        {
          name: 'cni-plugins',
          module: pluginsModule,
          version,
          commands: plugins.map((path) => `${pluginsModule}/plugins/${path}`),
          linkerFlags: [`-X ${pluginsModule}/pkg/utils/buildversion.BuildVersion=v${version}`],
        },
      ],
    },
    delivery: {
      kind: 'file',
      path: githubPath({ project, version, name: `cni-plugins-linux-amd64-v${version}.tgz` }),
      checksumVariable: 'cni_binary_checksum',
      archiveFolder: '',
    },
  };
}

const flannelModule = 'github.com/flannel-io/flannel';

/** Of the backends that are left out, one needs a module that is not to be had. */
export function flannelPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  return {
    name: 'flannel',
    ...asked(versions, 'flannel_version'),
    nature: 'real',
    remark: 'without the backends udp and those of clouds; iptables and busybox are the distribution’s',
    contents: {
      modules: [
        {
          name: 'flannel',
          module: flannelModule,
          version,
          commands: [],
          own: {
            program: 'flanneld',
            withoutImports: ['alivpc', 'awsvpc', 'gce', 'tencentvpc', 'udp'].map(
              (name) => `${flannelModule}/pkg/backend/${name}`,
            ),
          },
          linkerFlags: [`-X ${flannelModule}/pkg/version.Version=v${version}`],
        },
      ],
    },
    delivery: {
      kind: 'image',
      registry: 'docker.io',
      repository: 'flannel/flannel',
      tag: `v${version}`,
      folder: '/opt/bin',
      entrypoint: ['/opt/bin/flanneld'],
      debianTools: true,
    },
  };
}

/** The plugin has no module of its own; the older collection of plugins has it. */
export function flannelPluginPart(versions: PartVersion): MirrorPart {
  const { version, releaseVersion } = versions;
  return {
    name: 'flannel-cni-plugin',
    version,
    releaseVersion,
    nature: 'real',
    remark: `out of the collection of plugins ${version}, under the name that the release asks for`,
    contents: {
      modules: [
        {
          name: 'flannel-cni-plugin',
          module: pluginsModule,
          version,
          commands: [`${pluginsModule}/plugins/meta/flannel`],
        },
      ],
    },
    delivery: {
      kind: 'image',
      registry: 'docker.io',
      repository: 'flannel/flannel-cni-plugin',
      tag: `v${releaseVersion}`,
      folder: '/',
      debianTools: true,
    },
  };
}

export function corednsPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  return {
    name: 'coredns',
    ...asked(versions, 'coredns_version'),
    nature: 'real',
    remark: 'without the plugins for clouds and tracing',
    contents: { modules: [clusterDnsModule(version)] },
    delivery: {
      kind: 'image',
      registry: 'registry.k8s.io',
      repository: 'coredns/coredns',
      tag: `v${version}`,
      folder: '/',
      entrypoint: ['/coredns'],
    },
  };
}

/** @param coredns the version of CoreDNS that stands in for it */
export function nodeCachePart(versions: PartVersion, coredns: string): MirrorPart {
  return {
    name: 'node-cache',
    ...asked(versions, 'nodelocaldns_version'),
    nature: 'stand-in',
    remark: `CoreDNS ${coredns} that sets its address and no rule of iptables`,
    contents: { modules: [nodeCacheModule(coredns)] },
    delivery: {
      kind: 'image',
      registry: 'registry.k8s.io',
      repository: 'dns/k8s-dns-node-cache',
      tag: versions.version,
      folder: '/',
      entrypoint: ['/node-cache'],
    },
  };
}

const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** What workers reach the control planes by, where there are several. */
export function nginxPart({ version, releaseVersion }: PartVersion): MirrorPart {
  return {
    name: 'nginx',
    version,
    releaseVersion,
    nature: 'real',
    remark: 'the distribution’s, under the name that the release asks for',
    contents: {},
    delivery: {
      kind: 'image',
      registry: 'docker.io',
      repository: 'library/nginx',
      tag: `${releaseVersion}-alpine`,
      folder: '/',
      // The distribution's nginx has its module for TCP apart, and the release's configuration takes it for built in.
      entrypoint: ['/usr/sbin/nginx', '-g', `daemon off; load_module ${streamModule};`],
      debianTools: true,
    },
  };
}
