import { describe, expect, it } from 'vitest';
import { checkSpecification, formatProblem } from '../../../../src/cluster/specification/check.js';
import { documentHosts } from '../../../support/builders.js';

const check = (mirror: unknown, kubespray: unknown = {}) =>
  checkSpecification({ name: 'akash', hosts: documentHosts, mirror, kubespray });
const problemsOf = (mirror: unknown, kubespray?: unknown) =>
  (check(mirror, kubespray).problems ?? []).map(formatProblem);

describe('mirror', () => {
  it.each([
    { files: 'http://10.0.0.5:8880' },
    {
      files: 'https://mirror.lan/kubespray/',
      registry: 'https://[fd00::5]:5000',
      pip: 'https://pypi.lan/simple',
    },
  ])('may be %j', (mirror) => {
    expect(problemsOf(mirror)).toEqual([]);
  });

  it.each([
    [{ files: 'ftp://mirror.lan' }, 'mirror.files'],
    [{ files: 'mirror.lan:8880' }, 'mirror.files'],
    [{ registry: 'http://user:word@mirror.lan' }, 'mirror.registry'],
    [{ registry: 'http://mirror.lan:99999' }, 'mirror.registry'],
    [{ pip: 'http://mirror.lan/simple?token=1' }, 'mirror.pip'],
    [{ files: 'http://mirror.lan/{{ x }}' }, 'mirror.files'],
    [{ git: '--upload-pack=x' }, 'mirror.git'],
    [{ files: 'http://mirror.lan', apt: 'http://mirror.lan' }, 'mirror.apt'],
    [{}, 'mirror'],
  ])('must not be %j', (mirror, path) => {
    expect(problemsOf(mirror)).toEqual([expect.stringMatching(new RegExp(`^${path}: (must|is not known)`))]);
  });

  it('says where git clones from, in place of kubespray.repository', () => {
    const git = 'https://git.lan/kubespray.git';
    expect(check({ git }).specification?.kubespray.repository).toBe(git);
    expect(problemsOf({ git }, { repository: git })).toEqual([]);
    expect(problemsOf({ git }, { repository: 'https://other.lan/k.git' })).toEqual([
      'mirror.git: must be https://other.lan/k.git, as kubespray.repository says; one of the two is enough',
    ]);
  });

  it('holds no token', () => {
    expect(problemsOf({ git: 'https://token@git.lan/kubespray.git' })).toEqual([
      expect.stringContaining('mirror.git: must not hold a password or token'),
    ]);
  });
});
