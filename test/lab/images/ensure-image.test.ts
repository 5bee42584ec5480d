import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureImage, imageKey, type ImageRecipe } from '../../../src/lab/images/ensure-image.js';
import type { LoginKey } from '../../../src/lab/images/login-key.js';
import { systemdImage } from '../../../src/lab/images/systemd-image.js';
import { virtualMachineImage } from '../../../src/lab/images/virtual-machine-image.js';

let cache: string;
const before = process.env['SLIPWAY_CACHE'];

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'slipway-images-'));
  process.env['SLIPWAY_CACHE'] = cache;
});

afterEach(async () => {
  if (before === undefined) delete process.env['SLIPWAY_CACHE'];
  else process.env['SLIPWAY_CACHE'] = before;
  await rm(cache, { recursive: true });
});

function recipe(build: ImageRecipe['build']): ImageRecipe {
  return { kind: 'test', ingredients: { packages: ['one'] }, build };
}

describe('imageKey', () => {
  it('changes with whatever the image is made of, and only then', () => {
    const key = (publicKey: string): LoginKey => ({ privateKey: '/elsewhere', publicKey });
    expect(imageKey(virtualMachineImage(key('a')))).toBe(imageKey(virtualMachineImage(key('a'))));
    expect(imageKey(virtualMachineImage(key('a')))).not.toBe(imageKey(virtualMachineImage(key('b'))));
    expect(imageKey(systemdImage(key('a')))).toMatch(/^systemd-machine-[0-9a-f]{16}$/);
    expect(imageKey({ kind: 'k', ingredients: ['a', 'b'] })).not.toBe(
      imageKey({ kind: 'k', ingredients: ['ab'] }),
    );
  });
});

describe('ensureImage', () => {
  it('builds once for all who ask at the same time, and never again', async () => {
    let builds = 0;
    const slow = recipe(async (folder) => {
      builds += 1;
      await sleep(200);
      await writeFile(join(folder, 'disk'), 'content');
    });
    const folders = await Promise.all([ensureImage(slow), ensureImage(slow), ensureImage(slow)]);
    await ensureImage(slow);
    expect(builds).toBe(1);
    expect(new Set(folders).size).toBe(1);
    expect(await readFile(join(folders[0], 'disk'), 'utf8')).toBe('content');
  });

  it('leaves nothing of a build that fails, and builds anew the next time', async () => {
    const failing = recipe(async (folder) => {
      await writeFile(join(folder, 'half'), '');
      throw new Error('no room');
    });
    await expect(ensureImage(failing)).rejects.toThrow('no room');
    expect(await readdir(join(cache, 'lab-images'))).toEqual(['test.lock']);
    const folder = await ensureImage(recipe(async (made) => writeFile(join(made, 'whole'), '')));
    expect(await readdir(folder)).toEqual(['whole']);
  });

  it('ends what a killed build has left running before it removes its folder', async () => {
    const abandoned: string[] = [];
    const good = {
      ...recipe(async () => undefined),
      abandon: async (folder: string) => void abandoned.push(folder),
    };
    const first = await ensureImage(good);
    await rm(first, { recursive: true });
    const left = join(cache, 'lab-images', '.building-test-0123');
    await mkdir(left);
    await ensureImage(good);
    expect(abandoned).toEqual([left]);
    expect(await readdir(join(cache, 'lab-images'))).not.toContain('.building-test-0123');
  });
});
