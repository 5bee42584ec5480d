import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inventoryYaml } from '../../../src/cluster/kubespray/inventory.js';
import { yamlForAnsible } from '../../../src/cluster/text/ansible-yaml.js';
import { aSpecification } from '../../support/builders.js';

/** The document's "Example hosts.yaml File" after "Manual Edits", word for word. */
const documentInventory = `all:
  vars:
    ansible_user: root
  hosts:
    node1:
      ansible_host: 10.0.10.136
      ip: 10.0.10.136
      access_ip: 10.0.10.136
    node2:
      ansible_host: 10.0.10.239
      ip: 10.0.10.239
      access_ip: 10.0.10.239
    node3:
      ansible_host: 10.0.10.253
      ip: 10.0.10.253
      access_ip: 10.0.10.253
    node4:
      ansible_host: 10.0.10.9
      ip: 10.0.10.9
      access_ip: 10.0.10.9
  children:
    kube_control_plane:
      hosts:
        node1:
        node2:
        node3:
    kube_node:
      hosts:
        node1:
        node2:
        node3:
        node4:
    etcd:
      hosts:
        node1:
        node2:
        node3:
    k8s_cluster:
      children:
        kube_control_plane:
        kube_node:
    calico_rr:
      hosts: {}
`;

type Hosts = Record<string, Record<string, unknown>>;
interface Parsed {
  all: { vars: Record<string, unknown>; hosts: Hosts; children: Record<string, { hosts: Hosts }> };
}
const read = (text: string) => parse(text, { version: '1.1' }) as Parsed;
const release = 'v2.24.1';

describe('inventoryYaml', () => {
  it("is the document's hosts.yaml for the document's four nodes, to the letter", () => {
    const text = inventoryYaml({ specification: aSpecification(), release });
    expect(text.replace(/^#.*\n+/, '')).toBe(documentInventory);
  });

  it('says who wrote it and for which release', () => {
    expect(inventoryYaml({ specification: aSpecification(), release })).toMatch(
      /^# Written by Slipway for Kubespray v2\.24\.1\./,
    );
  });

  it('writes port, user and inner address of a host only where they differ', () => {
    const specification = aSpecification({
      hosts: [
        {
          name: 'a',
          address: '203.0.113.7',
          internalAddress: '10.0.0.7',
          port: 2222,
          user: 'ubuntu',
          roles: ['control-plane', 'worker'],
        },
      ],
    });
    expect(read(inventoryYaml({ specification, release })).all.hosts).toEqual({
      a: {
        ansible_host: '203.0.113.7',
        ansible_port: 2222,
        ansible_user: 'ubuntu',
        ip: '10.0.0.7',
        access_ip: '10.0.0.7',
      },
    });
  });

  it('gives no ip to a host that is reached by a DNS name', () => {
    const specification = aSpecification({
      hosts: [{ name: 'a', address: 'a.example.org', roles: ['control-plane', 'worker'] }],
    });
    expect(read(inventoryYaml({ specification, release })).all.hosts).toEqual({
      a: { ansible_host: 'a.example.org' },
    });
  });

  it('names the private key when it is told one', () => {
    const text = inventoryYaml({ specification: aSpecification(), release, privateKey: '/root/.ssh/id_rsa' });
    expect(read(text).all.vars).toEqual({
      ansible_user: 'root',
      ansible_ssh_private_key_file: '/root/.ssh/id_rsa',
    });
  });

  it('makes the control planes etcd members where nobody has the role', () => {
    const specification = aSpecification({
      hosts: [
        { name: 'a', address: '10.0.0.1', roles: ['control-plane'] },
        { name: 'b', address: '10.0.0.2', roles: ['worker'] },
      ],
    });
    const { children } = read(inventoryYaml({ specification, release })).all;
    expect(children.etcd).toEqual({ hosts: { a: null } });
    expect(children.kube_node).toEqual({ hosts: { b: null } });
  });

  it('keeps the order of hosts whose names look like numbers, and quotes what YAML 1.1 takes for something else', () => {
    const names = ['z', '12', '012', 'on', 'null', '1e3', '0x1f', 'y'];
    const specification = aSpecification({
      hosts: names.map((name, index) => ({
        name,
        address: `1:2:3:4:5:6:7:${index}`,
        roles: index === 0 ? ['control-plane', 'worker'] : ['worker'],
      })),
    });
    const text = inventoryYaml({ specification, release });
    const order = [...text.matchAll(/^ {4}(\S+):$\n {6}ansible_host/gm)].map(([, name]) => name);
    expect(order).toEqual(['z', '"12"', '"012"', '"on"', '"null"', '"1e3"', '"0x1f"', '"y"']);
    expect(Object.keys(read(text).all.hosts).sort()).toEqual([...names].sort());
    expect(read(text).all.hosts['12']?.['ip']).toBe('1:2:3:4:5:6:7:1');
  });
});

describe('yamlForAnsible', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '=',
      '<<',
      '~',
      'yes',
      '1:2',
      '2001-01-01',
      '- a',
      '#a',
      'a #b',
      "'",
      '"',
      '\\',
      '\u0085',
      '\t',
      '*a',
    ),
  );

  it('gives back every text as the same text, whatever it looks like', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.array(hostile)), (value) => {
        const entries = new Map(Object.entries(value));
        const text = yamlForAnsible(entries, { comment: 'c' });
        const parsed = parse(text, { version: '1.1', mapAsMap: true }) as unknown;
        expect(parsed).toEqual(entries);
      }),
    );
  });

  it('writes numbers so that PyYAML takes them for numbers', () => {
    const text = yamlForAnsible([0, -1, 1.5, 1e21, -5e-324, 1.5e300, true, null], { comment: 'c' });
    expect(text.split('\n').slice(2, -1)).toEqual(
      ['0', '-1', '1.5', '1.0e+21', '-5.0e-324', '1.5e+300', 'true', ''].map((item) => `- ${item}`),
    );
  });

  it('writes only what every reader of YAML takes as printable', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const text = yamlForAnsible([value], { comment: 'c' });
        expect(text).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\ufeff]/u);
      }),
    );
  });
});
