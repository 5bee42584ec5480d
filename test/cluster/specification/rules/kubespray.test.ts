import { describe, expect, it } from 'vitest';
import { problems, controlPlane } from '../../../support/specification-problems.js';

describe('rules for Kubespray', () => {
  const kubespray = (setting: unknown) => problems({ name: 'a', hosts: [controlPlane], kubespray: setting });

  it.each(['v2.24.1', '2.31.0', 'v2.40.0'])('take release %s', (release) => {
    expect(kubespray({ release })).toEqual([]);
  });

  it.each(['v2.24.0', '2.9.9', 'v1.30.0'])('refuse the old release %s', (release) => {
    expect(kubespray({ release })).toEqual([
      'kubespray.release: must be between v2.24.1 and v2.31.0, or newer',
    ]);
  });

  it.each(['master', 'v2.24', 'v2.24.1; id', '--upload-pack=x', 'v02.24.1', '2.024.1', 'v2.24.01'])(
    'refuse %j as a release',
    (release) => {
      expect(kubespray({ release })).toEqual(['kubespray.release: must be a release such as v2.24.1']);
    },
  );

  it('take a zero by itself for a part of a release', () => {
    expect(kubespray({ release: 'v2.27.0' })).toEqual([]);
  });

  it.each(['release-2.27', 'master', '2.27.0', 'v2.99.0'])('want the release of what ref %s is', (ref) => {
    expect(kubespray({ ref })).toEqual([
      'kubespray.ref: must come with kubespray.release, by whose rules and Python it is run; only the tag of a known release is enough by itself',
    ]);
    expect(kubespray({ ref, release: 'v2.27.1' })).toEqual([]);
  });

  it('take the tag of a known release as ref, unless another release is named', () => {
    expect(kubespray({ ref: 'v2.27.0' })).toEqual([]);
    expect(kubespray({ ref: 'v2.27.0', release: '2.27.0' })).toEqual([]);
    expect(kubespray({ ref: 'v2.27.0', release: 'v2.31.0' })).toEqual([
      'kubespray.ref: must not be the tag of another release than kubespray.release, which is v2.31.0',
    ]);
  });

  it.each(['--upload-pack=id', 'ext::sh -c id', 'ext::/bin/id', "https://x/'y", 'https://x/$(id)'])(
    'refuse the repository %j',
    (repository) => {
      expect(kubespray({ repository })).toEqual([
        'kubespray.repository: must be a URL or path that git can clone',
      ]);
    },
  );

  it('want names of variables that Ansible takes', () => {
    expect(kubespray({ variables: { a: [{ b: 'x\ud800' }], c: '\u{1f6a2}' } })).toEqual([
      'kubespray.variables.a: must not hold half of a surrogate pair, which no file can hold',
    ]);
    expect(kubespray({ variables: { 'a-b': 1 } })).toEqual([
      'kubespray.variables.a-b: must be the name of a variable: letters, digits and _',
    ]);
  });
});
