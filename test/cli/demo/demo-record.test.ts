import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSameDemo, readDemoRecord, writeDemoRecord } from '../../../src/cli/demo/demo-record.js';

const real = { kind: 'real', release: 'v2.29.1', repository: '/srv/kubespray' } as const;
const standIn = { kind: 'stand-in' } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-demo-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('what is written down of a demo', () => {
  it.each([real, standIn])('is read again: $kind', async (demo) => {
    await writeDemoRecord(folder, { ...demo, hasEnded: false });
    expect(await readDemoRecord(folder)).toEqual({ ...demo, hasEnded: false });
  });

  it.each(['', '{}', '{"kind":"real","hasEnded":true}'])(
    'is nothing where it cannot be read: %j',
    async (text) => {
      await writeFile(join(folder, 'demo.json'), text);
      expect(await readDemoRecord(folder)).toBeUndefined();
    },
  );

  it('is nothing where no demo was', async () => {
    expect(await readDemoRecord(join(folder, 'none'))).toBeUndefined();
  });
});

it('a demo goes on with one of the same kind, and a real one only with the same Kubespray', () => {
  expect(isSameDemo(standIn, standIn)).toBe(true);
  expect(isSameDemo(real, { ...real })).toBe(true);
  expect(isSameDemo(real, standIn)).toBe(false);
  expect(isSameDemo(standIn, real)).toBe(false);
  expect(isSameDemo(real, { ...real, repository: '/srv/other' })).toBe(false);
  expect(isSameDemo(real, { ...real, release: 'v2.30.0' })).toBe(false);
});
