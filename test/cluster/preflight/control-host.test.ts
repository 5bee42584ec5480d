import { describe, expect, it } from 'vitest';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { anApplyPlan, someFacts, someSystem } from '../../support/builders.js';
import { checks, findingsOf } from '../../support/preflight-worker.js';
import { type Scene, found, specificationOf, told } from '../../support/preflight-scene.js';

describe('a control host', () => {
  const findings = (scene: Scene) =>
    found(scene)
      .filter(({ check }) => check === 'control-host')
      .map(({ severity, is }) => `${severity}: ${is}`);
  const w = { machineId: 'm9', bootId: 'b9' };
  const storage = { w: anApplyPlan() };
  const container = someSystem({ init: 'node' });

  it('is one of the nodes where its address and port are', () => {
    expect(checks({}, { controlHost: { address: '10.0.0.9' } })).toEqual(['warning control-host']);
    expect(findingsOf({}, { controlHost: { address: '10.0.0.9' } })[0]?.is).toBe('the control host is w');
    expect(checks({}, { controlHost: { address: '10.0.0.9', port: 2222 } })).toEqual([]);
  });

  it('is one of the nodes whatever name or address it has', () => {
    expect(findings({ machine: w })).toEqual(['warning: Slipway runs on w']);
    const controlHost = { address: 'jump.example.org' };
    expect(findings({ machine: w, specification: { controlHost } })).toEqual([
      'warning: the control host is w',
    ]);
    const byPort = { address: '10.0.0.9', port: 2222 };
    expect(findings({ machine: w, specification: { controlHost: byPort } })).toEqual([
      'warning: the control host is w',
    ]);
  });

  it('is one of them from a container too, which has an ID of its own', () => {
    expect(findings({ machine: { machineId: '', bootId: 'b9', system: container } })).toHaveLength(1);
  });

  it('is none of them where the node is a container on it, or a clone of it', () => {
    const nodes = { missingModules: null };
    const machine = { machineId: 'm0', bootId: 'b9', system: container };
    expect(findings({ machine, system: nodes })).toEqual([]);
    expect(findings({ machine: { machineId: 'm9', bootId: 'b0' } })).toEqual([]);
    expect(findings({ machine: { machineId: 'm0', bootId: 'b9' } })).toEqual([]);
    expect(
      findings({ machine: { machineId: '', bootId: '' }, facts: { machineId: '', bootId: '' } }),
    ).toEqual([]);
  });

  it('stops the procedure only where step 7 would restart the machine on which Slipway runs', () => {
    expect(findings({ machine: w, storage })).toEqual(['error: Slipway runs on w, which step 7 restarts']);
    expect(findings({ machine: w, storage: { cp1: anApplyPlan() } })).toEqual(['warning: Slipway runs on w']);
    const controlHost = { address: '10.0.0.9' };
    expect(findings({ machine: w, storage, specification: { controlHost } })).toEqual([
      'warning: the control host is w',
    ]);
  });
});

describe('the control host, for Kubespray', () => {
  it('needs no room for what is there already', () => {
    expect(told({ controlHost: { freeBytes: 1e6, isInstalled: true } })).toEqual([]);
  });

  it('is not judged by facts of an earlier version', () => {
    expect(preflight({ specification: specificationOf({}), facts: {}, controlHost: someFacts() })).toEqual(
      [],
    );
  });
});
