import { describe, expect, it } from 'vitest';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { someFacts } from '../../support/builders.js';
import { told, specificationOf } from '../../support/preflight-scene.js';

describe('the control host', () => {
  it('needs no room for what is there already', () => {
    expect(told({ controlHost: { freeBytes: 1e6, isInstalled: true } })).toEqual([]);
  });

  it('is not judged by facts of an earlier version', () => {
    expect(preflight({ specification: specificationOf({}), facts: {}, controlHost: someFacts() })).toEqual(
      [],
    );
  });
});
