import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

interface Exports {
  readonly file: string;
  readonly names: readonly string[];
  /** Those of them that are no types. */
  readonly values: readonly string[];
}

const all = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => exportsOf(posix.join('src', path)));

/** What a file declares and exports; what it hands on of another one is not its own. */
function exportsOf(file: string): Exports {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const exported = source.statements.filter(
    (statement) =>
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  );
  const isType = (statement: ts.Statement) =>
    ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return {
    file,
    names: exported.flatMap(namesOf),
    values: exported.filter((statement) => !isType(statement)).flatMap(namesOf),
  };

  function namesOf(statement: ts.Statement): string[] {
    const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    return declared.map((each) => {
      const { name } = each as { readonly name?: ts.Node };
      if (name === undefined || !ts.isIdentifier(name)) throw new Error(`${file} exports what has no name.`);
      return name.text;
    });
  }
}

/** Names that several files export, with all of these files: an activity and what calls it for a workflow, or as it says. */
const exportedTwice: Readonly<Record<string, readonly string[]>> = {
  checkEtcdPerformance: [
    'src/activities/step-09-confirm/check-etcd-performance.ts',
    'src/workflows/phases/confirm-cluster.ts',
  ],
  checkReachability: [
    'src/activities/look-at-hosts/check-reachability.ts',
    'src/workflows/phases/check-reachability.ts',
  ],
  forgetPods: ['src/activities/cluster-in-use/forget-pods.ts', 'src/workflows/phases/note-pods.ts'],
  gatherFacts: ['src/activities/look-at-hosts/gather-facts.ts', 'src/workflows/phases/plan-cluster.ts'],
  notePods: ['src/activities/cluster-in-use/note-pods.ts', 'src/workflows/phases/note-pods.ts'],
  // A command, the workflow that it starts, and the activity that does it
  deleteOldData: [
    'src/activities/step-07-storage/delete-old-data.ts',
    'src/cli/commands/delete-old-data.ts',
    'src/workflows/delete-old-data.ts',
  ],
};

it('no name is exported by two files', () => {
  expect(exportedTwiceIn(all)).toEqual(exportedTwice);
});

it('an excuse is one for its files alone', () => {
  const third = { file: 'src/cluster/made-up.ts', names: ['deleteOldData'], values: [] };
  expect(exportedTwiceIn([...all, third])).not.toEqual(exportedTwice);
});

/** The files by the name that more than one of them exports, sorted. */
function exportedTwiceIn(exports: readonly Exports[]): Record<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { file, names } of exports) {
    for (const name of names) files.set(name, [...(files.get(name) ?? []), file].sort());
  }
  return Object.fromEntries([...files].filter(([, those]) => those.length > 1));
}

/** Named by what they are to whoever starts or imports them. */
const entryPoints = /\/(index|main)\.ts$/;

/** `parse-clock` and `RunClock` alike: words in small letters, without the plural's s. */
function wordsOf(name: string): string[] {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split('-');
  return words.map((word) => word.replace(/s$/, ''));
}

it('a file that exports one thing bears its name, or the part of it that its folder does not say', () => {
  const misnamed = all
    .filter(({ names, values }) => values.length === 1 || (values.length === 0 && names.length <= 1))
    .filter(({ file }) => !entryPoints.test(file))
    .filter(({ file, names }) => {
      const words = wordsOf(posix.basename(file, '.ts'));
      return !names.some((name) => words.every((word) => wordsOf(name).includes(word)));
    });
  expect(misnamed.map(({ file, names }) => `${file}: ${names.join(', ')}`)).toEqual([]);
});
