import { describe, expect, it } from 'vitest';
import {
  nextPage,
  nodesList,
  pageOf,
  podsOfNodeList,
  systemPodsList,
} from '../../../src/cluster/kubernetes/lists.js';

/** What kubectl is to ask, as path and query. */
const asked = (...input: Parameters<typeof pageOf>) => {
  const [get, raw, address = ''] = pageOf(...input);
  expect([get, raw]).toEqual(['get', '--raw']);
  const [path, query] = address.split('?');
  return { path, ...Object.fromEntries(new URLSearchParams(query)) };
};

describe('a page of a list', () => {
  it('is limited, and begins where the one before has ended', () => {
    expect(asked(nodesList)).toEqual({ path: '/api/v1/nodes', limit: '200' });
    expect(asked(nodesList, 'eyJ2+/=&limit=9')).toEqual({
      ...{ path: '/api/v1/nodes', limit: '200', continue: 'eyJ2+/=&limit=9' },
    });
  });

  it('is of those with such labels, or on such a node', () => {
    expect(asked(systemPodsList())).toEqual({ path: '/api/v1/namespaces/kube-system/pods', limit: '200' });
    expect(asked(systemPodsList('k8s-app in (a,b)'))).toMatchObject({ labelSelector: 'k8s-app in (a,b)' });
    expect(asked(podsOfNodeList('node1'))).toEqual({
      ...{ path: '/api/v1/pods', limit: '200', fieldSelector: 'spec.nodeName=node1' },
    });
  });
});

describe('the page after', () => {
  it('is named by the page before, and there is none after the last', () => {
    expect(nextPage('{"metadata":{"continue":"abc"},"items":[]}')).toBe('abc');
    expect(nextPage('{"metadata":{"continue":""},"items":[]}')).toBeUndefined();
    expect(nextPage('{"items":[]}')).toBeUndefined();
    expect(() => nextPage('Unable to connect')).toThrow(SyntaxError);
    expect(() => nextPage('[]')).toThrow();
  });
});
