import { describe, expect, it } from 'vitest';
import type { MirrorProblem } from '../../../src/cluster/mirror/mirror-answers.js';
import { mirrorFindings } from '../../../src/cluster/preflight/mirror.js';

const findings = (...problems: (Partial<MirrorProblem> & { readonly hosts: readonly string[] })[]) =>
  mirrorFindings({
    hosts: ['w1', 'w2'],
    asked: { files: 2, images: 1, digests: 2 },
    problems: problems.map((one) => ({
      kind: 'file',
      address: 'http://m/a',
      problem: 'missing',
      detail: '',
      ...one,
    })),
    unknown: [],
  });

describe('mirrorFindings', () => {
  it('name together what all hosts miss, as an error of the cluster', () => {
    const hosts = ['w1', 'w2'];
    expect(findings({ hosts }, { hosts, address: 'http://m/b' })).toMatchObject([
      {
        check: 'mirror-files',
        host: null,
        severity: 'error',
        is: '2 files not there: http://m/a, http://m/b',
      },
    ]);
  });

  it('are of a host where the others have it', () => {
    expect(findings({ hosts: ['w2'], problem: 'unreachable', detail: 'No route to host' })).toMatchObject([
      { host: 'w2', is: '1 file out of reach (No route to host): http://m/a' },
    ]);
  });

  it('name wrong digests with what was seen', () => {
    const wrong = { hosts: ['w1'], problem: 'wrong-digest' } as const;
    expect(
      findings({ ...wrong, detail: 'sha256:aa' }, { ...wrong, address: 'http://m/b', detail: 'sha256:bb' }),
    ).toMatchObject([
      {
        host: 'w1',
        is: '2 files with another digest than it should have: http://m/a (sha256:aa), http://m/b (sha256:bb)',
      },
    ]);
  });

  it('are none where everything is there', () => {
    expect(findings()).toEqual([]);
  });
});
