import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { command } from '../command.js';
import { LabError } from '../errors.js';
import type { ImageRecipe, OnProgress } from '../images/ensure-image.js';
import {
  corednsModule,
  kubernetesModule,
  networkPluginsModule,
  stubGoMod,
  type StubModule,
} from './go-modules.js';
import { writeOciImage } from './oci-image.js';
import { podProgram } from './pod-program.js';

/** Milliseconds for one command of Kubernetes on a busy machine. */
const longestBuild = 60 * 60_000;

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
      const go = goIn(workspace);
      await buildOwn({ name: 'pod', source: podProgram }, { go, workspace, bin });
      for (const module of modules) {
        await buildModule(module, { go, workspace, bin, onProgress });
      }
      onProgress('Kubernetes: packing');
      await layOutControlPlane(bin, join(folder, 'control-plane'));
      await packWorker(bin, folder);
      await Promise.all([bin, workspace].map((each) => rm(each, { recursive: true, force: true })));
      onProgress('Kubernetes: ready');
    },
  };
}

interface Workshop {
  readonly go: Go;
  readonly workspace: string;
  readonly bin: string;
}

type Go = (words: readonly string[], cwd: string) => Promise<string>;

/** `go` with a build cache of its own, unless the environment names one: what is cached for Kubernetes takes gigabytes. */
function goIn(workspace: string): Go {
  const env = {
    GOCACHE: process.env['GOCACHE'] ?? join(workspace, 'cache'),
    GOFLAGS: '-mod=mod -trimpath',
    CGO_ENABLED: '0',
    GOOS: 'linux',
    GOARCH: 'amd64',
  };
  return async (words, cwd) => {
    // Others on this machine go first; two at a time, because one linking takes 2 GB.
    const { stdout } = await command('nice', ['-n', '5', 'go', ...words], {
      what: `run go ${words[0] ?? ''} for the lab's Kubernetes`,
      cwd,
      env,
      timeout: longestBuild,
    });
    return stdout;
  };
}

async function buildOwn(
  { name, source }: { readonly name: string; readonly source: string },
  { go, workspace, bin }: Workshop,
): Promise<void> {
  const folder = join(workspace, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), `module slipway.lab/${name}\n\ngo 1.21\n`);
  await writeFile(join(folder, 'main.go'), source);
  await go(['build', '-ldflags', '-s -w', '-o', join(bin, name), '.'], folder);
}

async function buildModule(
  stub: StubModule,
  { go, workspace, bin, onProgress }: Workshop & { readonly onProgress: OnProgress },
): Promise<void> {
  const folder = join(workspace, stub.name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), stubGoMod(stub, await originalGoMod(stub, go, folder)));
  if (stub.own) await writeFile(join(folder, 'main.go'), stub.own.source);
  const flags = ['-s', '-w', ...(stub.linkerFlags ?? [])].join(' ');
  const packages = [...stub.commands, ...(stub.own ? ['.'] : [])];
  for (const path of packages) {
    const program = path === '.' ? (stub.own?.program ?? '') : basename(path);
    const began = Date.now();
    onProgress(`Kubernetes: building ${program} (about 15 minutes for all, once)`);
    await go(['build', '-p', '2', '-ldflags', flags, '-o', join(bin, program), path], folder);
    onProgress(`Kubernetes: ${program} built in ${Math.round((Date.now() - began) / 1000)} s`);
  }
}

/** The module's own go.mod, which tells what it replaces. */
async function originalGoMod({ module, version }: StubModule, go: Go, folder: string): Promise<string> {
  const printed = await go(['mod', 'download', '-json', `${module}@v${version}`], folder);
  const { GoMod: path } = JSON.parse(printed) as { GoMod?: string };
  if (path === undefined) throw new LabError(`Go knows no go.mod of ${module} ${version}.`);
  const { stdout } = await command('cat', [path], { what: `read the go.mod of ${module}` });
  return stdout;
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
