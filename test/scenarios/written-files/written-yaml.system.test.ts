import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupVariables } from '../../../src/cluster/kubespray/group-variables.js';
import { inventoryYaml } from '../../../src/cluster/kubespray/inventory.js';
import { checkSpecification } from '../../../src/cluster/specification/check.js';
import type { Specification } from '../../../src/cluster/specification/specification.js';
import { yamlForAnsible } from '../../../src/cluster/text/ansible-yaml.js';
import { documentHosts } from '../../support/builders.js';
import { hostile } from '../../support/hostile.js';
import { yamlByPython } from './real-parsers.js';

/**
 * What Slipway writes for Ansible, read by the parser that Ansible has, PyYAML. No text from a host is in these files:
 * `kubespray.variables` is the operator's own, where `{{ lookup(…) }}` is meant to be Ansible's, and all else has a
 * checked form without braces.
 */

const release = 'v2.24.1';

/** Texts that YAML 1.1 has a meaning of its own for, besides those of {@link hostile}. */
const special = fc.constantFrom(
  ...['=', '<<', '~', 'null', 'yes', 'No', 'on', 'y', '012', '0x1f', '0b1', '1_000', '1:20', '1e3', '.inf', '.nan'],
  ...['2001-01-01', '2001-12-14t21:59:43.10-05:00', '!unsafe x', '!!python/object:os.system', '%YAML 1.1', '---', '...'],
  ...['? a', '- a', '# a', 'a #b', '[', '{', '@a', '`a', '{{ x }}', '{% x %}', ' a', 'a ', '', 'a\n', '\n a', '|', '>-'],
); // prettier-ignore
/** What the specification refuses. */
const urlWithPassword = /:\/\/[^/]*:[^/]*@/;
const text = fc
  .oneof(hostile, special, fc.string({ unit: 'binary' }))
  .filter((each) => !/\p{Surrogate}/u.test(each) && !urlWithPassword.test(each));
const name = fc.oneof(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/), fc.constantFrom('on', 'y', 'null'));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})); // prettier-ignore

/** As JSON carries it: there is no -0. */
const plain = (given: unknown): unknown => JSON.parse(JSON.stringify(given));
const many = (size: number) => ({ minLength: size, maxLength: size });
const once = { numRuns: 1, endOnFailure: true };

function specified(input: object): Specification {
  const { specification, problems } = checkSpecification({ name: 'akash', hosts: documentHosts, ...input });
  if (specification === undefined) throw new Error(JSON.stringify(problems));
  return specification;
}

describe('YAML for Ansible, read by PyYAML', () => {
  it('gives every text back, in a list and as a key (6,000 texts)', () => {
    fc.assert(
      fc.property(fc.array(text, many(3_000)), (texts) => {
        const keyed = new Map(texts.map((each, index) => [each, index]));
        const written = [texts, keyed].map((each) => yamlForAnsible(each, { comment: 'c' }));
        const [list, map] = yamlByPython(written);
        expect(list).toEqual(texts);
        expect(new Map(Object.entries(map as object))).toEqual(keyed);
      }),
      once,
    );
  });

  it('gives every variable of the operator back (1,500 files)', () => {
    const variables = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(variables, many(1_500)), (all) => {
        const specifications = all.map((each) => specified({ kubespray: { variables: plain(each) } }));
        const files = specifications.map(
          (specification) => groupVariables({ specification, release, storage: {} }).files,
        );
        const read = yamlByPython(files.map((each) => each['group_vars/k8s_cluster/slipway.yml'] ?? ''));
        const wanted = specifications.map(({ kubespray }) => ({
          container_manager: 'containerd',
          auto_renew_certificates: true,
          kube_network_plugin: 'calico',
          ...kubespray.variables,
        }));
        expect(read).toEqual(wanted);
      }),
      once,
    );
  });
});

const hostName = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/),
  fc.constantFrom('on', 'y', 'no', 'null', '012', '0x1f', '1e3', '2001-01-01', '1', '12'),
);
const host = fc.record(
  {
    name: hostName,
    address: fc.oneof(fc.ipV4(), fc.domain(), fc.constantFrom('1:2:3:4:5:6:7:8', '::1', 'fe80::2', '::ffff:1.2.3.4')),
    port: fc.integer({ min: 1, max: 65535 }),
    internalAddress: fc.oneof(fc.ipV4(), fc.constantFrom('::2', '1:2:3:4:5:6:7:9')),
    user: fc.oneof(fc.stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/), fc.constantFrom('on', 'y', 'null', 'true')),
  },
  { requiredKeys: ['name', 'address'] },
); // prettier-ignore

/** Those that are no valid hosts together are left out. */
const inventories = fc
  .uniqueArray(host, { selector: (each) => each.name, minLength: 1, maxLength: 5 })
  .map((hosts) => hosts.map((each, index) => ({ ...each, roles: index === 0 ? ['control-plane', 'worker'] : ['worker'] })))
  .map((hosts) => checkSpecification({ name: 'akash', hosts }).specification)
  .filter((specification) => specification !== undefined); // prettier-ignore
const privateKey = fc.stringMatching(/^\/[A-Za-z0-9@~/._+=,-]{1,20}$/);

describe('hosts.yaml, read by PyYAML', () => {
  it('has every host, user and address as the specification has them (500 files)', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(inventories, privateKey), many(500)), (all) => {
        const read = yamlByPython(
          all.map(([specification, key]) => inventoryYaml({ specification, release, privateKey: key })),
        );
        read.forEach((inventory, index) => {
          const [{ hosts, ssh }, key] = all[index] ?? [specified({}), ''];
          const names = (each: readonly { name: string }[]) =>
            Object.fromEntries(each.map((one) => [one.name, null]));
          expect(inventory).toMatchObject({
            all: {
              vars: { ansible_user: ssh.user, ansible_ssh_private_key_file: key },
              hosts: Object.fromEntries(
                hosts.map((each) => [
                  each.name,
                  {
                    ansible_host: each.address,
                    ...(each.port !== 22 && { ansible_port: each.port }),
                    ...(each.user !== undefined && { ansible_user: each.user }),
                    ...(each.internalAddress !== undefined && { ip: each.internalAddress }),
                  },
                ]),
              ),
              children: {
                kube_control_plane: { hosts: names(hosts.slice(0, 1)) },
                kube_node: { hosts: names(hosts) },
              },
            },
          });
        });
      }),
      once,
    );
  });
});
