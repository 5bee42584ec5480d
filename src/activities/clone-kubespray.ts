import { clusterFolders, type ClusterFolders } from '../cluster/folders.js';
import { CommandFailedError, NotProvenError, RefusedError } from '../hosts/errors.js';
import type { Host } from '../hosts/host.js';
import { lines, sh } from '../hosts/script.js';
import type { Script } from '../hosts/script.js';
import type { Activities, CloneInput, CloneResult } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { accessRefusal } from './git-access.js';
import { exportHome, homePath } from './home-path.js';
import { refuseEditedSample } from './sample-inventory.js';
import { changed, runJob, step, unchanged, withHost } from './step.js';
import { refuseForeignVariables } from './write-group-variables.js';

/**
 * Step 1: "Clone the Kubespray Project", at a branch or tag, into the cluster's own folder. A checkout that is there is
 * taken as it is when origin and ref are the wanted ones; a branch that has moved on since is not followed, so that
 * running again changes nothing. What somebody changed by hand is never overwritten.
 * @throws RefusedError for a folder that is no checkout of this repository, or has local changes; and, where it is said
 * what the inventory is to be, for what writeInventory and writeGroupVariables would refuse in it
 * @throws CommandFailedError when the repository cannot be read, or has no such branch or tag
 */
export function cloneKubespray(dependencies: Dependencies): Activities['cloneKubespray'] {
  return step((input) =>
    withHost(dependencies, input.host, async (host): Promise<CloneResult> => {
      const folders = clusterFolders(host.stateFolder, input.cluster);
      const { kubespray: folder } = folders;
      const before = await observe(host, folder, input);
      refuseForeign(host, before, { folder, input });
      if (before.atRef) {
        await refuseInventory(host, folders, input);
        return { ...unchanged(summary(input, before.commit)), commit: before.commit, folder };
      }

      const script = before.kind === 'absent' ? cloneScript(folder, input) : switchScript(folder, input);
      const job = { key: input.jobKey, script, lock: `clone-${input.cluster}` };
      await runJob(dependencies, host, job, 'clone Kubespray').catch((error: unknown) => {
        throw explain(error, { host, input });
      });

      const after = await observe(host, folder, input);
      if (!after.atRef) {
        throw new NotProvenError(`${folder} on ${host.name} is not at ${input.ref} after cloning.`, {
          host: host.name,
          advice: `Run "git -C ${folder} status" on ${host.name}.`,
        });
      }
      await refuseInventory(host, folders, input);
      return { ...changed(summary(input, after.commit)), commit: after.commit, folder };
    }),
  );
}

/** Steps 4 to 6 come after step 7, when it is late to ask about the files of an earlier inventory. */
async function refuseInventory(
  host: Host,
  folders: ClusterFolders,
  { inventory }: CloneInput,
): Promise<void> {
  if (inventory === undefined) return;
  await refuseEditedSample(host, folders, inventory);
  await refuseForeignVariables(host, folders, inventory);
}

interface Observation {
  readonly kind: 'absent' | 'foreign' | 'checkout';
  readonly originMatches: boolean;
  /** First lines of `git status --porcelain`. */
  readonly localChanges: string;
  readonly commit: string;
  /** The checkout is complete, and at the wanted branch or tag. */
  readonly atRef: boolean;
}

/** Exit code of the job's script when the repository answers, and has no such branch or tag. */
const noSuchRef = 65;

/**
 * Git must fail rather than ask: nobody is there to answer. A private repository is opened by what the user of the
 * control host has for all of their logins: keys in ~/.ssh, ~/.netrc, a credential helper.
 */
const quietGit = sh`${exportHome}
export GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=true SSH_ASKPASS=true
export GIT_SSH_COMMAND='ssh -o BatchMode=yes'`;

async function observe(host: Host, folder: string, { repository, ref }: CloneInput): Promise<Observation> {
  const script = sh`${exportHome}
folder=${folder}
if [ ! -e "$folder" ]; then echo absent; exit; fi
if [ ! -e "$folder/.git" ]; then echo foreign; exit; fi
cd "$folder"
origin=different
if [ "$(git config --get remote.origin.url)" = ${homePath(repository)} ]; then origin=same; fi
commit=$(git rev-parse --verify -q HEAD || true)
at=other
for name in ${[`refs/tags/${ref}`, `refs/remotes/origin/${ref}`]}; do
  found=$(git rev-parse --verify -q "$name^{commit}" || true)
  if [ -n "$found" ]; then
    if [ "$found" = "$commit" ]; then at=ref; fi
    break
  fi
done
echo "checkout $origin $at $commit"
git status --porcelain | head -n 5`;
  const { stdout } = await host.run(script, { what: `look at ${folder}` });
  const [first = '', ...changes] = stdout.trimEnd().split('\n');
  const [kind, origin, at, commit = ''] = first.split(' ');
  const localChanges = changes.join('\n');
  return {
    kind: kind === 'checkout' || kind === 'foreign' ? kind : 'absent',
    originMatches: origin === 'same',
    localChanges,
    commit,
    atRef: kind === 'checkout' && origin === 'same' && at === 'ref' && localChanges === '',
  };
}

function refuseForeign(
  host: Host,
  { kind, originMatches, localChanges }: Observation,
  { folder, input }: { folder: string; input: CloneInput },
): void {
  if (kind === 'absent') return;
  const refuse = (why: string, advice: string): never => {
    throw new RefusedError(`${folder} on ${host.name} ${why}.`, {
      host: host.name,
      ...(localChanges !== '' && { output: localChanges }),
      advice,
    });
  };
  if (kind === 'foreign') {
    refuse('is there already and is no Git checkout', 'Look what it is, and move it away.');
  }
  if (!originMatches) {
    refuse(
      `is a checkout of another repository than ${input.repository}`,
      'Move it away, or correct kubespray.repository.',
    );
  }
  if (localChanges !== '') {
    refuse(
      'has local changes, which Slipway does not overwrite',
      `Run "git -C ${folder} stash -u", or put the changes into a repository of your own and name it as kubespray.repository.`,
    );
  }
}

/** Into a folder beside, then renamed: an interrupted clone never looks like a checkout. */
function cloneScript(folder: string, { repository, ref }: CloneInput): Script {
  const part = `${folder}.part`;
  return lines(
    findRef(sh`${homePath(repository)}`, ref),
    sh`mkdir -p "$(dirname ${folder})"
rm -rf ${part}
git clone --branch ${ref} --depth 1 --single-branch -c advice.detachedHead=false -- ${homePath(repository)} ${part}
mv -T ${part} ${folder}`,
  );
}

function switchScript(folder: string, { ref }: CloneInput): Script {
  return lines(
    sh`cd ${folder}`,
    findRef(sh`origin`, ref),
    sh`case "$kind" in
  tag) git fetch --depth 1 origin ${`+refs/tags/${ref}:refs/tags/${ref}`}; target=${`refs/tags/${ref}`} ;;
  *) git fetch --depth 1 origin ${`+refs/heads/${ref}:refs/remotes/origin/${ref}`}; target=${`refs/remotes/origin/${ref}`} ;;
esac
git -c advice.detachedHead=false checkout --detach "$target"`,
  );
}

/** Asks the repository up to three times, because networks fail; that it has no such ref is a final answer. */
function findRef(repository: Script, ref: string): Script {
  return lines(
    quietGit,
    sh`try=1
while :; do
  code=0
  refs=$(git ls-remote --exit-code ${repository} ${[`refs/tags/${ref}`, `refs/heads/${ref}`]}) || code=$?
  if [ "$code" = 0 ]; then break; fi
  if [ "$code" = 2 ]; then echo 'The repository has no branch or tag' ${ref}; exit ${noSuchRef}; fi
  if [ "$try" = 3 ]; then exit "$code"; fi
  try=$((try + 1))
  sleep 3
done
kind=branch
case "$refs" in *refs/tags/*) kind=tag ;; esac`,
  );
}

/** Says which repository and ref, and git's own last word. */
function explain(error: unknown, { host, input }: { host: Host; input: CloneInput }): unknown {
  if (!(error instanceof CommandFailedError)) return error;
  const { repository, ref } = input;
  const output = error.context.output?.trimEnd() ?? '';
  const refusal = accessRefusal(output, host.name);
  const why =
    error.exitCode === noSuchRef
      ? 'it has no branch or tag of this name'
      : (refusal?.why ?? (output.split('\n').at(-1) || `git ended with exit code ${error.exitCode}`));
  return new CommandFailedError(
    `Kubespray ${ref} could not be cloned from ${repository} on ${host.name}: ${why}.`,
    {
      ...error.context,
      command: `git clone -b ${ref} --depth=1 ${repository}`,
      advice:
        refusal?.advice ??
        'Correct kubespray.repository, kubespray.ref or the network of the control host, then retry.',
    },
    error.exitCode,
  );
}

function summary({ ref }: CloneInput, commit: string): string {
  return `Kubespray ${ref} at ${commit.slice(0, 12)}`;
}
