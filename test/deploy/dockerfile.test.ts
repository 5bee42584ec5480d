import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Folders beside `src` that the code reads at run time, without those that only the lab needs. */
function foldersReadAtRunTime(): string[] {
  const files = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('lab/'),
  );
  return files.flatMap((name) => {
    const file = new URL(`src/${name}`, root);
    const paths = readFileSync(file, 'utf8').matchAll(/new URL\('(\.\.\/[^']+)', import\.meta\.url\)/g);
    return [...paths]
      .map(([, path = '']) => dirname(new URL(path, file).pathname.slice(root.pathname.length)))
      .filter((folder) => !folder.startsWith('src'));
  });
}

it('takes along every folder beside dist that a worker reads', () => {
  const folders = foldersReadAtRunTime();
  expect(folders).toContain('deploy/ansible');
  const dockerfile = readFileSync(new URL('deploy/Dockerfile', root), 'utf8');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  for (const folder of folders) expect(last).toContain(`COPY ${folder} ./${folder}`);
});
