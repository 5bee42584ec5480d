import { clusterFolders } from '../../cluster/kubespray/folders.js';
import { urlParts } from '../../cluster/mirror/url-parts.js';
import { CommandFailedError, NoRoomError, NotProvenError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import { requirementsDigest } from './create-virtual-environment.js';
import type { Dependencies } from '../running/dependencies.js';
import { exportHome } from '../../probes/home-path.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 2: "Installing Ansible and other necessary packages specified in the requirements.txt file", exactly as pinned
 * there: `pip install -U` would break Kubespray's own check of Ansible's version (trap T16). Where the specification names a
 * mirror of the package index, from there.
 * Proof is that `ansible-playbook --version` runs.
 */
export const installRequirements = hostStep(
  'installRequirements',
  async (host, input, dependencies: Dependencies) => {
    const { kubespray } = clusterFolders(host.stateFolder, input.cluster);
    const { virtualEnvironment } = input;
    const digest = await requirementsDigest(host, kubespray);
    const present = await ansibleVersion(host, { virtualEnvironment, digest });
    if (present !== undefined) return unchanged(present);

    const script = installScript({ virtualEnvironment, kubespray, digest, pipIndex: input.pipIndex });
    const job = { key: input.jobKey, script, lock: `venv-${input.cluster}` };
    await runJob(dependencies, host, job, 'install the requirements').catch((error: unknown) => {
      throw explain(error, { host, kubespray });
    });
    const installed = await ansibleVersion(host, { virtualEnvironment, digest });
    if (installed !== undefined) return changed(installed);
    throw new NotProvenError(`Ansible does not start on ${host.name} after its installation.`, {
      host: host.name,
      command: `${virtualEnvironment}/bin/ansible-playbook --version`,
      advice: `Remove ${virtualEnvironment} on ${host.name}, then retry.`,
    });
  },
);

interface Installation {
  readonly virtualEnvironment: string;
  /** Of requirements.txt. */
  readonly digest: string;
}

/** Holds the digest of the requirements that were installed to the end. */
function markerOf(virtualEnvironment: string): string {
  return `${virtualEnvironment}/.slipway-requirements`;
}

function installScript({
  virtualEnvironment,
  kubespray,
  digest,
  pipIndex,
}: Installation & { kubespray: string; pipIndex: string | undefined }): Script {
  const marker = markerOf(virtualEnvironment);
  return sh`${exportHome}
${pipIndex === undefined ? sh`` : useIndex(pipIndex)}
rm -f ${marker}
${virtualEnvironment}/bin/python -m pip install --no-input --disable-pip-version-check --progress-bar off -r ${`${kubespray}/requirements.txt`}
${virtualEnvironment}/bin/ansible-playbook --version
echo ${digest} > ${marker}`;
}

/** pip refuses an index without TLS, unless it is told that its host can be trusted. */
function useIndex(index: string): Script {
  const { isPlain, host } = urlParts(index);
  return lines(sh`export PIP_INDEX_URL=${index}`, ...(isPlain ? [sh`export PIP_TRUSTED_HOST=${host}`] : []));
}

/** "ansible-core 2.15.13" if these requirements are installed and Ansible starts. */
async function ansibleVersion(
  host: Host,
  { virtualEnvironment, digest }: Installation,
): Promise<string | undefined> {
  const script = sh`${exportHome}
[ "$(cat ${markerOf(virtualEnvironment)})" = ${digest} ]
${virtualEnvironment}/bin/ansible-playbook --version`;
  const { exitCode, stdout } = await host.run(script, { accept: 'any', what: 'ask Ansible for its version' });
  const version = /^ansible-playbook \[core (?<version>[^\]]+)\]/.exec(stdout)?.groups?.['version'];
  return exitCode === 0 && version !== undefined ? `ansible-core ${version}` : undefined;
}

/** pip's own last error line says which package, or that there is no network. */
function explain(error: unknown, { host, kubespray }: { host: Host; kubespray: string }): unknown {
  if (!(error instanceof CommandFailedError) || error instanceof NoRoomError) return error;
  const errors = (error.context.output ?? '').split('\n').filter((line) => line.startsWith('ERROR:'));
  const why = errors.at(-1)?.replace(/^ERROR: */, '') ?? `pip ended with exit code ${error.exitCode}`;
  return new CommandFailedError(
    `The requirements of Kubespray could not be installed on ${host.name}: ${why}`,
    {
      ...error.context,
      command: `pip3 install -r ${kubespray}/requirements.txt`,
      advice: 'Look at the network and the package index of the control host, then retry.',
    },
    error.exitCode,
  );
}
