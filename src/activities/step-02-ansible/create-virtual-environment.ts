import { clusterFolders } from '../../cluster/kubespray/folders.js';
import type { Interpreter } from '../../cluster/facts/facts.js';
import {
  chooseInterpreter,
  parseInterpreters,
  missingPython,
  type PythonHost,
} from '../../cluster/facts/interpreters.js';
import { NotProvenError, RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import type { VirtualEnvironmentResult } from '../../protocol/control-host-inputs.js';
import type { Dependencies } from '../running/dependencies.js';
import { exportHome } from '../../probes/home-path.js';
import { searchPythons } from '../../probes/python-search.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 2: "Opening a Python virtual environment for the Ansible install". Each digest of Kubespray's requirements.txt
 * and each Python has its own folder, so another release never meets packages of an old one (trap T16). A virtualenv
 * cannot be moved: it is made where it stays, and a file in it says that it is complete.
 * @throws RefusedError when no accepted Python, or neither venv nor virtualenv, is on the control host
 */
export const createVirtualEnvironment = hostStep(
  'createVirtualEnvironment',
  async (host, input, dependencies: Dependencies): Promise<VirtualEnvironmentResult> => {
    const folders = clusterFolders(host.stateFolder, input.cluster);
    const digest = await requirementsDigest(host, folders.kubespray);
    const resultOf = (version: string) => ({
      folder: `${folders.virtualEnvironments}/${digest.slice(0, 12)}-python${version}`,
      python: version,
    });
    // One that works is kept, also where a better Python has been installed since.
    for (const made of input.pythonVersions.map(resultOf)) {
      if (await isComplete(host, made.folder)) return { ...unchanged(summaryOf(made)), ...made };
    }

    const { stdout } = await host.run(searchPythons, { what: 'look for Python' });
    const found = parseInterpreters(stdout);
    const python = chooseInterpreter(found.interpreters, input.pythonVersions);
    if (python === undefined) throw refusal(host, found, input.pythonVersions);
    const made = resultOf(python.version);
    const { folder } = made;
    if (python.tool === null) throw refusal(host, found, input.pythonVersions);
    const script = createScript({ folder, python });
    const job = { key: input.jobKey, script, lock: `venv-${input.cluster}` };
    await runJob(dependencies, host, job, 'create the virtual environment');
    if (!(await isComplete(host, folder))) {
      throw new NotProvenError(`The virtual environment ${folder} on ${host.name} does not work.`, {
        host: host.name,
        command: `${folder}/bin/python -m pip --version`,
        advice: `Remove ${folder} on ${host.name}, then retry.`,
      });
    }
    return { ...changed(summaryOf(made)), ...made };
  },
);

const summaryOf = ({ folder, python }: { readonly folder: string; readonly python: string }) =>
  `Python ${python} in ${folder}`;

/** Written last into a virtual environment. */
const completeFile = '.slipway-complete';

/** SHA-256 of Kubespray's requirements.txt, in hex. */
export async function requirementsDigest(host: Host, kubespray: string): Promise<string> {
  const file = `${kubespray}/requirements.txt`;
  const { stdout } = await host.run(sh`sha256sum < ${file}`, { what: `read ${file}` });
  return stdout.slice(0, 64);
}

/** What the plan has said too, unless it was taken away since. */
function refusal(host: Host, found: PythonHost, accepted: readonly string[]): RefusedError {
  const { is, shouldBe, advice } = missingPython(found, accepted);
  return new RefusedError(`This release of Kubespray needs ${shouldBe} on ${host.name}; there is ${is}.`, {
    host: host.name,
    advice: `${advice} Then retry.`,
  });
}

/** A folder of ours without the closing file was left by an attempt that was cut off, and is made anew. */
function createScript({ folder, python }: { folder: string; python: Interpreter }): Script {
  const create =
    python.tool === 'venv'
      ? sh`${python.path} -m venv ${folder}`
      : sh`virtualenv -q -p ${python.path} ${folder}`;
  return lines(
    exportHome,
    sh`mkdir -p "$(dirname ${folder})"
rm -rf ${folder}`,
    create,
    sh`${folder}/bin/python -m pip --version
echo ${python.version} > ${`${folder}/${completeFile}`}`,
  );
}

async function isComplete(host: Host, folder: string): Promise<boolean> {
  const script = sh`[ -e ${`${folder}/${completeFile}`} ] && ${folder}/bin/python -m pip --version >/dev/null 2>&1`;
  const { exitCode } = await host.run(script, { accept: 'any', what: `look at ${folder}` });
  return exitCode === 0;
}
