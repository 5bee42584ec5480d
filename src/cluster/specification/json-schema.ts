import { z } from 'zod';
import { specificationSchema } from './specification.js';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The specification's JSON schema, for editors. */
export function specificationJsonSchema(): JsonSchema {
  return z.toJSONSchema(specificationSchema, { io: 'input' });
}

let schema: JsonSchema | undefined;

/** Names of the keys that the specification allows at a path. */
export function allowedKeys(path: readonly (string | number)[]): readonly string[] {
  schema ??= specificationJsonSchema();
  const found = path.reduce<JsonSchema[]>(
    (nodes, part) => nodes.flatMap((node) => inside(node, part)),
    [schema],
  );
  return found.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {}));
}

function inside(node: JsonSchema, part: string | number): JsonSchema[] {
  return alternatives(node).flatMap((one) => {
    const next = typeof part === 'number' ? one.items : one.properties?.[part];
    return typeof next === 'object' && !Array.isArray(next) ? [next] : [];
  });
}

function alternatives(node: JsonSchema): JsonSchema[] {
  const own = [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return own.filter((one) => typeof one === 'object');
}
