import type { z } from 'zod';
import { didYouMean } from '../text/did-you-mean.js';

/** Something that is wrong with a specification. */
export interface Problem {
  /** Keys and list positions from the top; for a missing or unknown key the path ends with that key. */
  readonly path: readonly (string | number)[];
  /** Reads on after the path, in most cases "must be …". */
  readonly message: string;
  /** `missing`: there is nothing at the path; `unknown`: what is wrong is the key itself. */
  readonly kind: 'missing' | 'unknown' | 'wrong';
}

type Issue = z.core.$ZodIssue;
type Path = Problem['path'];
/** Names of the keys that are allowed at a path. */
export type KnownKeys = (path: Path) => readonly string[];

/** Translates zod's issues into problems in the operator's words. */
export function problemsOf(issues: readonly Issue[], input: unknown, knownKeys: KnownKeys): Problem[] {
  return issues.flatMap((issue) => translate(issue, [], { input, knownKeys }));
}

interface Context {
  readonly input: unknown;
  readonly knownKeys: KnownKeys;
}

function translate(issue: Issue, prefix: Path, context: Context): Problem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const wrong = (message: string): Problem[] => [{ path, message, kind: 'wrong' }];
  if (issue.code !== 'unrecognized_keys' && valueAt(context.input, path) === undefined) {
    return [{ path, message: 'is missing', kind: 'missing' }];
  }
  if (isOwnMessage(issue.message)) return wrong(issue.message);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key, context.knownKeys(path)));
    case 'invalid_union':
      return translateUnion(issue, path, context);
    case 'invalid_key':
      return [{ path, message: firstMessage(issue.issues) ?? 'is not allowed as a name', kind: 'unknown' }];
    case 'invalid_type':
      if (valueAt(context.input, path) === undefined)
        return [{ path, message: 'is missing', kind: 'missing' }];
      return wrong(
        `must be ${nameOfType(issue.expected)}${hintFor(issue.expected, valueAt(context.input, path))}`,
      );
    case 'invalid_value':
      return wrong(oneOf(issue.values, valueAt(context.input, path)));
    case 'too_small':
      return wrong(limit(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum));
    case 'too_big':
      return wrong(limit(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum));
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'custom':
      return wrong(`is not valid: ${issue.message}`);
  }
}

/** The schema's own messages are written for people; zod's default ones never begin like this. */
function isOwnMessage(message: string): boolean {
  return message.startsWith('must ');
}

function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const similar = didYouMean(key, known);
  const hint = similar === undefined ? `; known here: ${known.join(', ')}` : `; did you mean ${similar}?`;
  return { path, message: `is not known${known.length === 0 ? '' : hint}`, kind: 'unknown' };
}

/**
 * Of a union, the alternative that was meant is the one whose kind of value was given: its problems are those to tell.
 * Where none was, all of them are named.
 */
function translateUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, context: Context): Problem[] {
  const meant = issue.errors.find((errors) => errors.length > 0 && !errors.some(isOfWrongKind));
  if (meant !== undefined) return meant.flatMap((error) => translate(error, path, context));
  const alternatives = issue.errors.flatMap(([error]) => (error === undefined ? [] : [alternative(error)]));
  return [{ path, message: `must be ${[...new Set(alternatives)].join(' or ')}`, kind: 'wrong' }];
}

function isOfWrongKind(error: Issue): boolean {
  return error.path.length === 0 && (error.code === 'invalid_type' || error.code === 'invalid_value');
}

function alternative(error: Issue): string {
  if (error.code === 'invalid_value') return error.values.map(String).join(' or ');
  return error.code === 'invalid_type' ? nameOfType(error.expected) : error.message;
}

function firstMessage(issues: readonly Issue[]): string | undefined {
  return issues.map(({ message }) => message).find(isOwnMessage);
}

function oneOf(values: readonly unknown[], given: unknown): string {
  const names = values.map(String);
  const similar = typeof given === 'string' ? didYouMean(given, names) : undefined;
  return `must be ${names.length > 1 ? 'one of ' : ''}${names.join(', ')}${similar === undefined ? '' : `; did you mean ${similar}?`}`;
}

function limit(origin: string, bound: string, size: number | bigint): string {
  const [verb, unit] =
    origin === 'string' ? ['be', ' characters long'] : origin === 'array' ? ['hold', ' entries'] : ['be', ''];
  const singular = size === 1 ? unit.replace('characters', 'character').replace('entries', 'entry') : unit;
  return `must ${verb} ${bound} ${size}${singular}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  null: 'null',
};

function nameOfType(expected: string): string {
  return typeNames[expected] ?? expected;
}

function hintFor(expected: string, value: unknown): string {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `; put quotes around ${String(value)}`;
  }
  if ((expected === 'number' || expected === 'int') && typeof value === 'string') return ', without quotes';
  return '';
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    input,
  );
}
