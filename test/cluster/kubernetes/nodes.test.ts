import { expect, it } from 'vitest';
import { isReady, parseLeases, parseNodes } from '../../../src/cluster/kubernetes/nodes.js';
import { lease, list, node } from '../../support/kubernetes-objects.js';

it('is Ready only when its condition says so, and not when it says nothing', () => {
  const states = ['True', 'False', 'Unknown'].map((ready) => node('a', { ready }));
  expect(parseNodes(list(states)).map(isReady)).toEqual([true, false, false]);
  const silent = { metadata: { name: 'a' }, status: { nodeInfo: { kubeletVersion: 'v1.28.6' } } };
  const [read] = parseNodes(list([silent]));
  expect(read).toMatchObject({ spec: { unschedulable: false }, metadata: { labels: {}, annotations: {} } });
  expect(read && isReady(read)).toBe(false);
});

it('has a lease that may never have been renewed', () => {
  const [never, renewed] = parseLeases(list([lease('a'), lease('b', '2026-11-22T14:00:25.123456Z')]));
  expect(never?.spec).toEqual({ leaseDurationSeconds: 40 });
  expect(renewed?.spec.renewTime).toBe('2026-11-22T14:00:25.123456Z');
});

it('refuses what is no list of nodes', () => {
  expect(() => parseNodes('error: You must be logged in')).toThrow(SyntaxError);
  expect(() => parseNodes('{"items":[{}]}')).toThrow();
});
