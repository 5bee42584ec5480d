import { corednsVersion, kubernetesVersion, networkPluginsVersion } from './versions.js';

/** A Go module of our own that exists to build commands of others at fixed versions. */
export interface StubModule {
  readonly name: string;
  /** The module that brings the commands. */
  readonly module: string;
  readonly version: string;
  /** Import paths of the commands; the last part of each is the program's name, unless another one is given. */
  readonly commands: readonly (string | { readonly program: string; readonly path: string })[];
  /** A command of its own, by its program's name. */
  readonly own?: OwnSource | AdaptedSource;
  /** Words for -ldflags besides those that leave symbols out. */
  readonly linkerFlags?: readonly string[];
  readonly tags?: readonly string[];
  /** Whether its C sources are compiled too. Default: no. */
  readonly cgo?: boolean;
  /** Other modules that a command of its own imports, with their versions. */
  readonly needs?: Readonly<Record<string, string>>;
}

export interface OwnSource {
  readonly program: string;
  readonly source: string;
}

/** The module's own main.go without some of its imports. */
export interface AdaptedSource {
  readonly program: string;
  /** Import paths of packages that nothing but the import refers to. */
  readonly withoutImports: readonly string[];
}

const buildInfo = 'k8s.io/component-base/version';

/** The commands of Kubernetes that a cluster needs; kubeadm is not among them. */
export const kubernetesModule: StubModule = {
  name: 'kubernetes',
  module: 'k8s.io/kubernetes',
  version: kubernetesVersion,
  commands: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubectl'].map(
    (name) => `k8s.io/kubernetes/cmd/${name}`,
  ),
  linkerFlags: [
    `-X ${buildInfo}.gitVersion=v${kubernetesVersion}`,
    `-X ${buildInfo}.gitMajor=${kubernetesVersion.split('.')[0] ?? ''}`,
    `-X ${buildInfo}.gitMinor=${kubernetesVersion.split('.')[1] ?? ''}`,
  ],
};

/** What containerd calls to connect a pod to the node's bridge. */
export const networkPluginsModule: StubModule = {
  name: 'network-plugins',
  module: 'github.com/containernetworking/plugins',
  version: networkPluginsVersion,
  commands: ['plugins/main/bridge', 'plugins/main/loopback', 'plugins/ipam/host-local'].map(
    (path) => `github.com/containernetworking/plugins/${path}`,
  ),
};

/** CoreDNS with few of its plugins: those that talk to Kubernetes and to clouds are most of its size. */
const corednsSource = `package main

import (
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
)

func main() { coremain.Run() }
`;

export const corednsModule: StubModule = {
  name: 'coredns',
  module: 'github.com/coredns/coredns',
  version: corednsVersion,
  commands: [],
  own: { program: 'coredns', source: corednsSource },
};

/**
 * The go.mod of a stub. What the module's own go.mod replaces by folders beside it (Kubernetes' staging modules) is
 * replaced by the published module of the same name and of the matching version v0.x.
 * @param original the text of the module's go.mod
 */
export function stubGoMod({ name, module, version, needs = {} }: StubModule, original: string): string {
  const language = /^go (\S+)$/m.exec(original)?.[1] ?? '1.21';
  const staging = [...original.matchAll(/^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+\.\/staging\/\S+$/gm)];
  const stagingVersion = `v${version.replace(/^1\./, '0.')}`;
  return [
    `module slipway.lab/${name}`,
    `go ${language}`,
    `require ${module} v${version}`,
    ...Object.entries(needs).map(([path, needed]) => `require ${path} v${needed}`),
    ...staging.map(([, path = '']) => `replace ${path} => ${path} ${stagingVersion}`),
    '',
  ].join('\n\n');
}

/** A main.go without the lines that import these packages. */
export function adaptedSource(original: string, withoutImports: readonly string[]): string {
  const dropped = withoutImports.map((path) => `"${path}"`);
  return original
    .split('\n')
    .filter((line) => !dropped.some((path) => line.trim().endsWith(path)))
    .join('\n');
}

/** What is built of a stub: import paths (`.` for a command of its own) with the names of the programs. */
export function programsOf({
  commands,
  own,
}: StubModule): { readonly program: string; readonly path: string }[] {
  return [
    ...commands.map((each) =>
      typeof each === 'string' ? { path: each, program: each.slice(each.lastIndexOf('/') + 1) } : each,
    ),
    ...(own ? [{ path: '.', program: own.program }] : []),
  ];
}
