import { describe, expect, it } from 'vitest';
import { type Scene, found } from '../../../support/preflight-scene.js';

describe('search domains', () => {
  const domains = (searchDomains: string[], variables: Scene['variables'] = {}) =>
    found({ facts: { searchDomains }, variables }).map(({ is }) => is);

  it('that Kubespray writes are right, and others beside them are told alone', () => {
    const own = ['cluster.local', 'default.svc.cluster.local', 'svc.cluster.local.'];
    expect(domains(own)).toEqual([]);
    expect(domains([...own, 'lan'])).toEqual(['search domains lan']);
  });

  it.each([
    [{ dns_domain: 'k8s.example' }, 'k8s.example'],
    [{ cluster_name: 'blue.example' }, 'blue.example'],
    [{ cluster_name: 'blue.example', dns_domain: '{{ cluster_name }}' }, 'blue.example'],
  ])('are those of the cluster’s own domain by %j', (variables, domain) => {
    expect(domains([`default.svc.${domain}`, `SVC.${domain}`], variables)).toEqual([]);
    expect(domains(['svc.cluster.local'], variables)).toEqual(['search domains svc.cluster.local']);
  });

  it('that the operator asks for are right', () => {
    expect(domains(['corp.example', 'lan'], { searchdomains: ['corp.example'] })).toEqual([
      'search domains lan',
    ]);
    expect(domains(['corp.example'], { searchdomains: 'corp.example' })).toEqual([
      'search domains corp.example',
    ]);
  });
});
