import type { HostSpecification, Specification } from '../specification/specification.js';

/**
 * GPU workers: the "NVIDIA Runtime Configuration" of Akash's guide to GPU resources, which the document's step 8 says to
 * complete before Kubespray runs. Only containerd is told of the runtime. Kubespray's own `nvidia_accelerator_enabled`
 * is left alone: it installs a device plugin and drivers of 2018 for systems that are no longer supported, while a
 * provider installs NVIDIA's device plugin by Helm, with a RuntimeClass named `nvidia`.
 */

/** Where the package nvidia-container-toolkit puts it. */
export const nvidiaRuntimePath = '/usr/bin/nvidia-container-runtime';

/** What a host has for GPUs: its own setting, else, on workers only, the cluster's. `false`: nothing. */
export function gpuOf({ gpu }: Pick<Specification, 'gpu'>, host: HostSpecification): 'nvidia' | false {
  return host.gpu ?? (host.roles.includes('worker') && gpu);
}

/**
 * The variables of one GPU worker, valid on every known release: `engine` and `root` are read where containerd is 1.x.
 * The cgroup driver is that of Kubespray's own runc, without which pods of this runtime would be in other cgroups than
 * kubelet thinks; it is the text "true", because the templates would quote a boolean. The default runtime stays runc.
 */
export const nvidiaVariables = {
  containerd_additional_runtimes: [
    {
      name: 'nvidia',
      type: 'io.containerd.runc.v2',
      engine: '',
      root: '',
      options: {
        BinaryName: nvidiaRuntimePath,
        SystemdCgroup: "{{ containerd_use_systemd_cgroup | ternary('true', 'false') }}",
      },
    },
  ],
} as const;

/** What is left to the operator for GPUs; each a sentence. */
export function gpuAdvice(specification: Specification): string[] {
  const names = specification.hosts.filter((host) => gpuOf(specification, host)).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `containerd on ${names.join(', ')} gets the runtime nvidia; for leases with GPUs add NVIDIA’s device plugin by Helm ` +
      'and a RuntimeClass named nvidia.',
  ];
}
