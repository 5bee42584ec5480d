import { kubernetesModule } from '../kubernetes/go-modules.js';
import {
  asked,
  githubPath,
  kubernetesFolder,
  type FileDelivery,
  type ImageDelivery,
  type MirrorPart,
  type PartVersion,
} from './mirror-part.js';

/** Kubernetes' own programs. Their sources are one module, in the version that the lab's own cluster has too. */
export function kubernetesParts(versions: PartVersion): MirrorPart[] {
  return [
    ...['kubeadm', 'kubelet', 'kubectl'].map((program) =>
      kubernetesPart(versions, { program, delivery: kubernetesFile(program, versions.version) }),
    ),
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((program) =>
      kubernetesPart(versions, { program, delivery: kubernetesImage(program, versions.version) }),
    ),
  ];
}

function kubernetesPart(
  versions: PartVersion,
  { program, delivery }: { readonly program: string; readonly delivery: MirrorPart['delivery'] },
): MirrorPart {
  return {
    name: program,
    ...asked(versions, 'kube_version'),
    nature: 'real',
    contents: { modules: [{ ...kubernetesModule, commands: [`k8s.io/kubernetes/cmd/${program}`] }] },
    delivery,
  };
}

function kubernetesFile(program: string, version: string): FileDelivery {
  return {
    kind: 'file',
    path: `${kubernetesFolder}/release/v${version}/bin/linux/amd64/${program}`,
    checksumVariable: `${program}_binary_checksum`,
  };
}

function kubernetesImage(program: string, version: string): ImageDelivery {
  return {
    kind: 'image',
    registry: 'registry.k8s.io',
    repository: program,
    tag: `v${version}`,
    folder: '/usr/local/bin',
    ...(program === 'kube-proxy' && { debianTools: true }),
  };
}

/** Each of etcd's three programs is a module of its own. */
export function etcdPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  const programs = { etcd: 'server', etcdctl: 'etcdctl', etcdutl: 'etcdutl' };
  return {
    name: 'etcd',
    ...asked(versions, 'etcd_version'),
    nature: 'real',
    contents: {
      modules: Object.entries(programs).map(([program, folder]) => ({
        name: program,
        module: `go.etcd.io/etcd/${folder}/v3`,
        version,
        commands: [{ program, path: `go.etcd.io/etcd/${folder}/v3` }],
      })),
    },
    delivery: {
      kind: 'file',
      path: githubPath({ project: 'etcd-io/etcd', version, name: `etcd-v${version}-linux-amd64.tar.gz` }),
      checksumVariable: 'etcd_binary_checksum',
      archiveFolder: `etcd-v${version}-linux-amd64`,
    },
  };
}
