import { describe, expect, it } from 'vitest';
import { anApplyPlan, someSystem } from '../../support/builders.js';
import { type Scene, found } from '../../support/preflight-scene.js';

describe('the control host', () => {
  const told = (scene: Scene) =>
    found(scene)
      .filter(({ check }) => check === 'control-host')
      .map(({ severity, is }) => `${severity}: ${is}`);
  const w = { machineId: 'm9', bootId: 'b9' };
  const storage = { w: anApplyPlan() };
  const container = someSystem({ init: 'node' });

  it('is one of the nodes whatever name or address it has', () => {
    expect(told({ machine: w })).toEqual(['warning: Slipway runs on w']);
    const controlHost = { address: 'jump.example.org' };
    expect(told({ machine: w, specification: { controlHost } })).toEqual(['warning: the control host is w']);
    const byPort = { address: '10.0.0.9', port: 2222 };
    expect(told({ machine: w, specification: { controlHost: byPort } })).toEqual([
      'warning: the control host is w',
    ]);
  });

  it('is one of them from a container too, which has an ID of its own', () => {
    expect(told({ machine: { machineId: '', bootId: 'b9', system: container } })).toHaveLength(1);
  });

  it('is none of them where the node is a container on it, or a clone of it', () => {
    const nodes = { missingModules: null };
    const machine = { machineId: 'm0', bootId: 'b9', system: container };
    expect(told({ machine, system: nodes })).toEqual([]);
    expect(told({ machine: { machineId: 'm9', bootId: 'b0' } })).toEqual([]);
    expect(told({ machine: { machineId: 'm0', bootId: 'b9' } })).toEqual([]);
    expect(told({ machine: { machineId: '', bootId: '' }, facts: { machineId: '', bootId: '' } })).toEqual(
      [],
    );
  });

  it('stops the procedure only where step 7 would restart the machine on which Slipway runs', () => {
    expect(told({ machine: w, storage })).toEqual(['error: Slipway runs on w, which step 7 restarts']);
    expect(told({ machine: w, storage: { cp1: anApplyPlan() } })).toEqual(['warning: Slipway runs on w']);
    const controlHost = { address: '10.0.0.9' };
    expect(told({ machine: w, storage, specification: { controlHost } })).toEqual([
      'warning: the control host is w',
    ]);
  });
});
