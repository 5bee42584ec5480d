import type { Interpreter } from './facts.js';

/** Python on the control host: what is there, which of it is taken, and what to install where none of it will do. */

/** What is told about the machine that Ansible runs on. */
export interface PythonHost {
  readonly interpreters: readonly Interpreter[];
  /** ID and VERSION_ID of /etc/os-release. */
  readonly system: { readonly id: string; readonly versionId: string };
}

/**
 * Understands the answer of the search in src/probes/python-search.ts: lines `python <version> <venv|-> <path>`,
 * `tool virtualenv`, `id <ID>` and `version <VERSION_ID>`. Whatever else a host writes is passed over.
 */
export function parseInterpreters(text: string): PythonHost {
  const lines = text.split('\n').map((line) => line.trim());
  const valueOf = (key: string) =>
    lines
      .find((line) => line.startsWith(`${key} `))
      ?.slice(key.length + 1)
      .replace(/^"(.*)"$/, '$1') ?? '';
  const other = lines.includes('tool virtualenv') ? 'virtualenv' : null;
  const found = lines.flatMap((line): Interpreter[] => {
    const [, version, venv, path] =
      /^python (3\.[0-9]{1,3}) (venv|-) (\/[^\p{Cc}\p{Zl}\p{Zp}]*)$/u.exec(line) ?? [];
    if (version === undefined || path === undefined) return [];
    return [{ version, path, tool: venv === 'venv' ? 'venv' : other }];
  });
  const interpreters = found.filter(
    ({ path }, index) => found.findIndex((one) => one.path === path) === index,
  );
  return { interpreters, system: { id: valueOf('id'), versionId: valueOf('version') } };
}

/** The best of the accepted versions that is there, and of that one that can make a virtual environment. */
export function chooseInterpreter(
  interpreters: readonly Interpreter[],
  accepted: readonly string[],
): Interpreter | undefined {
  const fitting = accepted.flatMap((version) => interpreters.filter((one) => one.version === version));
  return fitting.find(({ tool }) => tool !== null) ?? fitting[0];
}

/** What is wrong with a control host's Python, in the words of a finding. */
export interface PythonTrouble {
  readonly is: string;
  readonly shouldBe: string;
  readonly advice: string;
}

/** What is missing for one of the accepted versions, and what to install; null: nothing is missing. */
export function pythonTrouble(found: PythonHost, accepted: readonly string[]): PythonTrouble | null {
  const isUsable = (chooseInterpreter(found.interpreters, accepted)?.tool ?? null) !== null;
  return isUsable ? null : missingPython(found, accepted);
}

/** The same where it is known that something is missing. */
export function missingPython(
  { interpreters, system }: PythonHost,
  accepted: readonly string[],
): PythonTrouble {
  const best = chooseInterpreter(interpreters, accepted);
  if (best === undefined) {
    return {
      is: versionsText(interpreters.map(({ version }) => version)),
      shouldBe: `Python ${either(accepted)}`,
      advice: packageAdvice(system, accepted),
    };
  }
  return {
    is: `Python ${best.version} (${best.path}) without venv, and no virtualenv`,
    shouldBe: `venv for Python ${either(accepted)}, or virtualenv`,
    advice: `Run "apt-get update && apt-get install -y python${best.version}-venv" there, or install virtualenv.`,
  };
}

/** Versions of Python that the packages of a distribution's release have. */
const packaged: Readonly<Record<string, readonly string[]>> = {
  'ubuntu 20.04': ['3.8', '3.9'],
  'ubuntu 22.04': ['3.10', '3.11'],
  'ubuntu 24.04': ['3.12'],
  'debian 10': ['3.7'],
  'debian 11': ['3.9'],
  'debian 12': ['3.11'],
  'debian 13': ['3.13'],
};

/** The package where the distribution has one; else pyenv, whose versions the search finds by itself. */
function packageAdvice({ id, versionId }: PythonHost['system'], accepted: readonly string[]): string {
  const has = packaged[`${id} ${versionId}`];
  const version = accepted.find((one) => has?.includes(one));
  if (version !== undefined) {
    return `Run "apt-get update && apt-get install -y python${version} python${version}-venv" there.`;
  }
  const [newest = ''] = accepted;
  const lacking = has === undefined ? '' : ` (no package of ${id} ${versionId} has one)`;
  return `Install one of them there${lacking}: "pyenv install ${newest}" makes one that Slipway finds.`;
}

/** "3.9, 3.10 or 3.11", oldest first. */
export function either(versions: readonly string[]): string {
  const sorted = inOrder(versions);
  return sorted.length < 2 ? sorted.join('') : `${sorted.slice(0, -1).join(', ')} or ${sorted.at(-1) ?? ''}`;
}

/** "Python 3.8, 3.9" or "no Python 3". */
function versionsText(versions: readonly string[]): string {
  return versions.length === 0 ? 'no Python 3' : `Python ${inOrder(versions).join(', ')}`;
}

function inOrder(versions: readonly string[]): string[] {
  const minor = (version: string) => Number(version.split('.')[1]);
  return [...new Set(versions)].sort((left, right) => minor(left) - minor(right));
}
