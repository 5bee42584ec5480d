import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { allowedKeys, specificationJsonSchema } from '../../src/cluster/specification/json-schema.js';
import { checkSpecification } from '../../src/cluster/specification/check.js';
import { deadLinks, readPage } from './page.js';

const page = 'docs/cluster.md';

/** In a key's name `*` stands for each element of a list. */
const eachElement = '*';

interface Row {
  readonly key: string;
  readonly fallback: string;
  readonly example: string;
}

const rows: Row[] = [
  ...readFileSync(page, 'utf8').matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm),
].map(([, key = '', , fallback = '', example = '']) => ({ key, fallback, example }));

/** Every key beneath a path, with dots between. */
function keysUnder(path: readonly (string | number)[]): string[] {
  return allowedKeys(path).flatMap((name) => {
    const own = [...path, name];
    const written = own.map((part) => (typeof part === 'number' ? eachElement : part)).join('.');
    return [written, ...keysUnder(own), ...keysUnder([...own, 0])];
  });
}

/** A host's own storage has the keys of the cluster's, so the page has them once. */
const ofOneHost = 'hosts.*.ephemeralStorage.';
const schemaKeys = keysUnder([]);
const keys = schemaKeys.filter((key) => !key.startsWith(ofOneHost));

/** The parts of a JSON schema that tell of keys and defaults. */
const nodeSchema = z.object({
  default: z.unknown().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), nodeSchema).optional();
  },
  get items() {
    return nodeSchema.optional();
  },
  get anyOf() {
    return z.array(nodeSchema).optional();
  },
});
type Node = z.infer<typeof nodeSchema>;

const alternatives = (node: Node): Node[] => [node, ...(node.anyOf ?? [])];

/** What the schema says of one key: its default, and whether it has to be there. */
function saidOf(key: string): { readonly fallback: unknown; readonly isRequired: boolean } {
  const parts = key.split('.');
  const last = parts.pop() ?? '';
  const parents = parts.reduce(
    (nodes, part) =>
      nodes
        .flatMap(alternatives)
        .flatMap(({ items, properties }) => (part === eachElement ? items : properties?.[part]) ?? []),
    [nodeSchema.parse(specificationJsonSchema())],
  );
  const having = parents.flatMap(alternatives).filter(({ properties }) => properties?.[last] !== undefined);
  return {
    fallback: having[0]?.properties?.[last]?.default,
    isRequired: having.some(({ required }) => required?.includes(last)),
  };
}

const codeOf = (cell: string) => /^`([^`]+)`$/.exec(cell)?.[1];
const nameOf = (key: string) => key.slice(key.lastIndexOf('.') + 1);

/** The examples of all rows in one specification of one host, but for the key that is left out. */
function specificationOf(leftOut: string): unknown {
  const tree: Record<string, unknown> = {};
  for (const { key, example } of rows.filter(({ key }) => key !== leftOut && !hasKeys(key))) {
    const parts = key.split('.');
    const last = parts.pop() ?? '';
    let place = tree;
    for (const [index, part] of parts.entries()) {
      if (part === eachElement) continue;
      const isList = parts[index + 1] === eachElement;
      const next = (place[part] ??= isList ? [{}] : {}) as Record<string, unknown>;
      place = isList ? (next[0 as never] as Record<string, unknown>) : next;
    }
    place[last] = (parse(codeOf(example) ?? '') as Record<string, unknown> | null)?.[last];
  }
  return tree;
}

const hasKeys = (key: string) => keys.some((other) => other.startsWith(`${key}.`));

describe('the settings of cluster.yaml', () => {
  it('have a row each, and nothing else has', () => {
    expect(rows.map(({ key }) => key).sort()).toEqual([...keys].sort());
    expect(keys.length).toBeGreaterThan(50);
  });

  it('are the same for one host’s storage and the cluster’s', () => {
    const ofCluster = keys.filter((key) => key.startsWith('ephemeralStorage.'));
    const ofHost = schemaKeys.filter((key) => key.startsWith(ofOneHost));
    expect(ofHost.map((key) => key.slice('hosts.*.'.length))).toEqual(ofCluster);
  });

  it.each(rows)('$key has the default that the schema has', ({ key, fallback }) => {
    const said = saidOf(key);
    const code = codeOf(fallback);
    expect(code === undefined ? undefined : parse(code)).toEqual(said.fallback);
    expect(fallback === 'required').toBe(said.isRequired);
  });

  it.each(rows.filter(({ key }) => !hasKeys(key)))(
    '$key has an example with its name',
    ({ key, example }) => {
      expect(codeOf(example)).toMatch(new RegExp(`^${nameOf(key)}: .`));
    },
  );

  it.each(['ssh.bootstrapPassword.file', 'ssh.bootstrapPassword.env'])(
    'have examples that are right together (without %s)',
    (leftOut) => {
      expect(checkSpecification(specificationOf(leftOut)).problems).toBeUndefined();
    },
  );

  it('link only to files that exist', () => {
    expect(deadLinks(readPage(page).links)).toEqual([]);
  });
});
