import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { cloneKubespray } from '../../src/activities/step-01-kubespray/clone-kubespray.js';
import type { ControlHostInput } from '../../src/protocol/control-host-inputs.js';
import { createVirtualEnvironment } from '../../src/activities/step-02-ansible/create-virtual-environment.js';
import type { Dependencies } from '../../src/activities/running/dependencies.js';
import { installRequirements } from '../../src/activities/step-02-ansible/install-requirements.js';
import { clusterFolders } from '../../src/cluster/kubespray/folders.js';
import { SharedHostPool } from '../../src/hosts/pool/shared-host-pool.js';
import { JobRunner } from '../../src/hosts/jobs/job-runner.js';
import type { HostAddress } from '../../src/protocol/host-addresses.js';
import { materialiseStandIn } from '../../src/lab/stand-in.js';

export const cluster = 'blue';
export const local: HostAddress = { kind: 'local', name: 'control', cluster };

/** A control host on this machine, with a state folder of its own. */
export interface ControlHost {
  readonly folder: string;
  readonly dependencies: Dependencies;
  readonly folders: ReturnType<typeof clusterFolders>;
  remove(): Promise<void>;
}

export async function makeControlHost(): Promise<ControlHost> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-control-'));
  const stateFolder = join(folder, 'state');
  const hosts = new SharedHostPool({ stateFolder });
  const readSecret = async () => Promise.reject(new Error('no secret is needed here'));
  return {
    folder,
    dependencies: { hosts, jobs: new JobRunner(), readSecret },
    folders: clusterFolders(stateFolder, cluster),
    async remove() {
      await hosts.closeAll();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs an activity as Temporal's worker does. */
export async function runStep<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
): Promise<Output> {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return await environment.run(activity, input);
}

/** Steps 1 and 2 with the stand-in for Kubespray. @returns the virtual environment */
export async function installStandIn(
  dependencies: Dependencies,
  { control, folder, release }: { control: ControlHostInput; folder: string; release: string },
): Promise<string> {
  const repository = await materialiseStandIn({ folder: join(folder, 'stand-in') });
  const clone = { ...control, jobKey: 'clone', repository, ref: release };
  await runStep(cloneKubespray(dependencies), clone);
  const { folder: virtualEnvironment } = await runStep(createVirtualEnvironment(dependencies), {
    ...control,
    jobKey: 'venv',
    pythonVersions: ['3.9', '3.10', '3.11'],
  });
  await runStep(installRequirements(dependencies), { ...control, jobKey: 'install', virtualEnvironment });
  return virtualEnvironment;
}

/** Makes a Git repository of these files, with tags on one commit. */
export async function makeRepository(
  folder: string,
  files: Readonly<Record<string, string>>,
  tags: readonly string[] = [],
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  if (git(folder, 'rev-parse', '--git-dir') === '') git(folder, 'init', '-q', '-b', 'master');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '--allow-empty', '-m', tags.join(' ') || 'change');
  for (const tag of tags) git(folder, 'tag', tag);
  return folder;
}

/** What git prints, or nothing where it fails. */
export function git(folder: string, ...words: string[]): string {
  const environment = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) };
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost'];
  try {
    return execFileSync('git', [...identity, '-C', folder, ...words], {
      encoding: 'utf8',
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
