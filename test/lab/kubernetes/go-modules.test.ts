import { describe, expect, it } from 'vitest';
import { adaptedSource, programsOf, stubGoMod } from '../../../src/lab/kubernetes/go-modules.js';

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

  it('asks for other modules that its own command needs, at fixed versions', () => {
    const needs = { 'example.org/netlink': '1.3.1' };
    const stub = { name: 'own', module: 'example.org/dns', version: '1.12.0', commands: [], needs };
    expect(stubGoMod(stub, 'module example.org/dns\n\ngo 1.22\n').trim().split(/\n+/)).toEqual([
      'module slipway.lab/own',
      'go 1.22',
      'require example.org/dns v1.12.0',
      'require example.org/netlink v1.3.1',
    ]);
  });
});

describe('the programs of a stub', () => {
  it('bear the last part of their path, or the name they are given', () => {
    const own = { program: 'own', source: 'package main' };
    const commands = ['example.org/a/cmd/tool', { program: 'server', path: 'example.org/a/server/v3' }];
    const programs = programsOf({ name: 'a', module: 'example.org/a', version: '1.0.0', commands, own });
    expect(programs).toEqual([
      { program: 'tool', path: 'example.org/a/cmd/tool' },
      { program: 'server', path: 'example.org/a/server/v3' },
      { program: 'own', path: '.' },
    ]);
  });
});

describe('adaptedSource', () => {
  it('leaves out the imports that are named, and nothing that only begins like them', () => {
    const original = `import (
	_ "example.org/backend/udp"
	_ "example.org/backend/udp6"
	"example.org/backend/vxlan" // "example.org/backend/udp"x
)`;
    expect(adaptedSource(original, ['example.org/backend/udp'])).toBe(`import (
	_ "example.org/backend/udp6"
	"example.org/backend/vxlan" // "example.org/backend/udp"x
)`);
  });
});
