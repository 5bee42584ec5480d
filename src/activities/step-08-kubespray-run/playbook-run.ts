import type { ClusterFolders } from '../../cluster/kubespray/folders.js';
import type { Host } from '../../hosts/host.js';
import { sh, type Script } from '../../hosts/script.js';
import type { PlaybookInput } from '../../protocol/control-host-inputs.js';
import { exportHome } from '../../probes/home-path.js';

/** Older runs of a cluster are deleted, with their logs, when a new one begins. */
const runsKept = 20;

/** What one run of a playbook leaves on the control host, in a folder of its own. */
export interface PlaybookRunFiles {
  /** Parent of the runs' folders, whose names are the keys of their jobs. */
  readonly parent: string;
  readonly events: string;
  readonly variables: string;
  /** Everything that Ansible printed: the log of the job, under a second name that outlives the job's folder. */
  readonly log: string;
  /** Parent of the jobs' folders. */
  readonly jobs: string;
  readonly jobLog: string;
}

export function playbookRunFiles(
  host: Pick<Host, 'stateFolder'>,
  { runs }: ClusterFolders,
  jobKey: string,
): PlaybookRunFiles {
  const folder = `${runs}/${jobKey}`;
  const jobs = `${host.stateFolder}/jobs`;
  return {
    parent: runs,
    events: `${folder}/events.jsonl`,
    variables: `${folder}/variables.json`,
    log: `${folder}/log`,
    jobs,
    jobLog: `${jobs}/${jobKey}/log`,
  };
}

/**
 * The document's command. Extra variables go as JSON, because `-e name=false` is the text "false", which counts as true.
 * Settings of Ansible in the environment would win over the cluster's own ansible.cfg, so there are none. Nobody is
 * there to answer a question, so nothing that may ask finds a terminal, a window or an agent to ask by.
 * Ansible's modules sync nothing, so each host is asked to: a power cut after this step takes nothing of it back.
 * At its end the shared SSH connections are closed: nothing is left behind.
 */
export function playbookScript(
  { playbook, virtualEnvironment, limit }: PlaybookInput,
  { kubespray, inventory, ansibleConfig, factCache }: ClusterFolders,
  run: PlaybookRunFiles,
): Script {
  const limits = limit ? ['--limit', limit.join(',')] : [];
  const common = ['-i', `${inventory}/hosts.yaml`, '-e', `@${run.variables}`, ...limits];
  return sh`${keepLogs(run)}
${exportHome}
for name in $(env | sed -n 's/^\\(ANSIBLE_[A-Z0-9_]*\\)=.*/\\1/p'); do unset "$name"; done
unset DISPLAY WAYLAND_DISPLAY SSH_ASKPASS
export ANSIBLE_CONFIG=${ansibleConfig} SLIPWAY_EVENTS=${run.events} PYTHONUNBUFFERED=1 GIT_TERMINAL_PROMPT=0
export LC_ALL=C.UTF-8 VIRTUAL_ENV=${virtualEnvironment} PATH=${`${virtualEnvironment}/bin`}:"$PATH"
cd ${kubespray}
python -I -c ${forgetCutOffFacts} ${factCache}
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

/** Facts that a power cut or a full disk has cut off end each playbook, one host at a time, until all are forgotten. */
const forgetCutOffFacts = `
import json, os, sys
for entry in os.scandir(sys.argv[1]):
    try:
        with open(entry.path, encoding="utf-8") as facts:
            json.load(facts)
    except ValueError:
        os.unlink(entry.path)
`;

/** The names in the folder of runs are keys of jobs, which hold neither spaces nor a leading hyphen. */
function keepLogs({ parent, jobs, jobLog, log }: PlaybookRunFiles): Script {
  return sh`ln -f -- ${jobLog} ${log} || true
ls -1t -- ${parent} | tail -n +${runsKept + 1} | while read -r old; do
  rm -rf -- ${parent}/"$old" ${jobs}/"$old" ${jobs}/"$old".cut-*
done`;
}
