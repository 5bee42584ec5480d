import { describe, expect, it } from 'vitest';
import { chooseRelease } from '../../src/cluster/choose-release.js';
import type { HostFacts, Interpreter } from '../../src/cluster/facts.js';
import { aSpecification, someFacts } from './builders.js';

const on = (id: string, versionId: string, facts: Partial<HostFacts> = {}) =>
  someFacts({ operatingSystem: { id, versionId, prettyName: `${id} ${versionId}` }, ...facts });
const ubuntu = on('ubuntu', '22.04');
const pythons = (...versions: string[]): Interpreter[] =>
  versions.map((version) => ({ version, path: `/usr/bin/python${version}`, tool: 'venv' }));
const controlHost = (...versions: string[]) =>
  on('ubuntu', '22.04', { interpreters: pythons(...versions), kubespray: null });
const naming = (release: string) => aSpecification({ kubespray: { release } });
const specification = aSpecification();

describe('chooseRelease, where one is named', () => {
  it('takes it', () => {
    const chosen = chooseRelease({
      specification: naming('2.24.1'),
      facts: { a: ubuntu },
      controlHost: controlHost('3.11'),
    });
    expect(chosen).toEqual({ name: 'v2.24.1', why: 'The specification names it.', findings: [] });
  });

  it('says exactly what does not fit, and what to do about each', () => {
    const { findings } = chooseRelease({
      specification: naming('v2.24.1'),
      facts: { a: on('ubuntu', '24.04'), b: ubuntu },
      controlHost: on('ubuntu', '24.04', { interpreters: pythons('3.12') }),
    });
    expect(findings).toEqual([
      {
        check: 'kubespray-release',
        host: 'a',
        severity: 'warning',
        is: 'ubuntu 24.04',
        shouldBe: 'one that Kubespray v2.24.1 is made for: Ubuntu 20.04 or 22.04, Debian 10, 11 or 12',
        mend: 'Name kubespray.release v2.31.0, which is made for it.',
      },
      {
        check: 'control-host-python',
        host: null,
        severity: 'error',
        is: 'Python 3.12 on the control host',
        shouldBe: 'Python 3.9, 3.10 or 3.11, for the Ansible of Kubespray v2.24.1',
        mend:
          'Install one of them there (no package of ubuntu 24.04 has one): "pyenv install 3.11" makes one that ' +
          'Slipway finds. Or name kubespray.release v2.31.0, which runs with what is there.',
      },
    ]);
  });

  it('knows Ubuntu 24.04 from v2.25.1 on', () => {
    const facts = { a: on('ubuntu', '24.04') };
    expect(chooseRelease({ specification: naming('v2.25.0'), facts }).findings).toHaveLength(1);
    expect(chooseRelease({ specification: naming('v2.25.1'), facts }).findings).toEqual([]);
  });

  it('tells of a release, and of an operating system, that the table does not know', () => {
    const chosen = chooseRelease({ specification: naming('2.99.0'), facts: { a: on('rocky', '9.4') } });
    expect(chosen.name).toBe('v2.99.0');
    expect(chosen.findings).toMatchObject([
      { host: null, severity: 'warning', is: 'v2.99.0', mend: expect.stringContaining('by the rules of v2.31.0') as string },
      { host: 'a', severity: 'warning', is: 'rocky 9.4' },
    ]); // prettier-ignore
  });
});

describe('chooseRelease, where none is named', () => {
  it('does not say that a release fits what nobody looked at', () => {
    expect(chooseRelease({ specification }).why).toBe(
      'It is the newest known release; the specification names none.',
    );
    expect(chooseRelease({ specification, controlHost: controlHost('3.11') }).why).toBe(
      'It is the newest known release that fits the hosts and the control host; the specification names none.',
    );
  });

  it.each<[string, HostFacts[], string[], string]>([
    ['the newest for Ubuntu 22.04 and Python 3.11', [ubuntu], ['3.11'], 'v2.31.0'],
    ['one that knows Python 3.10', [ubuntu], ['3.10'], 'v2.30.0'],
    ['one that knows Python 3.9', [ubuntu], ['3.9'], 'v2.24.3'],
    ['one that knows Ubuntu 20.04', [ubuntu, on('ubuntu', '20.04')], ['3.11'], 'v2.28.1'],
    ['one for Ubuntu 20.04 and 24.04', [on('ubuntu', '24.04'), on('ubuntu', '20.04')], ['3.12'], 'v2.28.1'],
    ['one that knows Debian 10', [on('debian', '10')], ['3.11'], 'v2.25.0'],
    ['the newest for Debian 13', [on('debian', '13')], ['3.11'], 'v2.31.0'],
    ['one for any Python of the control host', [ubuntu], ['3.9', '3.12'], 'v2.31.0'],
    [
      'one whose kubelet starts with cgroup v1',
      [on('debian', '12', { cgroupVersion: 1 })],
      ['3.11'],
      'v2.30.0',
    ],
  ])('takes %s', (_, hosts, versions, expected) => {
    const facts = Object.fromEntries(hosts.map((host, index) => [`h${index}`, host]));
    const chosen = chooseRelease({ specification, facts, controlHost: controlHost(...versions) });
    expect(chosen).toMatchObject({ name: expected, findings: [] });
  });

  it('says why it is not the newest', () => {
    const facts = { a: on('ubuntu', '20.04'), b: on('ubuntu', '20.04') };
    expect(chooseRelease({ specification, facts, controlHost: controlHost('3.10') }).why).toBe(
      'It is the newest known release that fits the hosts and the control host; the specification names none. ' +
        'v2.31.0 does not fit: there is ubuntu 20.04 on a, which should be one that Kubespray v2.31.0 is made for: ' +
        'Ubuntu 22.04 or 24.04, Debian 11, 12 or 13 (and 2 more).',
    );
  });

  it('stays with the release of the cluster’s checkout, and says what is newer', () => {
    const facts = { a: ubuntu };
    const installed = { ...controlHost('3.11'), kubespray: 'v2.28.0' };
    expect(chooseRelease({ specification, facts, controlHost: installed })).toEqual({
      name: 'v2.28.0',
      why:
        'The specification names none, and this cluster’s checkout on the control host has it. ' +
        'v2.31.0 is known: name it in kubespray.release for an upgrade.',
      findings: [],
    });
    const named = chooseRelease({ specification: naming('v2.29.0'), facts, controlHost: installed });
    expect(named.name).toBe('v2.29.0');
  });

  it('does not give up a release for a missing package, but names it', () => {
    const noTool = on('ubuntu', '22.04', {
      interpreters: [{ version: '3.10', path: '/usr/bin/python3.10', tool: null }],
    });
    const chosen = chooseRelease({ specification, facts: { a: ubuntu }, controlHost: noTool });
    expect(chosen.name).toBe('v2.30.0');
    expect(chosen.findings).toMatchObject([
      {
        check: 'control-host-python',
        severity: 'error',
        is: 'Python 3.10 (/usr/bin/python3.10) without venv, and no virtualenv on the control host',
        mend: expect.stringContaining('apt-get install -y python3.10-venv') as string,
      },
    ]);
    expect(chosen.findings[0]?.mend).not.toContain('kubespray.release');
  });

  it('lets an operating system that the table does not know neither decide nor pass unseen', () => {
    const chosen = chooseRelease({
      specification,
      facts: { a: on('rocky', '9.4') },
      controlHost: controlHost('3.11'),
    });
    expect(chosen).toMatchObject({ name: 'v2.31.0', findings: [{ host: 'a', is: 'rocky 9.4' }] });
  });

  it('takes the newest that fits the hosts and says what to install, where no Python fits', () => {
    const chosen = chooseRelease({
      specification,
      facts: { a: on('ubuntu', '20.04') },
      controlHost: controlHost('3.8'),
    });
    expect(chosen).toMatchObject({
      name: 'v2.28.1',
      why: 'It is the newest known release that fits the hosts; no release fits these hosts and this control host.',
      findings: [
        {
          check: 'control-host-python',
          severity: 'error',
          is: 'Python 3.8 on the control host',
          mend: 'Run "apt-get update && apt-get install -y python3.11 python3.11-venv" there.',
        },
      ],
    });
  });

  it('takes the newest and says what does not fit, where no release fits the hosts', () => {
    const facts = { a: on('debian', '10'), b: on('debian', '13') };
    const chosen = chooseRelease({ specification, facts, controlHost: controlHost('3.11') });
    expect(chosen).toMatchObject({
      name: 'v2.31.0',
      why: 'It is the newest known release; no release fits these hosts and this control host.',
      findings: [
        {
          host: 'a',
          severity: 'warning',
          mend: expect.stringMatching(/^No known release is made for all/) as string,
        },
      ],
    });
  });
});
