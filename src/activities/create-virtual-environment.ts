import { clusterFolders } from '../cluster/folders.js';
import { NotProvenError, RefusedError } from '../hosts/errors.js';
import type { Host } from '../hosts/host.js';
import { lines, sh } from '../hosts/script.js';
import type { Script } from '../hosts/script.js';
import type { Activities, VirtualEnvironmentResult } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { exportHome } from './home-path.js';
import { changed, runJob, step, unchanged, withHost } from './step.js';

/**
 * Step 2: "Opening a Python virtual environment for the Ansible install". Each digest of Kubespray's requirements.txt
 * and each Python has its own folder, so another release never meets packages of an old one (trap T16). A virtualenv
 * cannot be moved: it is made where it stays, and a file in it says that it is complete.
 * @throws RefusedError when no accepted Python, or neither venv nor virtualenv, is on the control host
 */
export function createVirtualEnvironment(dependencies: Dependencies): Activities['createVirtualEnvironment'] {
  return step((input) =>
    withHost(dependencies, input.host, async (host): Promise<VirtualEnvironmentResult> => {
      const folders = clusterFolders(host.stateFolder, input.cluster);
      const python = await choosePython(host, input.pythonVersions);
      const digest = await requirementsDigest(host, folders.kubespray);
      const folder = `${folders.virtualEnvironments}/${digest.slice(0, 12)}-python${python.version}`;
      const result = { folder, python: python.version };
      const summary = `Python ${python.version} in ${folder}`;
      if (await isComplete(host, folder)) return { ...unchanged(summary), ...result };

      const tool = await chooseTool(host, python);
      const script = createScript({ folder, python, tool });
      const job = { key: input.jobKey, script, lock: `venv-${input.cluster}` };
      await runJob(dependencies, host, job, 'create the virtual environment');
      if (!(await isComplete(host, folder))) {
        throw new NotProvenError(`The virtual environment ${folder} on ${host.name} does not work.`, {
          host: host.name,
          command: `${folder}/bin/python -m pip --version`,
          advice: `Remove ${folder} on ${host.name}, then retry.`,
        });
      }
      return { ...changed(summary), ...result };
    }),
  );
}

interface Python {
  /** Such as 3.11. */
  readonly version: string;
  /** Path of the interpreter itself, not of a launcher that may choose another one later. */
  readonly path: string;
}

/** Written last into a virtual environment. */
const completeFile = '.slipway-complete';

/** SHA-256 of Kubespray's requirements.txt, in hex. */
export async function requirementsDigest(host: Host, kubespray: string): Promise<string> {
  const file = `${kubespray}/requirements.txt`;
  const { stdout } = await host.run(sh`sha256sum < ${file}`, { what: `read ${file}` });
  return stdout.slice(0, 64);
}

/** The first accepted version that really starts; names alone do not tell, because version managers put launchers in PATH. */
async function choosePython(host: Host, accepted: readonly string[]): Promise<Python> {
  const ask =
    'import sys; print("%d.%d" % sys.version_info[:2], getattr(sys, "_base_executable", "") or sys.executable)';
  const names = [...accepted.map((version) => `python${version}`), 'python3'];
  const script = sh`${exportHome}
for name in ${names}; do "$name" -c ${ask} 2>/dev/null || true; done`;
  const { stdout } = await host.run(script, { what: 'look for Python' });
  const found = stdout.split('\n').flatMap((line): Python[] => {
    const [version = '', path] = line.split(' ');
    return path ? [{ version, path }] : [];
  });
  const python = accepted.map((version) => found.find((one) => one.version === version)).find(Boolean);
  if (python) return python;
  const [best = '3.11'] = accepted;
  const seen = [...new Set(found.map(({ version }) => version))].join(', ') || 'none';
  throw new RefusedError(
    `This release of Kubespray needs Python ${accepted.join(' or ')} on ${host.name}; found there: ${seen}.`,
    {
      host: host.name,
      advice: `Run "apt-get install -y python${best} python${best}-venv" on ${host.name}, or name a release of Kubespray that fits.`,
    },
  );
}

/** Debian and Ubuntu ship Python without what `python -m venv` needs; the document installs virtualenv. */
async function chooseTool(host: Host, { version, path }: Python): Promise<'venv' | 'virtualenv'> {
  const script = sh`if ${path} -c 'import venv, ensurepip' 2>/dev/null; then echo venv
elif command -v virtualenv >/dev/null; then echo virtualenv
else echo none; fi`;
  const { stdout } = await host.run(script, { what: 'look for venv and virtualenv' });
  const tool = stdout.trim();
  if (tool === 'venv' || tool === 'virtualenv') return tool;
  throw new RefusedError(`${host.name} has neither venv for Python ${version} nor virtualenv.`, {
    host: host.name,
    advice: `Run "apt-get update && apt-get install -y python3-pip virtualenv python${version}-venv" on ${host.name}.`,
  });
}

/** A folder of ours without the closing file was left by an attempt that was cut off, and is made anew. */
function createScript({ folder, python, tool }: { folder: string; python: Python; tool: string }): Script {
  const create =
    tool === 'venv' ? sh`${python.path} -m venv ${folder}` : sh`virtualenv -q -p ${python.path} ${folder}`;
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
