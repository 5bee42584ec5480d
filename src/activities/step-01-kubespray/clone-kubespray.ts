import { clusterFolders } from '../../cluster/kubespray/folders.js';
import { CommandFailedError, NotProvenError, RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import type { CloneInput, CloneResult } from '../../protocol/control-host-inputs.js';
import type { Dependencies } from '../running/dependencies.js';
import { accessRefusal } from './access-refusal.js';
import {
  cloneScript,
  noSuchRef,
  lookAtGitCheckout,
  checkoutScript,
  type GitCheckoutSeen,
} from './git-checkout.js';
import { refuseInventory } from '../step-04-to-06-inventory/refuse-inventory.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 1: "Clone the Kubespray Project", at a branch or tag, into the cluster's own folder. A checkout that is there is
 * taken as it is when origin and ref are the wanted ones; a branch that has moved on since is not followed, so that
 * running again changes nothing. What somebody changed by hand is never overwritten.
 * @throws RefusedError for a folder that is no checkout of this repository, or has local changes; and, where it is said
 * what the inventory is to be, for what writeInventory and writeGroupVariables would refuse in it
 * @throws CommandFailedError when the repository cannot be read, or has no such branch or tag
 */
export const cloneKubespray = hostStep(
  'cloneKubespray',
  async (host, input, dependencies: Dependencies): Promise<CloneResult> => {
    const folders = clusterFolders(host.stateFolder, input.cluster);
    const { kubespray: folder } = folders;
    const before = await lookAtGitCheckout(host, folder, input);
    refuseForeign(host, before, { folder, input });
    const done = before.atRef
      ? { ...unchanged(summary(input, before.commit)), commit: before.commit }
      : await checkOut(dependencies, host, { folder, input, before });
    await refuseInventory(host, folders, input);
    return { ...done, folder };
  },
);

interface Checkout {
  readonly folder: string;
  readonly input: CloneInput;
  readonly before: GitCheckoutSeen;
}

async function checkOut(
  dependencies: Dependencies,
  host: Host,
  { folder, input, before }: Checkout,
): Promise<Omit<CloneResult, 'folder'>> {
  const script = before.kind === 'absent' ? cloneScript(folder, input) : checkoutScript(folder, input);
  const job = { key: input.jobKey, script, lock: `clone-${input.cluster}` };
  await runJob(dependencies, host, job, 'clone Kubespray').catch((error: unknown) => {
    throw explain(error, { host, input });
  });

  const after = await lookAtGitCheckout(host, folder, input);
  if (!after.atRef) {
    throw new NotProvenError(`${folder} on ${host.name} is not at ${input.ref} after cloning.`, {
      host: host.name,
      advice: `Run "git -C ${folder} status" on ${host.name}.`,
    });
  }
  return { ...changed(summary(input, after.commit)), commit: after.commit };
}

function refuseForeign(
  host: Host,
  { kind, originMatches, localChanges }: GitCheckoutSeen,
  { folder, input }: Pick<Checkout, 'folder' | 'input'>,
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
