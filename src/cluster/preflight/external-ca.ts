import type { Specification } from '../specification/specification.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { foundInVariables, foundVariable } from './found-variable.js';

const shouldBe = 'false where kube_external_ca_mode is true, or Kubespray stops';

/** Kubespray renews no certificates that somebody else's CA has made; the operator's variable wins over the specification. */
export function externalCa({ kubespray }: Specification): FindingBeforeOverrides[] {
  const { variables, autoRenewCertificates } = kubespray;
  if (variables['kube_external_ca_mode'] !== true) return [];
  if (Object.hasOwn(variables, 'auto_renew_certificates')) {
    return variables['auto_renew_certificates'] === true
      ? [foundVariable(variables, 'auto_renew_certificates', shouldBe)]
      : [];
  }
  if (autoRenewCertificates !== true) return [];
  return [
    foundInVariables({
      is: 'kubespray.autoRenewCertificates: true',
      shouldBe,
      advice: 'Take it out, or say false.',
    }),
  ];
}
