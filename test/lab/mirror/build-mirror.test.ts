import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageKey, type ImageRecipe } from '../../../src/lab/images/ensure-image.js';
import { buildInOrder } from '../../../src/lab/mirror/build-mirror.js';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'slipway-mirror-'));
});

afterEach(async () => {
  await rm(cache, { recursive: true });
});

const titled = (kind: string, build: ImageRecipe['build']) => ({
  title: kind,
  recipe: { kind, ingredients: 1, build },
});

describe('building the parts of a mirror', () => {
  it('goes on after a failure with the part it was at, and leaves nothing of it that looks finished', async () => {
    const built: string[] = [];
    let works = false;
    const part = (kind: string) =>
      titled(kind, async (folder) => {
        built.push(kind);
        await writeFile(join(folder, 'half'), '');
        if (kind === 'b' && !works) throw new Error('the power is gone');
        await writeFile(join(folder, 'whole'), kind);
      });
    const all = [part('a'), part('b'), part('c')];
    const lines: string[] = [];
    const run = () => buildInOrder(all, { cache, onProgress: (line) => lines.push(line) });

    await expect(run()).rejects.toThrow('the power is gone');
    const left = (await readdir(cache)).filter((name) => !name.endsWith('.lock'));
    expect(left).toEqual([imageKey({ kind: 'a', ingredients: 1 })]);
    works = true;
    await run();
    await run();
    expect(built).toEqual(['a', 'b', 'b', 'c']);
    expect(lines.filter((line) => line.includes('building'))).toEqual([
      'a: building; 3 of 3 parts are left',
      'b: building; 2 of 3 parts are left',
      'b: building; 2 of 3 parts are left',
      'c: building; 1 of 3 parts are left',
    ]);
  });

  it('builds a part anew whose builder was killed in the middle', async () => {
    const key = imageKey({ kind: 'a', ingredients: 1 });
    const script = `mkdir -p "$1/.building-${key}" && echo half > "$1/.building-${key}/whole" && echo there && sleep 60`;
    const killed = spawn('sh', ['-c', script, 'sh', cache], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    await once(killed.stdout, 'data');
    process.kill(-(killed.pid ?? 0), 'SIGKILL');
    await once(killed, 'exit');

    const part = titled('a', (folder) => writeFile(join(folder, 'whole'), 'whole', { flag: 'wx' }));
    await buildInOrder([part], { cache, onProgress: () => undefined });
    expect(await readFile(join(cache, key, 'whole'), 'utf8')).toBe('whole');
    expect((await readdir(cache)).filter((name) => name.startsWith('.building'))).toEqual([]);
  });
});
