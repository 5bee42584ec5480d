import { resolve } from 'node:path';
import { execa } from 'execa';
import { kubesprayRepository } from '../../cluster/specification/specification.js';
import { findMirrorRelease, storedParts } from '../../lab/index.js';
import { patienceSeconds, type FoundSources } from './choose-demo.js';

/**
 * Looks for a few seconds whether a repository of Kubespray answers and the lab's mirror is complete.
 * @param named a URL or a path; default `$SLIPWAY_KUBESPRAY_REPOSITORY`, else GitHub
 */
export async function findSources(
  named: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<FoundSources> {
  const release = findMirrorRelease();
  const repository = asAddress(named ?? (environment['SLIPWAY_KUBESPRAY_REPOSITORY'] || kubesprayRepository));
  const [stored, answers] = await Promise.all([storedParts(release), hasTag(repository, release.name)]);
  const missing = stored.filter(({ record }) => record === undefined).map(({ part }) => part.name);
  return { release: release.name, repository, answers, parts: stored.length, missing };
}

/** What is no address of git's is a path, which is the same wherever it is used. */
function asAddress(repository: string): string {
  return /^[a-z+]+:\/\/|^[^/]+:/.test(repository) ? repository : resolve(repository);
}

/** By coreutils' `timeout`, which ends git's own children with it: one that waits for a server outlives a killed git. */
async function hasTag(repository: string, tag: string): Promise<boolean> {
  const limited = ['--signal=KILL', String(patienceSeconds), 'git'];
  const question = ['ls-remote', '--exit-code', '--tags', '--', repository, `refs/tags/${tag}`];
  const { exitCode } = await execa('timeout', [...limited, ...question], {
    reject: false,
    stdio: 'ignore',
    env: { GIT_TERMINAL_PROMPT: '0' },
  });
  return exitCode === 0;
}
