import { clusterFolders } from '../cluster/folders.js';
import type { ClusterFolders } from '../cluster/folders.js';
import { describeProgress, PlaybookEventReader, totals } from '../cluster/playbook-events.js';
import type { PlaybookFailure, PlaybookProgress } from '../cluster/playbook-events.js';
import { CommandFailedError } from '../hosts/errors.js';
import type { Host } from '../hosts/host.js';
import { sh } from '../hosts/script.js';
import type { Script } from '../hosts/script.js';
import type { Activities, PlaybookInput, PlaybookResult } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { exportHome } from './home-path.js';
import { followEvents } from './follow-events.js';
import { changed, runJob, step, unchanged, withHost } from './step.js';

/**
 * Step 8: "Create Kubernetes Cluster": runs one of Kubespray's playbooks as a detached job. A second one of the same
 * cluster never starts beside it, and an attempt that comes later follows the one that runs. Heartbeats show play, task
 * and counts; a failure names host, play, task and what the module said.
 */
export function runKubespray(dependencies: Dependencies): Activities['runKubespray'] {
  return step((input) =>
    withHost(dependencies, input.host, async (host): Promise<PlaybookResult> => {
      const folders = clusterFolders(host.stateFolder, input.cluster);
      const run = runFiles(folders, input.jobKey);
      // Extra variables may hold what is nobody else's business.
      await host.writeFile(run.variables, JSON.stringify(input.extraVariables, null, 2), { mode: 0o600 });

      const reader = new PlaybookEventReader();
      const events = followEvents(host, run.events, reader);
      const job = {
        key: input.jobKey,
        script: playbookScript(input, folders, run),
        lock: `kubespray-${input.cluster}`,
      };
      const log = `${host.stateFolder}/jobs/${input.jobKey}/log`;
      try {
        await runJob(dependencies, host, job, input.playbook, () => {
          events.poll();
          return describeProgress(reader.progress);
        });
      } catch (error) {
        if (!(error instanceof CommandFailedError)) throw error;
        await events.finish();
        throw explain(error, { input, progress: reader.progress, host, log });
      }
      await events.finish();
      const { hosts } = reader.progress;
      const sum = totals(hosts);
      const summary = `${input.playbook}: ${Object.keys(hosts).length} hosts, ${sum.ok} ok, ${sum.changed} changed`;
      return { ...(sum.changed > 0 ? changed(summary) : unchanged(summary)), hosts, log };
    }),
  );
}

interface RunFiles {
  readonly events: string;
  readonly variables: string;
}

/** Files of one run, kept for the reader. */
function runFiles({ runs }: ClusterFolders, jobKey: string): RunFiles {
  return { events: `${runs}/${jobKey}/events.jsonl`, variables: `${runs}/${jobKey}/variables.json` };
}

/**
 * The document's command. Extra variables go as JSON, because `-e name=false` is the text "false", which counts as true.
 * Settings of Ansible in the environment would win over the cluster's own ansible.cfg, so there are none.
 * Ansible's modules sync nothing, so each host is asked to: a power cut after this step takes nothing of it back.
 * At its end the shared SSH connections are closed: nothing is left behind.
 */
function playbookScript(
  { playbook, virtualEnvironment, limit }: PlaybookInput,
  { kubespray, inventory, ansibleConfig }: ClusterFolders,
  { events, variables }: RunFiles,
): Script {
  const limits = limit ? ['--limit', limit.join(',')] : [];
  const common = ['-i', `${inventory}/hosts.yaml`, '-e', `@${variables}`, ...limits];
  return sh`${exportHome}
for name in $(env | sed -n 's/^\\(ANSIBLE_[A-Z0-9_]*\\)=.*/\\1/p'); do unset "$name"; done
export ANSIBLE_CONFIG=${ansibleConfig} SLIPWAY_EVENTS=${events} PYTHONUNBUFFERED=1
export LC_ALL=C.UTF-8 VIRTUAL_ENV=${virtualEnvironment} PATH=${`${virtualEnvironment}/bin`}:"$PATH"
cd ${kubespray}
echo '{"event":"run"}' >> "$SLIPWAY_EVENTS"
code=0
ansible-playbook -b -v ${common} ${playbook} </dev/null || code=$?
if [ "$code" = 0 ]; then
  ansible all -m raw -a sync ${common} </dev/null || code=$?
  if [ "$code" != 0 ]; then echo 'The playbook came to its end, but a host could not sync what was written there.'; fi
fi
sockets=$(sed -n 's/^control_path_dir = //p' "$ANSIBLE_CONFIG")
if [ -n "$sockets" ]; then
  for socket in "$sockets"/*; do
    if [ -S "$socket" ]; then ssh -O exit -o ControlPath="$socket" slipway >/dev/null 2>&1 || true; fi
  done
fi
exit "$code"`;
}

interface Failure {
  readonly input: PlaybookInput;
  readonly progress: PlaybookProgress;
  readonly host: Host;
  readonly log: string;
}

function explain(error: CommandFailedError, { input, progress, host, log }: Failure): CommandFailedError {
  const { failures } = progress;
  const output = failures.length > 0 ? failures.map(sentence).join('\n') : error.context.output;
  return new CommandFailedError(
    headline({ error, failures, playbook: input.playbook, host }),
    {
      ...error.context,
      command: `ansible-playbook -b -v ${input.playbook}`,
      ...(output !== undefined && { output: output.slice(-4096) }),
      advice: `Mend it and retry; the playbook does only what is left. The whole log is ${log} on ${host.name}.`,
    },
    error.exitCode,
  );
}

/** The first failure in full, the other hosts by name; without one, the last error that Ansible wrote itself. */
function headline({
  error,
  failures,
  playbook,
  host,
}: Pick<Failure, 'host'> & {
  error: CommandFailedError;
  failures: readonly PlaybookFailure[];
  playbook: string;
}): string {
  const [first, ...others] = failures;
  if (first) {
    const also = others.length > 0 ? ` (also on ${others.map((failure) => failure.host).join(', ')})` : '';
    return `${playbook} ${sentence({ ...first, message: inOneLine(first) })}${also}`;
  }
  const lines = (error.context.output ?? '').split('\n');
  const last = lines.findLast((line) => line.startsWith('ERROR!')) ?? lines.findLast((line) => line !== '');
  return `${playbook} ended on ${host.name} with exit code ${error.exitCode}: ${last ?? 'no output'}`;
}

/** ssh puts its reason last, modules put theirs first. All of it is in the output. */
function inOneLine({ kind, message }: PlaybookFailure): string {
  const lines = message
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const text = kind === 'unreachable' ? (lines.at(-1) ?? '') : lines.join(' ');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function sentence({ kind, host, play, task, message }: PlaybookFailure): string {
  const what = kind === 'unreachable' ? `could not reach ${host}` : `failed on ${host}`;
  return `${what} in play "${play}", task "${task}": ${message}`;
}
