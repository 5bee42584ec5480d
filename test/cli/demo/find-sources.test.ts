import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { once } from 'node:events';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSources } from '../../../src/cli/demo/find-sources.js';
import { patienceSeconds } from '../../../src/cli/demo/choose-demo.js';

let folder: string;
let clone: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-demo-'));
  clone = join(folder, 'kubespray');
  await execa('git', ['init', '-q', clone]);
  const identity = ['-c', 'user.name=Slipway', '-c', 'user.email=slipway@localhost'];
  await execa('git', [...identity, 'commit', '-q', '--allow-empty', '-m', 'Empty'], { cwd: clone });
  await execa('git', ['tag', 'v2.29.1'], { cwd: clone });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('what is there of the real Kubespray', () => {
  it('is a clone that has the tag, named by a path from anywhere', async () => {
    const found = { release: 'v2.29.1', repository: clone, answers: true };
    expect(await findSources(clone, {})).toMatchObject(found);
    expect(await findSources(relative(process.cwd(), clone), {})).toMatchObject(found);
    expect(await findSources(undefined, { SLIPWAY_KUBESPRAY_REPOSITORY: clone })).toMatchObject(found);
  });

  it('is not a clone without the tag, or a path where nothing is', async () => {
    await execa('git', ['tag', '--delete', 'v2.29.1'], { cwd: clone });
    expect(await findSources(clone, {})).toMatchObject({ answers: false });
    expect(await findSources(join(folder, 'none'), {})).toMatchObject({ answers: false });
  });

  it('lacks every part of a mirror that was never built', async () => {
    process.env['SLIPWAY_CACHE'] = join(folder, 'cache');
    try {
      const { parts, missing } = await findSources(clone, {});
      expect(parts).toBeGreaterThan(10);
      expect(missing).toHaveLength(parts);
    } finally {
      delete process.env['SLIPWAY_CACHE'];
    }
  });
});

it('a server that says nothing is given up after three seconds', async () => {
  const silent: Server = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const began = performance.now();
  try {
    const { answers } = await findSources(`http://127.0.0.1:${port}/kubespray.git`, {});
    expect(answers).toBe(false);
    const seconds = (performance.now() - began) / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(patienceSeconds - 0.1);
    expect(seconds).toBeLessThan(patienceSeconds + 5);
  } finally {
    silent.close();
  }
});
