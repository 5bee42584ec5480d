import { describe, expect, it } from 'vitest';
import { readKubeconfig } from '../../../src/cluster/facts/kubeconfig.js';

const two = (current: string) => `
current-context: ${current}
contexts:
- {name: one, context: {cluster: c1, user: u1}}
- {name: two, context: {cluster: c2, user: u2}}
- {name: lost, context: {cluster: c9, user: u9}}
clusters:
- {name: c1, cluster: {server: s1}}
- {name: c2, cluster: {server: s2, certificate-authority: a2}}
users:
- {name: u1, user: {client-certificate: f1}}
- {name: u2, user: {client-certificate: f2, client-certificate-data: d2}}
`;
const nothing = {
  ...{ certificateFile: undefined, certificateData: undefined },
  ...{ authorityFile: undefined, authorityData: undefined, server: undefined },
};

describe('readKubeconfig', () => {
  it('takes the user and the cluster of the current context', () => {
    expect(readKubeconfig(two('one'))).toEqual({ ...nothing, server: 's1', certificateFile: 'f1' });
    expect(readKubeconfig(two('two'))).toEqual({
      ...nothing,
      ...{ server: 's2', authorityFile: 'a2', certificateFile: 'f2', certificateData: 'd2' },
    });
  });

  it.each(['', 'lost', 'three'])('takes none of several for the context %j', (current) => {
    expect(readKubeconfig(two(current))).toEqual(nothing);
  });

  it('takes the only ones where no context is named, and nothing that is empty', () => {
    const single = 'users: [{user: {client-certificate: f, client-certificate-data: ""}}]\nclusters: null';
    expect(readKubeconfig(single)).toEqual({ ...nothing, certificateFile: 'f' });
  });

  it.each(['', '7', 'x: [', 'users: 7', '&a [*a]', 'x: 1\nx: 2', '['.repeat(100_000)])(
    'is null for %.9s',
    (text) => {
      expect(readKubeconfig(text)).toBeNull();
    },
  );

  it('sees nothing in parts of another form', () => {
    expect(readKubeconfig('users:\n- name: a\n  user: [1]\nclusters:\n- cluster: {server: 7}\n')).toEqual(nothing);
  }); // prettier-ignore
});
