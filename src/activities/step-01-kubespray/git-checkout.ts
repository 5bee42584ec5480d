import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import type { CloneInput } from '../../protocol/control-host-inputs.js';
import { exportHome, homePath } from '../../probes/home-path.js';

/** What is where the checkout is to be. */
export interface GitCheckoutSeen {
  readonly kind: 'absent' | 'foreign' | 'checkout';
  readonly originMatches: boolean;
  /** First lines of `git status --porcelain`. */
  readonly localChanges: string;
  readonly commit: string;
  /** The checkout is complete, and at the wanted branch or tag. */
  readonly atRef: boolean;
}

/** Looks at the folder, and changes nothing. */
export async function lookAtGitCheckout(
  host: Host,
  folder: string,
  { repository, ref }: CloneInput,
): Promise<GitCheckoutSeen> {
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

/** Exit code of the job's script when the repository answers, and has no such branch or tag. */
export const noSuchRef = 65;

/**
 * Git must fail rather than ask: nobody is there to answer. A private repository is opened by what the user of the
 * control host has for all of their logins: keys in ~/.ssh, ~/.netrc, a credential helper.
 */
const quietGit = sh`${exportHome}
export GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=true SSH_ASKPASS=true
export GIT_SSH_COMMAND='ssh -o BatchMode=yes'`;

/** Into a folder beside, then renamed: an interrupted clone never looks like a checkout. */
export function cloneScript(folder: string, { repository, ref }: CloneInput): Script {
  const part = `${folder}.part`;
  return lines(
    findRef(sh`${homePath(repository)}`, ref),
    sh`mkdir -p "$(dirname ${folder})"
rm -rf ${part}
git clone --branch ${ref} --depth 1 --single-branch -c advice.detachedHead=false -- ${homePath(repository)} ${part}
mv -T ${part} ${folder}`,
  );
}

/** Takes a checkout of the same repository to another branch or tag. */
export function checkoutScript(folder: string, { ref }: CloneInput): Script {
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
