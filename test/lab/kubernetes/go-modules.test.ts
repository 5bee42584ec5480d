import { describe, expect, it } from 'vitest';
import { stubGoMod } from '../../../src/lab/kubernetes/go-modules.js';

describe('the stub of a Go module', () => {
  it('replaces what lies beside Kubernetes by the published modules of the same version', () => {
    const original = `module k8s.io/kubernetes

go 1.24.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	example.org/fork => example.org/other v1.0.0
)
`;
    const stub = { name: 'kubernetes', module: 'k8s.io/kubernetes', version: '1.33.13', commands: [] };
    expect(stubGoMod(stub, original).trim().split(/\n+/)).toEqual([
      'module slipway.lab/kubernetes',
      'go 1.24.0',
      'require k8s.io/kubernetes v1.33.13',
      'replace k8s.io/api => k8s.io/api v0.33.13',
      'replace k8s.io/client-go => k8s.io/client-go v0.33.13',
    ]);
  });
});
