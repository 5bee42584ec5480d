import { isAlias, isScalar, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import type { Problem } from './problems.js';
import { checkSpecification, formatProblem } from './check.js';
import type { Specification } from './specification.js';
import { aliasTargets, filledInLength, type AliasTargets } from './alias-targets.js';
import { yamlOffsetOf } from './yaml-offset.js';

export { specificationJsonSchema } from './json-schema.js';

/** A problem and where it is in the file, both counted from 1. */
class FileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: Problem['path'];
  readonly message: string;

  constructor(
    place: Pick<FileProblem, 'file' | 'line' | 'column'>,
    { path, message }: Pick<Problem, 'path' | 'message'>,
  ) {
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.path = path;
    this.message = message;
  }

  /** `cluster.yaml:5:11 hosts.0.port: must be a number`, which editors and terminals turn into a link. */
  toString(): string {
    return `${this.file}:${this.line}:${this.column} ${formatProblem(this)}`;
  }
}

export type SpecificationFile =
  | { readonly specification: Specification; readonly problems?: never }
  | { readonly specification?: never; readonly problems: readonly FileProblem[] };

/** Characters. A thousand hosts with every setting take about half of it, and Temporal carries no more than twice of it. */
const longestText = 1024 * 1024;
/** Syntax problems that are told; one missing bracket can cause hundreds. */
const mostSyntaxProblems = 20;

/**
 * Reads `cluster.yaml`, which may as well be JSON. Every problem is told at once, with its place; after an error of
 * YAML's own syntax only such, because what follows it cannot be trusted.
 */
export function readSpecificationFile({
  text,
  file,
}: {
  readonly text: string;
  readonly file: string;
}): SpecificationFile {
  const at = (place: { line: number; column: number }, problem: Pick<Problem, 'path' | 'message'>) =>
    new FileProblem({ file, ...place }, problem);
  const start = { line: 1, column: 1 };
  if (text.length > longestText) {
    return { problems: [at(start, { path: [], message: 'must not be larger than 1 MiB' })] };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false, uniqueKeys: true });
  const placeOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return line === 0 ? start : { line, column: col };
  };

  const syntax = syntaxProblems(document).map(({ offset, message }) =>
    at(placeOf(offset), { path: [], message }),
  );
  if (syntax.length > 0 && document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) {
    return { problems: sorted(syntax).slice(0, mostSyntaxProblems) };
  }
  const targets = aliasTargets(document);
  const forbidden = forbiddenNodes(document, targets).map(({ offset, message }) =>
    at(placeOf(offset), { path: [], message }),
  );
  if (forbidden.length > 0) return { problems: sorted([...syntax, ...forbidden]) };

  if (document.contents === null)
    return { problems: [at(start, { path: [], message: 'must not be empty' })] };
  if (filledInLength(document, targets) > longestText) {
    const message = 'must not be larger than 1 MiB with its aliases filled in';
    return { problems: [...syntax, at(start, { path: [], message })] };
  }
  const checked = checkSpecification(document.toJS({ maxAliasCount: -1 }));
  if (checked.specification !== undefined && syntax.length === 0)
    return { specification: checked.specification };
  const found = (checked.problems ?? []).map((problem) =>
    at(placeOf(yamlOffsetOf({ document, targets, problem })), problem),
  );
  return { problems: sorted([...syntax, ...found]) };
}

/** A line for each problem. */
export function formatProblems(problems: readonly FileProblem[]): string {
  return problems.map(String).join('\n');
}

interface Found {
  readonly offset: number;
  readonly message: string;
}

function syntaxProblems({ errors, warnings }: Document.Parsed): Found[] {
  return [...errors, ...warnings].map((error) => ({
    offset: error.pos[0],
    message: ownMessages[error.code] ?? error.message,
  }));
}

/** Instead of yaml's own messages, which are good but for these. */
const ownMessages: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'this key is given a second time',
  MULTIPLE_DOCS: 'the file must hold one document only; a second one begins here',
  TAB_AS_INDENT: 'YAML does not allow tabs for indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags (words that begin with !) are not known here',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
};

/** What YAML allows and JSON does not: keys that are no text, and aliases of nothing or of something that they are part of. */
function forbiddenNodes(document: Document.Parsed, targets: AliasTargets): Found[] {
  const found: Found[] = [];
  visit(document, {
    Alias: (_, alias, ancestors) => {
      const target = targets.get(alias);
      if (target !== undefined && !ancestors.includes(target)) return;
      const { source, range } = alias;
      const what =
        target === undefined ? `nothing: there is no &${source} before it` : 'something that it is part of';
      found.push({ offset: range?.[0] ?? 0, message: `*${source} stands for ${what}` });
    },
    Pair: (_, { key }) => {
      if (isScalar(key) || isAlias(key)) return;
      const range = (key as { range?: readonly number[] } | null)?.range;
      found.push({ offset: range?.[0] ?? 0, message: 'a key must be text' });
    },
  });
  return found;
}

function sorted(problems: readonly FileProblem[]): FileProblem[] {
  return [...problems].sort((left, right) => left.line - right.line || left.column - right.column);
}
