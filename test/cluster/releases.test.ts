import { describe, expect, it } from 'vitest';
import { chooseRelease } from '../../src/cluster/choose-release.js';
import { findRelease, newestRelease, oldestRelease, releases, rulesFor } from '../../src/cluster/releases.js';
import { newestFirst, parseVersion } from '../../src/cluster/version.js';
import { aSpecification, someFacts } from './builders.js';

const on = (id: string, versionId: string) =>
  someFacts({ operatingSystem: { id, versionId, prettyName: `${id} ${versionId}` } });

describe('the table of releases', () => {
  it('is in order, from the newest to the document’s', () => {
    const versions = releases.map(({ name }) => parseVersion(name) ?? ([0, 0, 0] as const));
    expect([...versions].sort(newestFirst)).toEqual(versions);
    expect(releases[0]?.name).toBe(newestRelease);
    expect(releases.at(-1)?.name).toBe(oldestRelease);
  });

  it.each([
    // Kubespray's own files at each tag: requirements.txt, docs/ansible/ansible.md, README.md, kubelet.env.
    ['v2.24.1', '1.28.6', '8.5.0', '3.9', false, 'ignores-errors'],
    ['v2.25.0', '1.29.5', '9.5.1', '3.10', false, 'ignores-errors'],
    ['v2.26.0', '1.30.4', '9.8.0', '3.10', false, 'ignores-errors'],
    ['v2.27.0', '1.31.4', '9.13.0', '3.10', true, 'strict'],
    ['v2.28.0', '1.32.5', '9.13.0', '3.10', true, 'strict'],
    ['v2.29.0', '1.33.5', '10.7.0', '3.10', true, 'strict'],
    ['v2.30.0', '1.34.3', '10.7.0', '3.10', true, 'ignores-four-errors-in-the-run'],
    ['v2.31.0', '1.35.4', '11.13.0', '3.11', true, 'ignores-four-errors-in-the-run'],
  ])('knows %s', (name, kubernetes, ansible, oldestPython, list, rerun) => {
    const release = findRelease(name);
    expect(release).toMatchObject({
      kubernetes,
      ansible: { package: ansible },
      customFlagsMustBeList: list,
      inventoryBuilderRemoved: list,
      rerun,
    });
    expect(release?.python.at(-1)).toBe(oldestPython);
  });

  it('finds a release without its v', () => {
    expect(findRelease('2.24.1')?.name).toBe('v2.24.1');
    expect(findRelease('2.99.0')).toBeUndefined();
  });
});

describe('rulesFor', () => {
  it.each([
    ['v2.24.9', '8.5.0', 'v2.24.3'],
    ['2.26.5', '9.8.0', 'v2.26.1'],
    ['v2.32.0', '11.13.0', 'v2.31.0'],
    ['v3.0.0', '11.13.0', 'v2.31.0'],
  ])('runs the unknown %s by the nearest known rules, and says so', (name, ansible, nearest) => {
    const { release, warning } = rulesFor(name);
    expect(release.ansible.package).toBe(ansible);
    expect(release.name).toBe(name.startsWith('v') ? name : `v${name}`);
    expect(warning).toContain(`by the rules of ${nearest}`);
  });

  it.each(['v2.24.0', 'v2.9.9', 'v1.99.0', 'main'])('refuses %s', (name) => {
    expect(() => rulesFor(name)).toThrow(RangeError);
  });
});

describe('chooseRelease', () => {
  const specification = aSpecification();

  it('takes the one that is named', () => {
    const named = aSpecification({ kubespray: { release: '2.24.1' } });
    expect(
      chooseRelease({ specification: named, facts: { a: on('ubuntu', '22.04') }, python: ['3.11'] }),
    ).toEqual({
      name: 'v2.24.1',
      why: 'The specification names it.',
      warnings: [],
    });
  });

  it('warns where the named one does not fit', () => {
    const named = aSpecification({ kubespray: { release: 'v2.24.1' } });
    const { warnings } = chooseRelease({
      specification: named,
      facts: { a: on('ubuntu', '24.04') },
      python: ['3.12'],
    });
    expect(warnings).toEqual([
      'Kubespray v2.24.1 does not support ubuntu 24.04 of a.',
      'Kubespray v2.24.1 needs Python 3.11, 3.10, 3.9 on the control host; it has 3.12.',
    ]);
  });

  it('knows Ubuntu 24.04 from v2.25.1 on', () => {
    const warningsOf = (release: string) =>
      chooseRelease({
        specification: aSpecification({ kubespray: { release } }),
        facts: { a: on('ubuntu', '24.04') },
      }).warnings;
    expect(warningsOf('v2.25.0')).toEqual(['Kubespray v2.25.0 does not support ubuntu 24.04 of a.']);
    expect(warningsOf('v2.25.1')).toEqual([]);
  });

  it('tells of a named release, and of an operating system, that the table does not know', () => {
    const named = aSpecification({ kubespray: { release: '2.99.0' } });
    expect(chooseRelease({ specification: named, facts: { a: on('rocky', '9.4') } })).toMatchObject({
      name: 'v2.99.0',
      warnings: [
        'Kubespray v2.99.0 is not known to Slipway; it is run by the rules of v2.31.0.',
        'Slipway does not know which releases of Kubespray support rocky 9.4 of a.',
      ],
    });
  });

  it('does not say that a release fits what nobody looked at', () => {
    expect(chooseRelease({ specification }).why).toBe(
      'It is the newest known release; the specification names none.',
    );
    expect(chooseRelease({ specification, python: ['3.11'] }).why).toBe(
      'It is the newest known release that fits the hosts and the control host; the specification names none.',
    );
  });

  it.each([
    ['the newest for Ubuntu 22.04 and Python 3.11', [on('ubuntu', '22.04')], ['3.11'], 'v2.31.0'],
    ['one that knows Python 3.10', [on('ubuntu', '22.04')], ['3.10'], 'v2.30.0'],
    ['one that knows Python 3.9', [on('ubuntu', '22.04')], ['3.9'], 'v2.24.3'],
    ['one that knows Ubuntu 20.04', [on('ubuntu', '22.04'), on('ubuntu', '20.04')], ['3.11'], 'v2.28.1'],
    [
      'one that knows both Ubuntu 20.04 and 24.04',
      [on('ubuntu', '24.04'), on('ubuntu', '20.04')],
      ['3.12'],
      'v2.28.1',
    ],
    ['one that knows Debian 10', [on('debian', '10')], ['3.11'], 'v2.25.0'],
    ['the newest for Debian 13', [on('debian', '13')], ['3.11'], 'v2.31.0'],
    ['one for any Python of the control host', [on('ubuntu', '22.04')], ['3.9', '3.12'], 'v2.31.0'],
    ['the newest for Debian 12', [on('debian', '12')], ['3.11'], 'v2.31.0'],
  ])('takes %s', (_, hosts, python, expected) => {
    const facts = Object.fromEntries(hosts.map((host, index) => [`h${index}`, host]));
    expect(chooseRelease({ specification, facts, python })).toMatchObject({ name: expected, warnings: [] });
  });

  it('lets an operating system that the table does not know neither decide nor pass unseen', () => {
    expect(
      chooseRelease({ specification, facts: { a: on('rocky', '9.4') }, python: ['3.11'] }),
    ).toMatchObject({
      name: 'v2.31.0',
      warnings: ['Slipway does not know which releases of Kubespray support rocky 9.4 of a.'],
    });
  });

  it('takes the newest and says what does not fit, where none fits', () => {
    const needs = 'Kubespray v2.31.0 needs Python 3.13, 3.12, 3.11 on the control host; it has none.';
    expect(chooseRelease({ specification, facts: {}, python: [] })).toEqual({
      name: 'v2.31.0',
      why: 'It is the newest known release; no release fits these hosts and this control host.',
      warnings: [needs],
    });
    expect(chooseRelease({ specification, facts: { a: on('rocky', '9.4') }, python: [] }).warnings).toEqual([
      needs,
      'Slipway does not know which releases of Kubespray support rocky 9.4 of a.',
    ]);
  });
});
