import type { FitSituation } from '../release-choice/fitting-release.js';
import type { Release } from '../releases/releases.js';
import { isAnsibleTemplate } from '../values/ansible-template.js';
import { calicoFindings } from './network/calico.js';
import { cloudFindings } from './cloud.js';
import { externalCa } from './external-ca.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { kubeVersionFindings } from './kube-version.js';
import { podsOnNodeFindings } from './pods-on-node.js';
import {
  foundVariable,
  isKnown,
  removedVariables,
  unknownChoices,
  type Variables,
} from './found-variable.js';

/** What Kubespray's own checks of its variables stop at, minutes after its start, told before. */
export function kubesprayFindings(
  situation: FitSituation,
  release: Release | undefined,
): FindingBeforeOverrides[] {
  const { specification } = situation;
  const { variables } = specification.kubespray;
  return [
    ...ownVariableFindings(variables),
    ...externalCa(specification),
    ...calicoFindings(specification),
    ...podsOnNodeFindings(specification),
    ...(release === undefined
      ? []
      : [...byRelease(variables, release), ...kubeVersionFindings(situation, release)]),
  ];
}

/** Where Kubespray has a choice, and Slipway works with one of them only. */
const needed = {
  container_manager: { value: 'containerd', why: 'whose unit Slipway looks after and whose data it moves' },
  etcd_deployment_type: { value: 'host', why: 'because Slipway looks after etcd as a service of its hosts' },
} as const;

/** Kubespray's checks do not look at these; in its expressions a text counts as true, whatever it says. */
const booleans = ['download_localhost', 'auto_renew_certificates', 'enable_nodelocaldns'] as const;

/** What the release's own checks stop at. */
function byRelease(variables: Variables, { name, variables: rules }: Release): FindingBeforeOverrides[] {
  const release = `Kubespray ${name}`;
  return [
    ...unknownChoices(variables, rules.choices, release),
    ...textInPlaceOfBoolean(variables, rules.booleans, `, or ${release} stops`),
    ...removedVariables(variables, rules.removed, release),
    ...cloudFindings(variables, rules.cloud, release),
  ];
}

function textInPlaceOfBoolean(
  variables: Variables,
  names: readonly string[],
  why = '',
): FindingBeforeOverrides[] {
  return names
    .filter((name) => isKnown(variables, name) && typeof variables[name] !== 'boolean')
    .map((name) => foundVariable(variables, name, `true or false without quotes${why}`));
}

function ownVariableFindings(variables: Variables): FindingBeforeOverrides[] {
  const { download_run_once: runOnce } = variables;
  return [
    ...Object.entries(needed)
      .filter(([name, { value }]) => isKnown(variables, name) && variables[name] !== value)
      .map(([name, { value, why }]) => foundVariable(variables, name, `${value}, ${why}`)),
    ...textInPlaceOfBoolean(variables, booleans),
    ...(variables['download_localhost'] === true && runOnce !== true && !isAnsibleTemplate(runOnce)
      ? [
          foundVariable(
            variables,
            'download_localhost',
            'set together with download_run_once: true, or Kubespray stops',
          ),
        ]
      : []),
  ];
}
