import type { z } from 'zod';
import type { Specification } from '../../../src/cluster/specification/specification.js';
import { specificationJsonSchema } from '../../../src/cluster/specification/read-file.js';
import { aSpecification } from '../../support/builders.js';

export type Texts = () => string;

/** What is put into the places of text. */
export interface Places {
  /** Where anything may stand: words of hosts, and what people write. */
  readonly free: Texts;
  /** Where the specification or Slipway itself lets only a certain form stand. */
  readonly checked: (kind: 'path' | 'name') => string;
}

type Schema = z.core.JSONSchema.JSONSchema;
type Definitions = Schema['$defs'];

/** A specification with a text in every place in which its schema has one, whether the schema lets that text in or not. */
export function hostileSpecification(places: Places): Specification {
  return filled(specificationJsonSchema(), aSpecification(), places) as Specification;
}

/**
 * A value of a schema's shape with a text in every place that takes text, optional ones and names of keys included.
 * Where there is a choice between several kinds of values it has the one with most places.
 * @param base what else there is, such as numbers and how many hosts; what it lacks is made up
 * @throws Error for a kind of schema that is not known here, so that none is left out unseen
 */
export function filled(schema: Schema, base: unknown, places: Places, known: Definitions = schema.$defs): unknown {
  const fill = (node: Schema['items'], from: unknown) => filled(schemaOf(node), from, places, known);
  if (schema.$ref !== undefined) return anyJson(schemaOf(known?.[schema.$ref.split('/').at(-1) ?? '']), places);
  if ('const' in schema || schema.enum !== undefined) return base ?? schema.const ?? schema.enum?.[0];
  if (schema.anyOf !== undefined) return filledUnion(schema.anyOf.map(schemaOf), base, fill, places);
  switch (schema.type) {
    case 'string':
      return textFor([schema], places);
    case 'number':
    case 'integer':
      return base ?? schema.minimum ?? 1;
    case 'boolean':
      return base ?? true;
    case 'array':
      return (Array.isArray(base) && base.length > 0 ? base : [undefined]).map((each) => fill(schemaOf(schema.items), each));
    case 'object':
      return filledObject(schema, base, fill, places);
    case 'null':
    case undefined:
      throw new Error(`No text can be put into ${JSON.stringify(schema)}: teach it here.`);
  }
} // prettier-ignore

type Fill = (node: Schema['items'], base: unknown) => unknown;

function filledUnion(choices: readonly Schema[], base: unknown, fill: Fill, places: Places): unknown {
  const objects = choices.filter(({ type }) => type === 'object');
  // Of several kinds of objects one with the keys of all, as no specification has it, but every key is filled.
  if (objects.length > 0)
    return Object.assign({}, ...objects.map((choice) => fill(choice, base) as object)) as object;
  const texts = choices.filter((choice) => choice.type === 'string' && !('const' in choice) && !choice.enum);
  return texts.length > 0 ? textFor(texts, places) : fill(choices[0], base);
}

function filledObject(schema: Schema, base: unknown, fill: Fill, places: Places): object {
  const { properties = {}, propertyNames, additionalProperties = false } = schema;
  const has = (base ?? {}) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(properties).map(([key, node]) => [key, fill(schemaOf(node), has[key])]);
  if (additionalProperties !== false)
    entries.push([
      textFor([schemaOf(propertyNames)], places),
      fill(schemaOf(additionalProperties), undefined),
    ]);
  return Object.fromEntries(entries) as object;
}

/** The only thing that schemas refer to by name is any JSON at all, as variables are. */
function anyJson({ anyOf = [] }: Schema, { free }: Places): unknown {
  const types = anyOf.map((choice) => schemaOf(choice).type).sort();
  if (types.join() !== 'array,boolean,null,number,object,string')
    throw new Error('A schema refers to another one that is not any JSON: teach it here.');
  return { [free()]: [free(), { [free()]: free() }] };
}

/** Free is what may begin as an option does. */
function textFor(choices: readonly Schema[], { free, checked }: Places): string {
  const takes = (text: string) =>
    choices.some((choice) => patternsOf(choice).every((pattern) => new RegExp(pattern).test(text)));
  if (['-x', '--x=x', '-oX=x'].some(takes)) return free();
  return checked(takes('/x') ? 'path' : 'name');
}

function patternsOf({ pattern, allOf = [] }: Schema): string[] {
  return [...(pattern === undefined ? [] : [pattern]), ...allOf.flatMap((one) => patternsOf(schemaOf(one)))];
}

function schemaOf(node: unknown): Schema {
  if (typeof node !== 'object' || node === null || Array.isArray(node))
    throw new Error(`No text can be put into ${JSON.stringify(node)}: teach it here.`);
  return node as Schema;
}
