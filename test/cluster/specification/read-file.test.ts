import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  formatProblems,
  readSpecificationFile,
  specificationJsonSchema,
} from '../../../src/cluster/specification/read-file.js';

const file = 'cluster.yaml';
const read = (text: string) => {
  const { problems } = readSpecificationFile({ text, file });
  return problems === undefined ? [] : formatProblems(problems).split('\n');
};
const host = '  - { name: node1, address: 10.0.0.1, roles: [control-plane, worker] }';
const valid = `name: akash\nhosts:\n${host}\n`;

describe('the examples', () => {
  const folder = new URL('../../../examples/', import.meta.url);
  const examples = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it('are there', () => {
    expect(examples).toEqual(expect.arrayContaining(['minimal.yaml', 'production.yaml', 'single.yaml']));
  });

  it.each(examples)('%s is right', (name) => {
    expect(read(readFileSync(new URL(name, folder), 'utf8'))).toEqual([]);
  });
});

describe('readSpecification', () => {
  it('reads YAML, and JSON with tabs too', () => {
    expect(readSpecificationFile({ text: valid, file }).specification?.hosts[0]?.name).toBe('node1');
    const json = JSON.stringify(readSpecificationFile({ text: valid, file }).specification, null, '\t');
    expect(readSpecificationFile({ text: json, file }).specification?.name).toBe('akash');
  });

  it('tells of two network plugins where the firewall’s stands', () => {
    const text = [
      valid + 'firewall:',
      '  networkPlugin: flannel',
      'kubespray: { variables: { kube_network_plugin: cilium } }',
    ];
    expect(read(text.join('\n'))).toEqual([
      'cluster.yaml:5:18 firewall.networkPlugin: must be cilium, because kubespray.variables has kube_network_plugin: "cilium"; one of the two is enough',
    ]);
  });

  it('tells of a variable that the inventory has where it stands', () => {
    const text = valid + 'kubespray:\n  variables:\n    ip: "{{ ansible_eno2.ipv4.address }}"';
    expect(read(text)).toEqual([
      'cluster.yaml:6:9 kubespray.variables.ip: must not be set for all hosts at once, because Slipway tells Ansible how each is reached; use hosts.*.internalAddress',
    ]);
  });

  it('tells of a secret where it stands, however deep', () => {
    const text = [
      valid + 'kubespray:',
      '  variables:',
      '    containerd_registry_auth:',
      '      - { registry: 10.0.0.9, username: me, password: hunter2 }',
    ];
    expect(read(text.join('\n'))).toEqual([
      "cluster.yaml:7:55 kubespray.variables.containerd_registry_auth.0.password: must not be a secret in the open; keep it in a file on the control host and write \"{{ lookup('file', '/path') }}\"",
    ]);
  });

  it('tells every problem with its line and column, in the order of the file', () => {
    const text = [
      'name: Akash',
      'hosts:',
      '  - name: node1',
      '    address: 10.0.0.1',
      '    port: "22"',
      '    roles: [control-plane, wroker]',
      '  - name: node1',
      '    adress: 10.0.0.2',
      '    roles: [worker]',
      'ssh:',
      '  bootstrapPassword: hunter2',
    ].join('\n');
    expect(read(text)).toEqual([
      'cluster.yaml:1:7 name: must be lower-case letters, digits and hyphens, and begin and end with a letter or digit',
      'cluster.yaml:5:11 hosts.0.port: must be a number, without quotes',
      'cluster.yaml:6:28 hosts.0.roles.1: must be one of control-plane, etcd, worker; did you mean worker?',
      'cluster.yaml:7:5 hosts.1.address: is missing',
      'cluster.yaml:7:11 hosts.1.name: must be unique; "node1" is the name of hosts.0 too',
      'cluster.yaml:8:5 hosts.1.adress: is not known; did you mean address?',
      'cluster.yaml:11:22 ssh.bootstrapPassword: must be { file: … } or { env: … }',
    ]);
  });

  it('tells the problems of one line from left to right', () => {
    const text = `name: akash
hosts:
  - { port: "22", address: a b, name: node1, roles: [control-plane, worker] }`;
    expect(read(text)).toEqual([
      'cluster.yaml:3:13 hosts.0.port: must be a number, without quotes',
      'cluster.yaml:3:28 hosts.0.address: must be an IP address or a DNS name',
    ]);
  });

  it('shows a problem that came by an alias where its anchor is', () => {
    const text = `name: akash
hosts:
  - { name: a, address: 10.0.0.1, roles: [control-plane, worker], ephemeralStorage: &s { level: raid5 } }
  - { name: b, address: 10.0.0.2, roles: [worker], ephemeralStorage: *s }`;
    const must = 'must be one of raid0, raid1, raid10; did you mean raid0?';
    expect(read(text)).toEqual([
      `cluster.yaml:3:97 hosts.0.ephemeralStorage.level: ${must}`,
      `cluster.yaml:3:97 hosts.1.ephemeralStorage.level: ${must}`,
    ]);
  });

  it('says where something is missing: at what should hold it', () => {
    expect(read('name: akash\n')).toEqual(['cluster.yaml:1:1 hosts: is missing']);
    expect(read('')).toEqual(['cluster.yaml:1:1 must not be empty']);
    expect(read('# nothing\n')).toEqual(['cluster.yaml:1:1 must not be empty']);
    expect(read('~\n')).toEqual(['cluster.yaml:1:1 must be a mapping']);
    expect(read(`${valid}controlHost:\n  port: 22\n`)).toEqual([
      'cluster.yaml:5:3 controlHost.address: is missing',
    ]);
    expect(read(`${valid}ssh:\n`)[0]).toMatch(/^cluster\.yaml:4:\d ssh: must be a mapping$/);
  });

  it.each([
    ['a broken line', 'name: akash\nhosts: [\n', /^cluster\.yaml:3:1 Flow sequence/],
    ['a tab', 'name: akash\nhosts:\n\t- name: a\n', /^cluster\.yaml:3:1 YAML does not allow tabs/],
    ['a key given twice', `${valid}name: other\n`, /^cluster\.yaml:4:1 this key is given a second time$/],
    [
      'a second document',
      `${valid}---\nname: b\n`,
      /^cluster\.yaml:4:1 the file must hold one document only/,
    ],
    ['a tag', `${valid}dns: !!js/function {}\n`, /^cluster\.yaml:4:6 tags \(words that begin with !\)/],
    [
      'an unknown alias',
      `${valid}dns: *x\n`,
      /^cluster\.yaml:4:6 \*x stands for nothing: there is no &x before it$/,
    ],
    ['an unknown alias to merge', `${valid}dns: { <<: *x }\n`, /^cluster\.yaml:4:12 \*x stands for nothing/],
    [
      'an alias within itself',
      `${valid}dns: &x { a: *x }\n`,
      /^cluster\.yaml:4:14 \*x stands for something that it is part of$/,
    ],
    ['a key that is no text', `${valid}? { a: 1 }\n: 2\n`, /^cluster\.yaml:4:3 a key must be text$/],
    ['a missing quote', 'name: "akash\n', /^cluster\.yaml:\d:\d+ Missing closing "quote$/],
  ])('tells of %s', (_, text, expected) => {
    const problems = read(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('goes on checking after a key given twice', () => {
    expect(read('name: akash\nname: Other\nhosts: []\n')).toEqual([
      'cluster.yaml:2:1 this key is given a second time',
      'cluster.yaml:2:7 name: must be lower-case letters, digits and hyphens, and begin and end with a letter or digit',
      'cluster.yaml:3:8 hosts: must hold at least 1 entry',
    ]);
  });

  it('allows anchors and merges', () => {
    const text = [
      'name: akash',
      'hosts:',
      '  - &first { name: a, address: 10.0.0.1, roles: [control-plane, worker] }',
      '  - { <<: *first, name: b, address: 10.0.0.2, roles: [worker] }',
    ].join('\n');
    expect(readSpecificationFile({ text, file }).specification?.hosts.map(({ name }) => name)).toEqual([
      'a',
      'b',
    ]);
  });

  it('does not let a few aliases fill the memory', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) =>
        `x${level}: &a${level} [${Array(10)
          .fill(level === 0 ? 'lol' : `*a${level - 1}`)
          .join(', ')}]`,
    );
    const tooLarge = ['cluster.yaml:1:1 must not be larger than 1 MiB with its aliases filled in'];
    expect(read(levels.join('\n'))).toEqual(tooLarge);
    const long = 'x'.repeat(900_000);
    expect(read(`a: &a "${long}"\nb: [*a, *a, *a]\n`)).toEqual(tooLarge);
    const merged = levels.map((level) => level.replace('[', '{ <<: [').replace(']', '] }'));
    expect(read(`x: &a0 { k: "${long}" }\n${merged.slice(1).join('\n')}`)).toEqual(tooLarge);
  });

  it('takes a thousand hosts that share their settings by an alias', () => {
    const hosts = Array.from(
      { length: 998 },
      (_, index) => `  - { name: n${index}, address: 10.0.${index >> 8}.${index & 255}, <<: *worker }`,
    );
    const text = `name: akash
hosts:
  - { name: a, address: 10.1.0.1, roles: [control-plane] }
  - &worker { name: b, address: 10.1.0.2, roles: [worker], ephemeralStorage: { mountPoint: /disk } }
${hosts.join('\n')}`;
    const { specification } = readSpecificationFile({ text, file: 'cluster.yaml' });
    expect(specification?.hosts).toHaveLength(1000);
    expect(specification?.hosts[999]).toMatchObject({
      name: 'n997',
      roles: ['worker'],
      ephemeralStorage: { mountPoint: '/disk' },
    });
  });

  it('does not read what is larger than 1 MiB, and does not fall over deep nesting', () => {
    expect(read('#'.repeat(1024 * 1024 + 1))).toEqual(['cluster.yaml:1:1 must not be larger than 1 MiB']);
    const deep = read('['.repeat(5_000));
    expect(deep.length).toBeLessThanOrEqual(20);
    expect(deep[0]).toContain('nested too deeply');
  });

  it('never throws, whatever the text', () => {
    const texts = [
      '\u0000',
      '%',
      '&',
      '*',
      '!',
      '|',
      '- - - -',
      '? ? ?',
      '{',
      '}',
      '@',
      '`',
      '\ufeff',
      '__proto__: {}',
      'a: .nan',
    ];
    for (const text of texts) expect(read(text).length).toBeGreaterThan(0);
  });
});

describe('specificationJsonSchema', () => {
  it('describes to editors what may be written', () => {
    const schema = specificationJsonSchema();
    expect(schema.required).toEqual(['name', 'hosts']);
    expect(Object.keys(schema.properties ?? {})).toContain('ephemeralStorage');
    expect(schema.additionalProperties).toBe(false);
  });
});
