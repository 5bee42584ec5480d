import { describe, expect, it } from 'vitest';
import { chooseDemo, type FoundSources } from '../../../src/cli/demo/choose-demo.js';

const all: FoundSources = {
  release: 'v2.29.1',
  repository: '/srv/kubespray',
  answers: true,
  parts: 19,
  missing: [],
};
const unbuilt = { missing: Array.from({ length: 19 }, (_, index) => `part-${index}`) };
const remedies = { buildMirror: 'slipway lab mirror build', nameClone: 'npm run demo -- --kubespray PATH' };
const choose = (found: Partial<FoundSources>, wanted?: 'real' | 'stand-in') =>
  chooseDemo({ ...all, ...found }, { wanted, remedies });
const whats = (found: Partial<FoundSources>) => choose(found).obstacles?.map(({ what }) => what);

describe('the demo that is chosen', () => {
  it('is the real one where the mirror is complete and a repository answers', () => {
    const real = { kind: 'real', release: 'v2.29.1', repository: '/srv/kubespray' };
    expect(choose({})).toEqual({ demo: real });
    expect(choose({}, 'real')).toEqual({ demo: real });
  });

  it('is the stand-in where a part of the mirror or the repository is missing, with each reason', () => {
    expect(choose({ missing: ['kubelet', 'etcd'] }).demo.kind).toBe('stand-in');
    expect(whats({ missing: ['kubelet', 'etcd'] })).toEqual(["the lab's mirror lacks kubelet, etcd"]);
    expect(whats(unbuilt)).toEqual(["the lab's mirror is not built"]);
    expect(whats({ answers: false })).toEqual(['/srv/kubespray showed no tag v2.29.1 within 3 seconds']);
    expect(whats({ ...unbuilt, answers: false })).toHaveLength(2);
  });

  it('says of each reason what makes the real one possible', () => {
    expect(choose({ ...unbuilt, answers: false }).obstacles?.map(({ remedy }) => remedy)).toEqual([
      'Build the mirror, once, in about a quarter of an hour: slipway lab mirror build',
      'Name a clone of Kubespray that has v2.29.1: npm run demo -- --kubespray PATH',
    ]);
  });

  it('is the stand-in where that is asked for, whatever is there', () => {
    expect(choose({}, 'stand-in')).toEqual({ demo: { kind: 'stand-in' } });
    expect(choose({ ...unbuilt, answers: false }, 'stand-in')).toEqual({ demo: { kind: 'stand-in' } });
  });

  it('is none where the real one is asked for and not possible: what, why and what to do', () => {
    expect(() => choose({ missing: ['kubelet'], answers: false }, 'real')).toThrow(
      [
        "The real Kubespray cannot be run here: the lab's mirror lacks kubelet, and /srv/kubespray showed no tag v2.29.1 within 3 seconds.",
        'Machines of the lab reach nothing outside, so both have to be here.',
        'Build the mirror, once, in about a quarter of an hour: slipway lab mirror build',
        'Name a clone of Kubespray that has v2.29.1: npm run demo -- --kubespray PATH',
      ].join('\n'),
    );
  });
});
