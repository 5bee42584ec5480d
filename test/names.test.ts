import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { kebabCase } from '../src/cluster/text/kebab-case.js';

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
  confirmMirror: ['src/activities/look-at-hosts/confirm-mirror.ts', 'src/workflows/phases/confirm-mirror.ts'],
  checkReachability: [
    'src/activities/look-at-hosts/check-reachability.ts',
    'src/workflows/phases/check-reachability.ts',
  ],
  confirmPodNetwork: [
    'src/activities/step-09-confirm/confirm-pod-network.ts',
    'src/workflows/phases/confirm-pod-network.ts',
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

/** Files whose name says more than the longest of their exports could, each with what it tells that none of them does. */
const namedByTopic: Readonly<Record<string, string>> = {
  'src/cli/demo/demo-words.ts': 'all that a demo says of itself, at its beginning and at its end',
  'src/cli/questions/question-text.ts': 'all that is said with a question, one export for each kind of it',
  'src/cluster/kubernetes/etcd-answers.ts': 'parsers of what etcd answers, one for each question to it',
  'src/cluster/mirror/download-items.ts': 'tables of files and of images, and what they depend on',
  'src/cluster/plan/render-storage-plan.ts': 'the part of render-plan.ts that shows step 7',
  'src/cluster/release-choice/kubernetes-of-release.ts':
    'which release of Kubespray has which Kubernetes, asked both ways',
  'src/cluster/specification/fields.ts': 'schemas of single fields',
  'src/cluster/storage/make-storage-plan.ts':
    'what makes the plan of storage-plan.ts; planFromFacts makes a whole one',
  'src/cluster/text/quantities.ts': 'amounts of all kinds as text',
  'src/hosts/run-errors.ts': 'errors of running a script, one for each way in which it fails',
  'src/lab/kubernetes/go-modules.ts': 'the Go modules that are built, one export for each',
  'src/lab/ssh-client.ts': 'what OpenSSH of the operator is given',
  'src/lab/virtual-machine/qemu-process.ts': 'all that is done with the process of one virtual machine',
  'src/probes/reachability-programs.ts': 'the two ends of one probe: who listens and who calls',
  'src/protocol/approvals.ts': 'what an approval is, for one host and for all',
  'src/protocol/host-messages.ts': 'what the workflows of a cluster and of a host tell each other',
  'src/protocol/step-inputs.ts': 'what steps take, one export for each',
  'src/protocol/step-summaries.ts': 'one line about what a step has seen, one export for each kind',
  'src/temporal/server-process.ts': "all that is done with the process of Temporal's server",
  'src/workflows/questions/judge-answer.ts': 'the judges of both kinds of answers',
  'src/workflows/running/outcomes.ts': 'how work on a host can end, one export for each way',
};

/** `parse-clock` and `RunClock` alike: words in small letters. */
const wordsOf = (name: string) => kebabCase(name).split('-');

/** Also where one is the plural. */
function isSameWord(one: string, other: string): boolean {
  const plurals = (word: string) => [word, `${word}s`, `${word}es`, word.replace(/y$/, 'ies')];
  return plurals(one).includes(other) || plurals(other).includes(one);
}

/** Whether all words of the file's name are in the name of one of its exports, in any order. */
function bearsName({ file, names }: Exports): boolean {
  const words = wordsOf(posix.basename(file, '.ts'));
  return names.some((name) =>
    words.every((word) => wordsOf(name).some((exported) => isSameWord(word, exported))),
  );
}

it('a file bears the name of what it exports, or is named for a topic that none of its exports tells', () => {
  const misnamed = all.filter((each) => !entryPoints.test(each.file) && !bearsName(each));
  const unexplained = misnamed.filter(({ file }) => !(file in namedByTopic));
  expect(unexplained.map(({ file, names }) => `${file}: ${names.join(', ')}`)).toEqual([]);
  expect(misnamed.map(({ file }) => file).sort()).toEqual(Object.keys(namedByTopic).sort());
});

it('all words of a file are looked for in one export, in the plural too', () => {
  const isNamed = (file: string, ...names: string[]) => bearsName({ file, names, values: [] });
  expect(isNamed('src/a/host-addresses.ts', 'hostAddressOf')).toBe(true);
  expect(isNamed('src/a/parse-clock.ts', 'Clock', 'parseClock')).toBe(true);
  expect(isNamed('src/a/parse-clock.ts', 'Clock', 'parseTime')).toBe(false);
  expect(isNamed('src/a/parse-clock.ts')).toBe(false);
});
