import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compiledFolder, compileOnce } from '../../../src/lab/images/compile-once.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-compile-once-'));
  const text = compileOnce.replace(compiledFolder, join(folder, 'compiled'));
  await writeFile(join(folder, 'compile_once.py'), text);
});

afterAll(() => rm(folder, { recursive: true }));

/** What a module of this source says, imported by a new Python out of an archive of this name. */
async function imported(archive: string, source: string): Promise<string> {
  const script = `
import sys, zipfile, zipimport
with zipfile.ZipFile(sys.argv[1], "w") as file: file.writestr("said.py", sys.argv[2])
compiled = []
real = zipimport._compile_source
zipimport._compile_source = lambda path, text: compiled.append(path) or real(path, text)
import compile_once
sys.path.insert(0, sys.argv[1])
import said
print(said.word, "compiled" if compiled else "kept")
`;
  const words = ['-B', '-c', script, join(folder, archive), source];
  const { stdout } = await execa('python3', words, { env: { PYTHONPATH: folder } });
  return stdout;
}

it('compiles a module of an archive once, and another source of the same name anew', async () => {
  expect(await imported('one.zip', 'word = "first"')).toBe('first compiled');
  expect(await imported('two.zip', 'word = "first"')).toBe('first kept');
  expect(await imported('one.zip', 'word = "other"')).toBe('other compiled');
  expect(await readdir(join(folder, 'compiled'))).toHaveLength(2);
});

it('compiles it where what was kept is damaged, or cannot be kept', async () => {
  for (const name of await readdir(join(folder, 'compiled'))) {
    await writeFile(join(folder, 'compiled', name), '');
  }
  expect(await imported('one.zip', 'word = "first"')).toBe('first compiled');
  await rm(join(folder, 'compiled'), { recursive: true });
  await writeFile(join(folder, 'compiled'), '');
  expect(await imported('one.zip', 'word = "first"')).toBe('first compiled');
});
