import { describe, expect, it } from 'vitest';
import {
  findRelease,
  oldestRelease,
  releaseTable,
  rulesFor,
} from '../../../src/cluster/releases/releases.js';
import { newestFirst, parseVersion } from '../../../src/cluster/values/version.js';

describe('the table of releases', () => {
  it('is in order, from the newest to the document’s', () => {
    const versions = releaseTable.map(({ name }) => parseVersion(name) ?? ([0, 0, 0] as const));
    expect([...versions].sort(newestFirst)).toEqual(versions);
    expect(releaseTable.at(-1)?.name).toBe(oldestRelease);
  });

  it.each([
    // Kubespray's own files at each tag: requirements.txt, docs/ansible/ansible.md, README.md, kubelet.env, kubeadm-setup.
    ['v2.24.1', '1.28.6', '8.5.0', '3.9', '20.04 22.04', '10 11 12', false, 'ignores-errors'],
    ['v2.24.3', '1.28.14', '8.5.0', '3.9', '20.04 22.04', '10 11 12', false, 'ignores-errors'],
    ['v2.25.0', '1.29.5', '9.5.1', '3.10', '20.04 22.04', '10 11 12', false, 'ignores-errors'],
    ['v2.25.1', '1.29.10', '9.5.1', '3.10', '20.04 22.04 24.04', '11 12', false, 'ignores-errors'],
    ['v2.26.1', '1.30.6', '9.8.0', '3.10', '20.04 22.04 24.04', '11 12', false, 'ignores-errors'],
    ['v2.27.1', '1.31.9', '9.13.0', '3.10', '20.04 22.04 24.04', '11 12', true, 'strict'],
    ['v2.28.1', '1.32.8', '9.13.0', '3.10', '20.04 22.04 24.04', '11 12', true, 'strict'],
    ['v2.29.0', '1.33.5', '10.7.0', '3.10', '22.04 24.04', '11 12 13', true, 'strict'],
    ['v2.29.1', '1.33.7', '10.7.0', '3.10', '22.04 24.04', '11 12 13', true, 'strict'],
    [
      'v2.30.0',
      '1.34.3',
      '10.7.0',
      '3.10',
      '22.04 24.04',
      '11 12 13',
      true,
      'ignores-four-errors-in-the-run',
    ],
    [
      'v2.31.0',
      '1.35.4',
      '11.13.0',
      '3.11',
      '22.04 24.04',
      '11 12 13',
      true,
      'ignores-four-errors-in-the-run',
    ],
  ])('knows %s', (name, kubernetes, ansible, oldestPython, ubuntu, debian, list, rerun) => {
    const release = findRelease(name);
    expect(release).toMatchObject({
      kubernetes,
      ansible: { package: ansible },
      ubuntu: ubuntu.split(' '),
      debian: debian.split(' '),
      customFlagsMustBeList: list,
      rerun,
      cgroupV1: name !== 'v2.31.0',
      localDnsLabel: 'node-local-dns',
    });
    expect(release?.python.at(-1)).toBe(oldestPython);
  });

  it('knows the playbooks by the names that each release has, and how they are kept from asking', () => {
    expect(findRelease('v2.29.0')?.playbooks).toMatchObject({
      cluster: 'cluster.yml',
      facts: 'playbooks/facts.yml',
      upgrade: 'upgrade-cluster.yml',
      removeNode: 'remove-node.yml',
    });
    expect(findRelease('v2.29.1')?.playbooks).toMatchObject({
      cluster: 'cluster.yml',
      upgrade: 'upgrade_cluster.yml',
      removeNode: 'remove_node.yml',
    });
    for (const { extraVariables } of releaseTable) {
      expect(extraVariables).toEqual({
        removeNode: { skip_confirmation: true },
        reset: { reset_confirmation: true },
      });
    }
  });

  it('knows that kube_version lost its v with v2.28.0', () => {
    const prefixes = releaseTable.map(({ name, kubeVersionPrefix }) => `${name} ${kubeVersionPrefix}`.trim());
    expect(prefixes.filter((text) => !text.endsWith(' v')).at(-1)).toBe('v2.28.0');
    expect(prefixes.filter((text) => text.endsWith(' v'))[0]).toBe('v2.27.1 v');
  });

  it('knows where kubelet gets the file of systemd-resolved', () => {
    const last = releaseTable.map(({ name, resolvedSystems }) => `${name} ${resolvedSystems.at(-1) ?? ''}`);
    expect(last.filter((text) => text.endsWith('ubuntu-24')).at(-1)).toBe('v2.25.0 ubuntu-24');
    expect(last.filter((text) => text.endsWith('ubuntu-22'))[0]).toBe('v2.24.3 ubuntu-22');
  });

  it('knows that the first control plane is the inventory’s from v2.30.0 on', () => {
    const byName = releaseTable.filter(({ firstControlPlaneByName }) => firstControlPlaneByName);
    expect(byName[0]?.name).toBe('v2.29.1');
    expect(byName).toEqual(releaseTable.slice(-byName.length));
  });

  it('finds a release without its v', () => {
    expect(findRelease('2.24.1')?.name).toBe('v2.24.1');
    expect(findRelease('2.99.0')).toBeUndefined();
  });
});

describe('rulesFor', () => {
  it.each([
    ['v2.24.9', '8.5.0', 'v2.24.3', '1.28.14'],
    ['2.26.5', '9.8.0', 'v2.26.1', '1.30.6'],
    ['v2.32.0', '11.13.0', 'v2.31.0', null],
    ['v3.0.0', '11.13.0', 'v2.31.0', null],
  ])('runs the unknown %s by the nearest known rules, and says so', (name, ansible, nearest, kubernetes) => {
    const { release, warning } = rulesFor(name);
    expect(release.ansible.package).toBe(ansible);
    expect(release.kubernetes).toBe(kubernetes);
    expect(release.name).toBe(name.startsWith('v') ? name : `v${name}`);
    expect(warning).toContain(`by the rules of ${nearest}`);
  });

  it.each(['v2.24.0', 'v2.9.9', 'v1.99.0', 'main'])('refuses %s', (name) => {
    expect(() => rulesFor(name)).toThrow(RangeError);
  });
});
