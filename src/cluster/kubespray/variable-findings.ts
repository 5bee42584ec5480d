import { bypassedStorage } from './bypassed-storage.js';
import { canonicalJson } from '../values/digest.js';
import { gpuOf, nvidiaVariables } from './gpu.js';
import { conflictTexts, groupVariables, type VariableSources } from './group-variables.js';
import { namesText } from '../text/outline.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { rulesFor } from '../releases/releases.js';
import { ownChecksumVariables } from '../releases/role-variables.js';
import type { Specification } from '../specification/specification.js';

/** What the operator's own variables change of what Slipway would write; they win, so it is told before anything is done. */
export function variableFindings({
  specification,
  release,
  storage,
}: VariableSources): FindingBeforeOverrides[] {
  const { conflicts } = groupVariables({ specification, release, storage });
  return [
    ...flagsAsText(specification, release),
    ...withoutEffect(specification, release),
    ...lostStorage({ specification, release, storage }),
    ...lostRuntime(specification),
    ...renamedNodes(specification),
    ...conflictTexts(conflicts).map((text) => ({
      ...common,
      severity: 'warning' as const,
      is: text.replace(/\.$/, ''),
      shouldBe: 'what Slipway writes, unless you mean it',
      advice:
        'Take it out of kubespray.variables, or accept it by an override of group-variables with a reason.',
    })),
  ];
}

const common = { check: 'group-variables', host: null } as const;
const flags = 'kubelet_custom_flags';

/** Trap T1. */
function flagsAsText({ kubespray }: Specification, release: string): FindingBeforeOverrides[] {
  const own = kubespray.variables[flags];
  if (typeof own !== 'string' || !rulesFor(release).release.customFlagsMustBeList) return [];
  return [
    {
      ...common,
      severity: 'error',
      is: `${flags} in kubespray.variables is a text, of which Kubespray ${release} makes one flag a letter`,
      shouldBe: 'a list of flags',
      advice: `Write ${flags}: [${JSON.stringify(own)}].`,
    },
  ];
}

/** What a role of Kubespray sets itself, which wins over group variables: the operator's own value is never looked at. */
function withoutEffect(
  { kubespray: { variables } }: Specification,
  release: string,
): FindingBeforeOverrides[] {
  const { roleVariables } = rulesFor(release).release;
  return roleVariables
    .filter((name) => Object.hasOwn(variables, name))
    .map((name) => ({
      ...common,
      severity: 'warning',
      is: `${name} in kubespray.variables has no effect: a role of Kubespray ${release} sets it itself, which wins`,
      shouldBe: 'variables that Kubespray takes from an inventory',
      advice: insteadOf(name),
    }));
}

function insteadOf(name: string): string {
  const checksum = ownChecksumVariables[name];
  if (checksum !== undefined) return `Give the one checksum that is meant by ${checksum}: sha256:… instead.`;
  return name.endsWith('_checksums')
    ? 'Take it out: this file has to be the release’s own, from a mirror too.'
    : 'Take it out.';
}

/** What has to be mended, because the array that step 7 makes would stay empty. */
function lostStorage({ specification, release, storage }: VariableSources): FindingBeforeOverrides[] {
  const { variables } = specification.kubespray;
  return bypassedStorage({ variables, release, storage }).map((bypass) => ({
    ...common,
    severity: 'error',
    ...bypass,
  }));
}

/** The operator's own list takes the place of the one that gives GPU workers their runtime. */
function lostRuntime(specification: Specification): FindingBeforeOverrides[] {
  const variable = 'containerd_additional_runtimes';
  const { variables } = specification.kubespray;
  const workers = specification.hosts.filter((host) => gpuOf(specification, host) === 'nvidia');
  const own = variables[variable];
  const [nvidia] = nvidiaVariables[variable];
  const isKept = Array.isArray(own) && own.some((one) => isNamed(one, nvidia.name));
  if (workers.length === 0 || !Object.hasOwn(variables, variable) || isKept) return [];
  return [
    {
      ...common,
      severity: 'error',
      is: `${variable} in kubespray.variables lacks the runtime ${nvidia.name}`,
      shouldBe: `a runtime for the GPUs of ${namesText(workers.map(({ name }) => name))}`,
      advice: `Add ${canonicalJson(nvidia)} to it.`,
    },
  ];
}

/** Whether every node has its name in the inventory: Kubespray's own default, but in a cloud, up to v2.26. */
export function givesInventoryNames(specification: Specification): boolean {
  return !isRenamed(specification) && !Object.hasOwn(specification.kubespray.variables, 'cloud_provider');
}

const variable = 'kube_override_hostname';

function isRenamed({ kubespray }: Specification): boolean {
  const own = kubespray.variables[variable];
  const isDefault = typeof own === 'string' && /^\{\{ *inventory_hostname *\}\}$/.test(own.trim());
  return own !== undefined && !isDefault;
}

/** Step 9 looks for nodes by the names that they have in the inventory. */
function renamedNodes(specification: Specification): FindingBeforeOverrides[] {
  if (!isRenamed(specification)) return [];
  return [
    {
      ...common,
      severity: 'warning',
      is: `${variable} in kubespray.variables gives nodes other names than the inventory has`,
      shouldBe: 'the names of the inventory, by which step 9 looks for nodes',
      advice:
        'Take it out and name the hosts so in the specification, or accept node-ready, node-local-dns-pods and ' +
        'control-plane-pods by overrides with a reason.',
    },
  ];
}

function isNamed(runtime: unknown, name: string): boolean {
  return typeof runtime === 'object' && runtime !== null && 'name' in runtime && runtime.name === name;
}
