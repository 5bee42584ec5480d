import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** A folder's name in its list, with those that it may import. */
type Borders = Readonly<Record<string, Readonly<Record<string, { readonly imports: readonly string[] }>>>>;

const { borders } = (await import(new URL('../borders.js', import.meta.url).href)) as { borders: Borders };
const { drawingsOf, withDrawing } = (await import(
  new URL('../scripts/borders.mjs', import.meta.url).href
)) as {
  drawingsOf: (borders: Borders) => Readonly<Record<string, string>>;
  withDrawing: (page: string, drawing: string) => string;
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => posix.join('src', path));

/** Whatever a file of src names of another one: values, types, and what is imported only when it is needed. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => pathOf(file, name));
}

/** The file that one imports by this name. */
function pathOf(file: string, name: string): string {
  return posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts');
}

const imported = files.map((file) => ({ file, imports: importsOf(file) }));

/** The folder of a list in which a file is; undefined where it is elsewhere. */
function folderIn(list: string, file: string): string | undefined {
  if (!file.startsWith(`${list}/`)) return undefined;
  const [first = '', ...rest] = file.slice(list.length + 1).split('/');
  return rest.length === 0 ? '.' : first;
}

/** Each folder of a list, with those of it that its files do import. */
function asImported(list: string): Record<string, string[]> {
  const seen = new Map<string, Set<string>>();
  for (const { file, imports } of imported) {
    const from = folderIn(list, file);
    if (from === undefined) continue;
    const those = seen.get(from) ?? seen.set(from, new Set()).get(from);
    for (const to of imports.map((path) => folderIn(list, path))) {
      if (to !== undefined && to !== from) those?.add(to);
    }
  }
  return Object.fromEntries([...seen].map(([folder, those]) => [folder, [...those].sort()]));
}

describe.each(Object.entries(borders))('the folders within %s', (list, folders) => {
  it('may import what they do import, and no other', () => {
    const allowed = Object.entries(folders).map(([name, { imports }]) => [name, [...imports].sort()]);
    expect(Object.fromEntries(allowed)).toEqual(asImported(list));
  });

  it('import only what stands beneath them, so never in a circle', () => {
    const names = Object.keys(folders);
    const upward = Object.entries(folders).flatMap(([name, { imports }]) =>
      imports
        .filter((other) => names.indexOf(other) <= names.indexOf(name))
        .map((other) => `${name} → ${other}`),
    );
    expect(upward).toEqual([]);
  });
});

it.each(Object.entries(drawingsOf(borders)))('are drawn in %s as they are', (path, drawing) => {
  const page = readFileSync(path, 'utf8');
  expect(withDrawing(page, drawing) === page, 'node scripts/borders.mjs draws them anew').toBe(true);
});

describe('ESLint', { timeout: 120_000 }, () => {
  const eslint = new ESLint({
    // No type checker knows a text that is in no file; the rules of the borders need none.
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => /^import-x\/|^no-restricted-imports$/.test(ruleId),
  });
  const reportOn = async (filePath: string, importing: string) => {
    // Of a file that is not there ESLint reports nothing, whatever the rules are.
    if (importing.startsWith('.')) expect(pathOf(filePath, importing)).toSatisfy(existsSync);
    const [result] = await eslint.lintText(`export * from '${importing}';\n`, { filePath });
    return result?.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`);
  };

  it.each([
    ['src/cluster/values/made-up.ts', '../plan/plan-from-facts.js'],
    ['src/cluster/values/made-up.ts', '../../protocol/steps.js'],
    ['src/hosts/made-up.ts', './ssh/ssh-host.js'],
    ['src/activities/step-07-storage/undo/made-up.ts', '../../step-08-kubespray-run/playbook-run.js'],
    ['src/workflows/made-up.ts', '../activities/index.js'],
    ['src/cli/commands/made-up.ts', '../../workflows/index.js'],
  ])('reports in %s an import of %s', async (file, importing) => {
    expect(await reportOn(file, importing)).toEqual([
      expect.stringMatching(
        /^import-x\/no-restricted-paths: .* By borders\.js this folder may import of src/,
      ),
    ]);
  });

  it.each([
    ['src/cluster/plan/made-up.ts', '../values/version.js'],
    ['src/activities/step-07-storage/undo/made-up.ts', '../parts/storage-job.js'],
    ['src/hosts/ssh/made-up.ts', '../errors.js'],
    ['src/cli/main.ts', './program.js'],
  ])('lets %s import %s', async (file, importing) => {
    expect(await reportOn(file, importing)).toEqual([]);
  });

  it('reports a circle of files', async () => {
    expect(await reportOn('src/cluster/text/plain-text.ts', './outline.js')).toEqual([
      'import-x/no-cycle: Dependency cycle detected',
    ]);
  });

  it.each([
    ['src/workflows/made-up.ts', 'node:fs'],
    ['src/protocol/made-up.ts', 'ssh2'],
    ['src/cluster/values/made-up.ts', '@temporalio/common'],
  ])('reports in %s the package %s', async (file, importing) => {
    expect(await reportOn(file, importing)).toEqual([expect.stringMatching(/^no-restricted-imports: /)]);
  });
});
