import { describe, expect, it } from 'vitest';
import { chooseRelease } from '../../../src/cluster/release-choice/choose-release.js';
import type { HostFacts, Interpreter } from '../../../src/cluster/facts/facts.js';
import { aSpecification, someFacts } from '../../support/builders.js';

const on = (id: string, versionId: string, facts: Partial<HostFacts> = {}) =>
  someFacts({ operatingSystem: { id, versionId, prettyName: `${id} ${versionId}` }, ...facts });
const ubuntu = on('ubuntu', '22.04');
const pythons = (...versions: string[]): Interpreter[] =>
  versions.map((version) => ({ version, path: `/usr/bin/python${version}`, tool: 'venv' }));
const controlHost = (...versions: string[]) =>
  on('ubuntu', '22.04', { interpreters: pythons(...versions), kubespray: null });
const naming = (release: string) => aSpecification({ kubespray: { release } });
const specification = aSpecification();
const node = (kubelet: string | null, apiServer: string | null = null) => ({ kubelet, apiServer });
const running = (...nodes: HostFacts['kubernetes'][]) =>
  Object.fromEntries(nodes.map((kubernetes, index) => [`h${index}`, on('ubuntu', '22.04', { kubernetes })]));

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
        advice: 'Name kubespray.release v2.31.0, which is made for it.',
      },
      {
        check: 'control-host-python',
        host: null,
        severity: 'error',
        is: 'Python 3.12 on the control host',
        shouldBe: 'Python 3.9, 3.10 or 3.11, for the Ansible of Kubespray v2.24.1',
        advice:
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
      { host: null, severity: 'warning', is: 'v2.99.0', advice: expect.stringContaining('by the rules of v2.31.0') as string },
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

  it('says of which machines it knows that the release fits them, where some could not be read', () => {
    const whyOf = (seen: Partial<Parameters<typeof chooseRelease>[0]>) =>
      chooseRelease({ specification, isPartial: true, ...seen }).why;
    expect(whyOf({ facts: {} })).toBe(
      'It is the newest known release; the specification names none, and no machine could be read.',
    );
    expect(whyOf({ facts: { a: ubuntu } })).toBe(
      'It is the newest known release that fits the machines that could be read; the specification names none.',
    );
    expect(whyOf({ facts: {}, controlHost: controlHost('3.8') })).toBe(
      'It is the newest known release; no release fits the machines that could be read.',
    );
    expect(whyOf({ facts: { a: on('ubuntu', '20.04') }, controlHost: controlHost('3.8') })).toBe(
      'It is the newest known release that fits the hosts that could be read; no release fits the machines that could be read.',
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

  it('says of cgroups alone why it is not the newest', () => {
    const facts = { a: on('debian', '12', { cgroupVersion: 1 }) };
    expect(chooseRelease({ specification, facts, controlHost: controlHost('3.11') }).why).toContain(
      'v2.31.0 does not fit: there is cgroup v1 on a, which should be v2 for its kubelet.',
    );
  });

  it('stays with the release of the cluster’s checkout, and says what is newer', () => {
    const facts = { a: ubuntu };
    const installed = { ...controlHost('3.11'), kubespray: 'v2.28.0' };
    expect(chooseRelease({ specification, facts, controlHost: installed })).toEqual({
      name: 'v2.28.0',
      why:
        'The specification names none, and this cluster’s checkout on the control host has it. ' +
        'v2.31.0 is known, with Kubernetes 1.35. Another minor release of Kubernetes is an upgrade: one at a time, ' +
        'by Kubespray’s upgrade-cluster.yml, which Slipway does not run yet.',
      findings: [],
    });
    const named = chooseRelease({ specification: naming('v2.29.0'), facts, controlHost: installed });
    expect(named.name).toBe('v2.29.0');
  });

  it('advises a newer release than the checkout’s only where no cluster runs, or the same Kubernetes is installed', () => {
    const why = (kubespray: string, kubernetes: HostFacts['kubernetes']) =>
      chooseRelease({
        specification,
        facts: { a: on('ubuntu', '22.04', { kubernetes }) },
        controlHost: { ...controlHost('3.11'), kubespray },
      }).why;
    expect(why('v2.28.0', null)).toContain(
      'v2.31.0 is known: no cluster runs here yet, so kubespray.release may name it.',
    );
    expect(why('v2.28.0', node('1.32.5'))).toContain('which Slipway does not run yet');
    expect(why('v2.31.0', node('1.35.4'))).not.toContain('is known');
  });

  it('takes the release that a known tag in kubespray.ref is', () => {
    const chosen = chooseRelease({
      specification: aSpecification({ kubespray: { ref: 'v2.27.0' } }),
      facts: { a: ubuntu },
    });
    expect(chosen).toMatchObject({ name: 'v2.27.0', why: 'The specification names it.' });
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
        advice: expect.stringContaining('apt-get install -y python3.10-venv') as string,
      },
    ]);
    expect(chosen.findings[0]?.advice).not.toContain('kubespray.release');
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
          advice: 'Run "apt-get update && apt-get install -y python3.11 python3.11-venv" there.',
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
          advice: expect.stringMatching(/^No known release is made for all/) as string,
        },
      ],
    });
  });
});

describe('chooseRelease, where a cluster runs already', () => {
  const choose = (facts: Record<string, HostFacts>, host = controlHost('3.11'), variables = {}) =>
    chooseRelease({ specification: aSpecification({ kubespray: { variables } }), facts, controlHost: host });

  it.each([
    ['that installs just this version', running(node('1.31.4')), 'v2.27.0'],
    ['that installs this minor release', running(node('1.31.7')), 'v2.27.1'],
    ['of the oldest Kubernetes that is known', running(node('1.28.6', '1.28.6'), node('1.28.6')), 'v2.24.1'],
    ['of the API servers, which kubelets may be behind', running(node('1.30.4'), node('1.31.9', '1.31.9')), 'v2.27.1'],
    ['of the API servers, which a kubelet should not be ahead of', running(node('1.35.4', '1.33.7')), 'v2.29.1'],
    ['of the newest kubelet, where no API server was seen', running(node('1.29.10'), node('1.30.6')), 'v2.26.1'],
    ['of the nodes, beside hosts that are none', running(null, node('1.32.8'), null), 'v2.28.1'],
    ['of the nodes, beside hosts that were not asked', running(undefined, node('1.32.8')), 'v2.28.1'],
  ])('takes the release %s', (_, facts, expected) => {
    expect(choose(facts)).toMatchObject({ name: expected, findings: [] });
  }); // prettier-ignore

  it('says why, and that a newer one is no matter of naming it', () => {
    expect(choose(running(node('1.31.4'))).why).toBe(
      'The specification names none, and Kubernetes 1.31.4 runs on the hosts: v2.27.0 installs 1.31.4. ' +
        'v2.31.0 is known, with Kubernetes 1.35. Another minor release of Kubernetes is an upgrade: one at a time, ' +
        'by Kubespray’s upgrade-cluster.yml, which Slipway does not run yet.',
    );
    expect(choose(running(node('1.35.2'))).why).toBe(
      'The specification names none, and Kubernetes 1.35.2 runs on the hosts: v2.31.0 installs 1.35.4.',
    );
  });

  it('takes it also where the control host’s Python does not fit, and says so', () => {
    expect(choose(running(node('1.28.6')), controlHost('3.13'))).toMatchObject({
      name: 'v2.24.1',
      findings: [{ check: 'control-host-python', severity: 'error' }],
    });
  });

  it('goes by the checkout only where that installs what runs', () => {
    const withCheckout = (kubespray: string) => ({ ...controlHost('3.11'), kubespray });
    expect(choose(running(node('1.31.4')), withCheckout('v2.27.1')).name).toBe('v2.27.1');
    expect(choose(running(node('1.31.4')), withCheckout('v2.31.0')).name).toBe('v2.27.0');
    expect(choose(running(node('1.35.4')), withCheckout('v2.24.1')).name).toBe('v2.31.0');
    expect(choose(running(node('1.31.4')), withCheckout('v2.32.0')).name).toBe('v2.27.0');
    expect(choose(running(node('1.36.1')), withCheckout('v2.32.0')).name).toBe('v2.32.0');
  });

  it('lets kube_version say what the checkout installs', () => {
    const host = { ...controlHost('3.11'), kubespray: 'v2.29.1' };
    expect(choose(running(node('1.32.8')), host).name).toBe('v2.28.1');
    expect(choose(running(node('1.32.8')), host, { kube_version: '1.32.9' }).name).toBe('v2.29.1');
  });

  it('says that no known release installs what runs', () => {
    expect(choose(running(node('1.27.3')))).toMatchObject({
      name: 'v2.31.0',
      why: expect.stringContaining(
        'No known release installs Kubernetes 1.27, which runs on the hosts.',
      ) as string,
    });
  });
});

describe('chooseRelease, where kube_version asks for a Kubernetes', () => {
  const asking = (kube_version: string, variables = {}) =>
    aSpecification({ kubespray: { variables: { kube_version, ...variables } } });
  const fresh = on('ubuntu', '22.04', { kubernetes: null });
  const choose = (version: string, versions = ['3.11'], facts: Record<string, HostFacts> = { a: fresh }) =>
    chooseRelease({ specification: asking(version), facts, controlHost: controlHost(...versions) });

  it.each([
    ['v1.30.4', 'v2.28.1'],
    ['1.33.4', 'v2.31.0'],
    ['1.35.4', 'v2.31.0'],
    ['1.32.11', 'v2.30.0'],
    ['v1.29.9', 'v2.27.1'],
    ['{{ mine }}', 'v2.31.0'],
  ])('takes for %s the newest that installs it, %s', (version, expected) => {
    expect(choose(version)).toMatchObject({ name: expected, findings: [] });
  });

  it('says so, also before anybody looked at the hosts', () => {
    expect(choose('v1.30.4').why).toBe(
      'It is the newest known release that installs Kubernetes 1.30.4, which kube_version asks for, and fits the ' +
        'hosts and the control host; the specification names none.',
    );
    expect(chooseRelease({ specification: asking('1.30.4') }).why).toBe(
      'It is the newest known release that installs Kubernetes 1.30.4, which kube_version asks for; ' +
        'the specification names none.',
    );
  });

  it('takes one of them that fits the control host', () => {
    const chosen = choose('v1.28.3', ['3.9']);
    expect(chosen).toMatchObject({ name: 'v2.24.3', findings: [] });
    expect(chosen.why).toContain('v2.26.1 does not fit: there is Python 3.9 on the control host');
  });

  it('says what is missing only where none of them fits', () => {
    expect(choose('v1.30.4', ['3.13'])).toMatchObject({
      name: 'v2.28.1',
      why:
        'It is the newest known release that installs Kubernetes 1.30.4, which kube_version asks for, and fits the ' +
        'hosts; no release with that Kubernetes fits these hosts and this control host.',
      findings: [
        {
          ...{ check: 'control-host-python', severity: 'error', is: 'Python 3.13 on the control host' },
          advice: expect.not.stringContaining('kubespray.release') as string,
        },
      ],
    });
    expect(choose('1.33.4', ['3.11'], { a: on('ubuntu', '20.04', { kubernetes: null }) })).toMatchObject({
      name: 'v2.31.0',
      findings: [
        {
          ...{ check: 'kubespray-release', host: 'a', severity: 'warning' },
          advice:
            'No known release that installs Kubernetes 1.33.4 is made for all of these hosts: install another system ' +
            'on some of them, or ask for another Kubernetes by kube_version.',
        },
      ],
    });
  });

  it('lets a version that no release has, or that comes with checksums of its own, decide nothing', () => {
    expect(choose('1.36.0')).toMatchObject({
      name: 'v2.31.0',
      why: expect.stringMatching(/ No known release installs Kubernetes 1\.36\.0, which kube_version asks for\.$/) as string,
    });
    const sum = 'sha256:00';
    const two = { kubelet_binary_checksum: sum, kubeadm_binary_checksum: sum };
    const tables = { kubelet_checksums: sum, kubeadm_checksums: sum, kubectl_checksums: sum };
    const nameWith = (own: Record<string, string>) =>
      chooseRelease({ specification: asking('1.30.4', own), facts: { a: fresh } }).name;
    expect(nameWith({ ...two, kubectl_binary_checksum: sum })).toBe('v2.31.0');
    expect(nameWith(two), 'one is missing').toBe('v2.28.1');
    expect(nameWith(tables), 'no effect').toBe('v2.28.1');
  }); // prettier-ignore

  it('does not go by a checkout without it, which no cluster was made with', () => {
    const withCheckout = (facts: Record<string, HostFacts>, version = '1.30.4', kubespray = 'v2.31.0') =>
      chooseRelease({ specification: asking(version), facts, controlHost: { ...controlHost('3.11'), kubespray } }).name;
    expect(withCheckout({ a: fresh })).toBe('v2.28.1');
    expect(withCheckout({ a: fresh }, '1.34.1')).toBe('v2.31.0');
    expect(withCheckout({ a: fresh }, '1.34.1', 'v2.30.0')).toBe('v2.30.0');
    expect(withCheckout({ a: fresh }, '1.36.0', 'v2.30.0')).toBe('v2.30.0');
    expect(withCheckout({ a: fresh }, '1.36.0', 'v2.32.0')).toBe('v2.32.0');
    expect(withCheckout({ a: ubuntu }), 'where nobody knows').toBe('v2.31.0');
  }); // prettier-ignore

  it('takes over a cluster that runs one that has both its minor release and the patch', () => {
    const chosen = choose('1.30.14', ['3.11'], running(node('1.30.4')));
    expect(chosen).toMatchObject({ name: 'v2.28.1', findings: [] });
    expect(chosen.why).toBe(
      'The specification names none, and Kubernetes 1.30.4 runs on the hosts: v2.28.1 installs 1.30.14, which ' +
        'kube_version asks for. v2.31.0 is known, with Kubernetes 1.35. Another minor release of Kubernetes is an ' +
        'upgrade: one at a time, by Kubespray’s upgrade-cluster.yml, which Slipway does not run yet.',
    );
    expect(choose('v1.30.6', ['3.11'], running(node('1.30.4'))).name).toBe('v2.26.1');
    expect(choose('v1.30.3', ['3.11'], running(node('1.30.4'))).name).toBe('v2.26.0');
    expect(choose('v1.27.9', ['3.11'], running(node('1.27.3'))).name, 'by kube_version alone').toBe('v2.25.1');
    expect(choose('1.35.4', ['3.11'], running(node('1.30.4'))).name, 'no upgrade').toBe('v2.26.0');
    const host = { ...controlHost('3.11'), kubespray: 'v2.26.0' };
    expect(chooseRelease({ specification: asking('v1.30.6'), facts: running(node('1.30.4')), controlHost: host }).name).toBe('v2.26.1');
  }); // prettier-ignore
});
