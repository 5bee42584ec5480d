import { podProgram } from '../kubernetes/pod-program.js';
import { asked, githubPath, type MirrorPart, type PartVersion } from './mirror-part.js';

const containerdModule = 'github.com/containerd/containerd/v2';

export function containerdPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  const project = 'containerd/containerd';
  return {
    name: 'containerd',
    ...asked(versions, 'containerd_version'),
    nature: 'real',
    contents: {
      modules: [
        {
          name: 'containerd',
          module: containerdModule,
          version,
          commands: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(
            (name) => `${containerdModule}/cmd/${name}`,
          ),
          linkerFlags: [`-X ${containerdModule}/version.Version=v${version}`],
          tags: ['no_btrfs'],
        },
      ],
    },
    delivery: {
      kind: 'file',
      path: githubPath({ project, version, name: `containerd-${version}-linux-amd64.tar.gz` }),
      checksumVariable: 'containerd_archive_checksum',
      archiveFolder: 'bin',
    },
  };
}

export function runcPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  return {
    name: 'runc',
    ...asked(versions, 'runc_version'),
    nature: 'real',
    contents: {
      modules: [
        {
          name: 'runc',
          module: 'github.com/opencontainers/runc',
          version,
          commands: ['github.com/opencontainers/runc'],
          linkerFlags: ['-extldflags -static'],
          tags: ['seccomp', 'netgo', 'osusergo'],
          cgo: true,
        },
      ],
    },
    delivery: {
      kind: 'file',
      path: githubPath({ project: 'opencontainers/runc', version, name: 'runc.amd64' }),
      checksumVariable: 'runc_binary_checksum',
    },
  };
}

export function crictlPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  const project = 'kubernetes-sigs/cri-tools';
  return {
    name: 'crictl',
    ...asked(versions, 'crictl_version'),
    nature: 'real',
    contents: {
      modules: [
        {
          name: 'crictl',
          module: 'sigs.k8s.io/cri-tools',
          version,
          commands: ['sigs.k8s.io/cri-tools/cmd/crictl'],
          linkerFlags: [`-X sigs.k8s.io/cri-tools/pkg/version.Version=v${version}`],
        },
      ],
    },
    delivery: {
      kind: 'file',
      path: githubPath({ project, version, name: `crictl-v${version}-linux-amd64.tar.gz` }),
      checksumVariable: 'crictl_binary_checksum',
      archiveFolder: '',
    },
  };
}

/** Kubespray asks nerdctl for shell completion and, with `image_command_tool: crictl`, for nothing else. */
export function nerdctlPart(versions: PartVersion): MirrorPart {
  const { version } = versions;
  const script = `#!/bin/sh
set -eu
case "\${1:-}" in
  completion) echo '# This nerdctl is a stand-in and completes nothing.' ;;
  version | --version) echo 'nerdctl version ${version} (stand-in)' ;;
  *)
    echo "This nerdctl is a stand-in and cannot do: $*. Use crictl or ctr." >&2
    exit 64
    ;;
esac
`;
  return {
    name: 'nerdctl',
    ...asked(versions, 'nerdctl_version'),
    nature: 'stand-in',
    remark: 'a script that knows its version and no command',
    contents: { scripts: { nerdctl: script } },
    delivery: {
      kind: 'file',
      path: githubPath({
        project: 'containerd/nerdctl',
        version,
        name: `nerdctl-${version}-linux-amd64.tar.gz`,
      }),
      checksumVariable: 'nerdctl_archive_checksum',
      archiveFolder: '',
    },
  };
}

export function pausePart(versions: PartVersion): MirrorPart {
  return {
    name: 'pause',
    ...asked(versions, 'pod_infra_version'),
    nature: 'stand-in',
    remark: 'the program of the lab’s own pods, which waits and reaps',
    contents: { sources: { pause: podProgram } },
    delivery: {
      kind: 'image',
      registry: 'registry.k8s.io',
      repository: 'pause',
      tag: versions.version,
      folder: '/',
      entrypoint: ['/pause'],
    },
  };
}
