import type { Fit } from '../release-fit.js';
import type { Release } from '../releases.js';
import type { Specification } from '../specification.js';
import { isTemplate } from '../template.js';
import { clusterNetworkFindings } from './cluster-networks.js';
import type { FoundBefore } from './finding.js';
import { kubeVersionFindings } from './kube-version.js';

type Variables = Specification['kubespray']['variables'];

/** What Kubespray's own checks of its variables stop at, minutes after its start, told before. */
export function kubesprayFindings(surroundings: Fit, release: Release | undefined): FoundBefore[] {
  const { specification } = surroundings;
  const { variables } = specification.kubespray;
  return [
    ...variableFindings(variables),
    ...(release === undefined
      ? []
      : [...byRelease(variables, release), ...kubeVersionFindings(surroundings, release)]),
    ...clusterNetworkFindings(specification),
  ];
}

/** Where Kubespray has a choice, and Slipway works with one of them only. */
const needed = {
  container_manager: { value: 'containerd', why: 'whose unit Slipway looks after and whose data it moves' },
  etcd_deployment_type: { value: 'host', why: 'because Slipway looks after etcd as a service of its hosts' },
} as const;

/** Kubespray's checks do not look at these; in its expressions a text counts as true, whatever it says. */
const booleans = ['download_localhost', 'auto_renew_certificates', 'enable_nodelocaldns'] as const;

/** A value that is there, and is no template, which nobody can judge. */
const isKnown = (variables: Variables, name: string) =>
  Object.hasOwn(variables, name) && !isTemplate(variables[name]);

function found(variables: Variables, name: string, shouldBe: string): FoundBefore {
  return {
    check: 'kubespray-variables',
    host: null,
    severity: 'error',
    is: `${name}: ${JSON.stringify(variables[name])}`,
    shouldBe,
    mend: `Correct ${name} in kubespray.variables.`,
  };
}

/** What the release's own checks stop at. */
function byRelease(variables: Variables, { name: release, variables: rules }: Release): FoundBefore[] {
  return [
    ...Object.entries(rules.choices)
      .filter(([name, known]) => isKnown(variables, name) && !known.some((one) => one === variables[name]))
      .map(([name, known]) =>
        found(variables, name, `one of ${known.join(', ')}, or Kubespray ${release} stops`),
      ),
    ...textInPlaceOfBoolean(variables, rules.booleans, `, or Kubespray ${release} stops`),
  ];
}

function textInPlaceOfBoolean(variables: Variables, names: readonly string[], why = ''): FoundBefore[] {
  return names
    .filter((name) => isKnown(variables, name) && typeof variables[name] !== 'boolean')
    .map((name) => found(variables, name, `true or false without quotes${why}`));
}

function variableFindings(variables: Variables): FoundBefore[] {
  const { download_run_once: runOnce, auto_renew_certificates: renews } = variables;
  return [
    ...Object.entries(needed)
      .filter(([name, { value }]) => isKnown(variables, name) && variables[name] !== value)
      .map(([name, { value, why }]) => found(variables, name, `${value}, ${why}`)),
    ...textInPlaceOfBoolean(variables, booleans),
    ...(variables['download_localhost'] === true && runOnce !== true && !isTemplate(runOnce)
      ? [
          found(
            variables,
            'download_localhost',
            'set together with download_run_once: true, or Kubespray stops',
          ),
        ]
      : []),
    ...(variables['kube_external_ca_mode'] === true && renews === true
      ? [
          found(
            variables,
            'auto_renew_certificates',
            'false where kube_external_ca_mode is true, or Kubespray stops',
          ),
        ]
      : []),
  ];
}
