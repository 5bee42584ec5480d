import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { filled, hostileSpecification, type Places } from './hostile-specification.js';

/** Texts that tell by which right they are there. */
function counted(): Places {
  let number = 0;
  const text = (kind: string) => `${kind}-${(number += 1)}`;
  return { free: () => text('free'), checked: text };
}

/** Every text in a value, names of keys that the schema does not name itself included: `hosts.0.name: name-1`. */
function textsIn(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [`${path}: ${value.replace(/-\d+$/, '')}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const isMadeUp = /-\d+$/.test(key);
    const below = textsIn(each, `${path}.${isMadeUp ? '*' : key}`);
    return isMadeUp ? [`${path}: key ${key.replace(/-\d+$/, '')}`, ...below] : below;
  });
}

const given = /: (key )?(name|path|free)$/;

describe('a specification that is hostile throughout', () => {
  const texts = textsIn(hostileSpecification(counted()));

  it('has a text of the test’s own in every place but those with a choice of words', () => {
    const words = texts.filter((text) => !given.test(text)).map((text) => text.replace(/^.*: /, ''));
    expect([...new Set(words)].sort()).toEqual(
      ['auto', 'calico', 'control-plane', 'etcd', 'nvme', 'raid0', 'tcp', 'worker'].sort(),
    );
  });

  it.each([
    '.name: name',
    '.kubespray.repository: path',
    '.kubespray.variables: key name',
    '.kubespray.variables.*: key free',
    '.controlHost.hostKey: name',
    '.ssh.privateKey.file: path',
    '.ssh.bootstrapPassword.env: name',
    '.ssh.bootstrapPassword.file: path',
    '.hosts.3.internalAddress: name',
    '.hosts.3.ephemeralStorage.mountPoint: path',
    '.ephemeralStorage.disks.serials.0: free',
    '.dns.upstream.1: name',
    '.overrides.0.check: free',
    '.overrides.0.hosts.0: name',
  ])('has %s', (place) => {
    expect(texts).toContain(place);
  });
});

describe('a field that is added to the schema', () => {
  const fill = (schema: z.ZodType) => filled(z.toJSONSchema(schema, { io: 'input' }), undefined, counted());

  it.each<[string, z.ZodType, string[]]>([
    ['a text', z.strictObject({ a: z.string() }), ['.a: free']],
    ['one that may be missing', z.strictObject({ a: z.string().default('x').optional() }), ['.a: free']],
    ['one in a list', z.strictObject({ a: z.array(z.string().regex(/^[a-z]+$/)) }), ['.a.0: name']],
    [
      'one beside a constant',
      z.strictObject({ a: z.union([z.literal('x'), z.strictObject({ b: z.string() })]) }),
      ['.a.b: free'],
    ],
    [
      'one by any name',
      z.strictObject({ a: z.record(z.string(), z.string()) }),
      ['.a: key free', '.a.*: free'],
    ],
  ])('is filled: %s', (_, schema, expected) => {
    expect(textsIn(fill(schema))).toEqual(expected);
  });

  it('of a kind that is not known here is told', () => {
    expect(() => fill(z.strictObject({ a: z.tuple([z.string()]) }))).toThrow('teach it here');
    expect(() => fill(z.strictObject({ a: z.intersection(z.string(), z.string()) }))).toThrow(
      'teach it here',
    );
  });
});
