import { describe, expect, it } from 'vitest';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { found } from '../../support/preflight-scene.js';

describe('certificates of an external CA', () => {
  const judged = (kubespray: SpecificationInput['kubespray']) =>
    found({ specification: { kubespray } }).map(({ is, advice: mend }) => `${is}. ${mend}`);
  const variables = { kube_external_ca_mode: true };

  it('are not to be renewed, whichever way it is asked for', () => {
    expect(judged({ autoRenewCertificates: true, variables })).toEqual([
      'kubespray.autoRenewCertificates: true. Take it out, or say false.',
    ]);
    expect(judged({ variables: { ...variables, auto_renew_certificates: true } })).toEqual([
      'auto_renew_certificates: true. Correct auto_renew_certificates in kubespray.variables.',
    ]);
  });

  it('are not where nobody asks, or the variable has the last word', () => {
    expect(judged({ variables })).toEqual([]);
    expect(judged({ autoRenewCertificates: false, variables })).toEqual([]);
    expect(judged({ autoRenewCertificates: true, variables: { kube_external_ca_mode: false } })).toEqual([]);
    const own = { ...variables, auto_renew_certificates: false };
    expect(judged({ autoRenewCertificates: true, variables: own })).toEqual([]);
  });
});
