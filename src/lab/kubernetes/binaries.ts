import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from '../command.js';
import type { ImageRecipe } from '../images/ensure-image.js';
import { GoBuilder } from './go-builder.js';
import { corednsModule, kubernetesModule, networkPluginsModule } from './go-modules.js';
import { writeOciImage } from './oci-image.js';
import { podProgram } from './pod-program.js';

const modules = [networkPluginsModule, corednsModule, kubernetesModule];

/** Names of images by which pods ask for them. */
export const podImage = 'slipway.lab/pod:1';
export const corednsImage = 'slipway.lab/coredns:1';

/**
 * Kubernetes' own programs, built from Go modules, in two folders: `control-plane` is laid over a systemd machine's root,
 * `worker.tar.gz` is unpacked into a virtual machine's.
 */
export function kubernetesBinaries(): ImageRecipe {
  return {
    kind: 'kubernetes',
    ingredients: { recipe: 1, modules, podProgram, podImage, corednsImage },
    async build(folder, onProgress) {
      const bin = join(folder, 'bin');
      const workspace = join(folder, 'go');
      await mkdir(bin, { recursive: true });
      const builder = new GoBuilder({
        what: "the lab's Kubernetes",
        cache: process.env['GOCACHE'] ?? join(workspace, 'cache'),
      });
      const onProgram = (program: string, seconds?: number) =>
        onProgress(
          seconds === undefined
            ? `Kubernetes: building ${program} (about 15 minutes for all, once)`
            : `Kubernetes: ${program} built in ${seconds} s`,
        );
      await builder.buildSource({ name: 'pod', source: podProgram }, { workspace, bin });
      for (const module of modules) await builder.buildModule(module, { workspace, bin, onProgram });
      onProgress('Kubernetes: packing');
      await layOutControlPlane(bin, join(folder, 'control-plane'));
      await packWorker(bin, folder);
      await Promise.all([bin, workspace].map((each) => rm(each, { recursive: true, force: true })));
      onProgress('Kubernetes: ready');
    },
  };
}

/** etcd is the distribution's. */
async function layOutControlPlane(bin: string, target: string): Promise<void> {
  const programs = join(target, 'usr/local/bin');
  await mkdir(programs, { recursive: true });
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']) {
    await command('cp', [join(bin, name), programs], { what: `copy ${name}` });
  }
}

/** Packed fast: it is unpacked under emulation. */
async function packWorker(bin: string, folder: string): Promise<void> {
  const root = join(folder, 'worker');
  const [programs, plugins, images] = ['usr/local/bin', 'opt/cni/bin', 'opt/images'].map((path) =>
    join(root, path),
  ) as [string, string, string];
  await Promise.all([programs, plugins, images].map((path) => mkdir(path, { recursive: true })));
  const copy = (name: string, to: string) => command('cp', [join(bin, name), to], { what: `copy ${name}` });
  await copy('kubelet', programs);
  for (const name of ['bridge', 'loopback', 'host-local']) await copy(name, plugins);
  await writeOciImage({ reference: podImage, program: join(bin, 'pod') }, join(images, 'pod.tar'));
  await writeOciImage(
    { reference: corednsImage, program: join(bin, 'coredns') },
    join(images, 'coredns.tar'),
  );
  const archive = join(folder, 'worker.tar.gz');
  await command('tar', ['-C', root, '-I', 'gzip -3', '-cf', archive, '.'], {
    what: 'pack what a worker needs',
  });
  await rm(root, { recursive: true });
}
