import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkMirror, storedParts } from '../../../src/lab/mirror/mirror-store.js';
import { buildSmallMirror, programPart, release, type SmallMirror } from './mirror-parts.js';

let mirror: SmallMirror;

beforeEach(async () => {
  mirror = await buildSmallMirror();
});

afterEach(() => mirror.remove());

const programFile = () => {
  const folder = mirror.stored.find(({ part }) => part === programPart)?.folder ?? '';
  return { folder, file: join(folder, 'files/dl/program') };
};

describe('checkMirror', () => {
  it('finds nothing where every file is as it was made, having looked at each', async () => {
    const looked: string[] = [];
    expect(await checkMirror(mirror.stored, (file) => looked.push(file))).toEqual([]);
    expect(looked).toContain(programFile().file);
    expect(looked).toHaveLength(5);
  });

  it('tells which file changed, and what to delete', async () => {
    const { folder, file } = programFile();
    await appendFile(file, 'x');
    const [problem, ...others] = await checkMirror(mirror.stored);
    expect(others).toEqual([]);
    expect(problem).toContain(`program: ${file} has the digest sha256:`);
    expect(problem).toContain(`Delete ${folder} and build the mirror again.`);
  });

  it('tells which file is gone, and which part is not built', async () => {
    const { folder, file } = programFile();
    await rm(file);
    expect(await checkMirror(mirror.stored)).toEqual([expect.stringContaining(`${file} cannot be read`)]);
    await rm(folder, { recursive: true });
    expect(await checkMirror(await storedParts(release, mirror.cache))).toEqual([
      'program is not built: `slipway lab mirror build` builds it.',
    ]);
  });
});
