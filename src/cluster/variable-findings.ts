import { conflictTexts, groupVariables, type Conflict, type StorageLayouts } from './group-variables.js';
import type { FoundBefore } from './preflight/finding.js';
import { rulesFor } from './releases.js';
import type { Specification } from './specification.js';

interface Input {
  readonly specification: Specification;
  /** Kubespray's release. */
  readonly release: string;
  readonly storage: StorageLayouts;
}

/** What the operator's own variables change of what Slipway would write; they win, so it is told before anything is done. */
export function variableFindings({ specification, release, storage }: Input): FoundBefore[] {
  const { conflicts } = groupVariables({ specification, release, storage });
  return [
    ...flagsAsText(specification, release),
    ...lostRootDir(conflicts),
    ...conflictTexts(conflicts).map((text) => ({
      ...common,
      severity: 'warning' as const,
      is: text.replace(/\.$/, ''),
      shouldBe: 'what Slipway writes, unless you mean it',
      mend: 'Take it out of kubespray.variables, or accept it by an override of group-variables with a reason.',
    })),
  ];
}

const common = { check: 'group-variables', host: null } as const;
const flags = 'kubelet_custom_flags';

/** Trap T1. */
function flagsAsText({ kubespray }: Specification, release: string): FoundBefore[] {
  const own = kubespray.variables[flags];
  if (typeof own !== 'string' || !rulesFor(release).release.customFlagsMustBeList) return [];
  return [
    {
      ...common,
      severity: 'error',
      is: `${flags} in kubespray.variables is a text, of which Kubespray ${release} makes one flag a letter`,
      shouldBe: 'a list of flags',
      mend: `Write ${flags}: [${JSON.stringify(own)}].`,
    },
  ];
}

/** Without it kubelet keeps the data of all pods on the system disk, beside the array that was made for them. */
function lostRootDir(conflicts: readonly Conflict[]): FoundBefore[] {
  const lost = conflicts.filter(
    ({ name, own }) => name === flags && !JSON.stringify(own).includes('--root-dir'),
  );
  const wanted = [
    ...new Set(lost.flatMap(({ replaced }) => (Array.isArray(replaced) ? replaced.map(String) : []))),
  ];
  if (wanted.length === 0) return [];
  return [
    {
      ...common,
      severity: 'error',
      is: `${flags} in kubespray.variables lacks ${wanted.join(' and ')}`,
      shouldBe: 'kubelet’s data on the array that step 7 makes',
      mend:
        wanted.length === 1
          ? `Add "${wanted.join('')}" to it, or choose the layout bind.`
          : 'Hosts have different folders: choose the layout bind.',
    },
  ];
}
