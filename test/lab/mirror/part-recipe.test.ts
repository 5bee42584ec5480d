import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MirrorPart } from '../../../src/lab/mirror/mirror-part.js';
import { partKey, partRecipe, type PartWorkshop } from '../../../src/lab/mirror/part-recipe.js';
import { readPartRecord } from '../../../src/lab/mirror/part-record.js';
import { archivePart, imagePart, noGo, programPart } from './mirror-parts.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-part-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const digestOf = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const build = async (part: MirrorPart, workshop: PartWorkshop = noGo, name = 'part') => {
  const target = join(folder, name);
  await mkdir(target);
  await partRecipe(part, workshop).build(target, () => undefined);
  return { target, record: await readPartRecord(target) };
};

const namesIn = (tar: string) => execFileSync('tar', ['-tf', tar]).toString().trim().split('\n');

describe('a part that is a file', () => {
  it('lies at the path that is asked for, with its digest in the record, and nothing else is left', async () => {
    const { target, record } = await build(programPart);
    const bytes = await readFile(join(target, 'files/dl/program'));
    expect(bytes.toString()).toBe('#!/bin/sh\necho 0123456789\n');
    expect(record).toEqual({
      files: [{ path: 'files/dl/program', size: bytes.length, digest: digestOf(bytes) }],
    });
    expect((await readdir(target)).sort()).toEqual(['files', 'part.json']);
  });

  it('is an archive with its folder, the same bytes each time', async () => {
    const { target, record } = await build(archivePart);
    const { record: again } = await build(archivePart, noGo, 'again');
    expect(again).toEqual(record);
    const archive = join(target, record.files[0]?.path ?? '');
    expect(namesIn(archive)).toEqual(['tool-1.2.0/', 'tool-1.2.0/tool']);
    const listed = execFileSync('tar', ['-tvf', archive, 'tool-1.2.0/tool']).toString();
    expect(listed).toMatch(/^-rwxr-xr-x 0\/0/);
  });
});

describe('a part that is an image', () => {
  it('has a manifest whose parts are there under their digests, and its programs in their folder', async () => {
    const { target, record } = await build(imagePart);
    const blob = (digest: string) => readFile(join(target, 'blobs', digest.slice('sha256:'.length)));
    const manifest = JSON.parse((await blob(record.manifest ?? '')).toString()) as {
      config: { digest: string };
      layers: { digest: string; size: number }[];
    };
    for (const { digest } of record.files) expect(digestOf(await blob(digest))).toBe(digest);
    expect(JSON.parse((await blob(manifest.config.digest)).toString())).toMatchObject({
      config: { Entrypoint: ['/usr/local/bin/one'] },
      rootfs: { diff_ids: manifest.layers.map(({ digest }) => digest) },
    });
    const layer = join(target, 'blobs', (manifest.layers[0]?.digest ?? '').slice('sha256:'.length));
    expect(namesIn(layer)).toEqual(
      expect.arrayContaining(['./etc/passwd', './tmp/', './usr/local/bin/one', './usr/local/bin/two']),
    );
  });

  it('has the distribution’s programs in a layer beneath its own', async () => {
    const tools = join(folder, 'tools');
    await mkdir(tools);
    await writeFile(join(tools, 'layer.tar'), 'iptables and others');
    if (imagePart.delivery.kind !== 'image') throw new Error('It is an image.');
    const part = { ...imagePart, delivery: { ...imagePart.delivery, debianTools: true } };
    const { target, record } = await build(part, { ...noGo, tools: () => Promise.resolve(tools) });
    const manifest = JSON.parse(
      await readFile(join(target, 'blobs', (record.manifest ?? '').slice('sha256:'.length)), 'utf8'),
    ) as { layers: { digest: string }[] };
    expect(manifest.layers).toHaveLength(2);
    expect(manifest.layers[0]?.digest).toBe(digestOf('iptables and others'));
    expect(await readFile(join(tools, 'layer.tar'), 'utf8')).toBe('iptables and others');
    expect((await readdir(target)).sort()).toEqual(['blobs', 'part.json']);
  });
});

describe('the key of a part', () => {
  const key = (part: MirrorPart) => JSON.stringify(partKey(part));

  it('is another one for other sources and other names, and not for other words about it', () => {
    expect(key({ ...programPart, remark: 'in other words' })).toBe(key(programPart));
    expect(key({ ...programPart, contents: { scripts: { program: 'exit 1' } } })).not.toBe(key(programPart));
    if (programPart.delivery.kind !== 'file') throw new Error('It is a file.');
    expect(key({ ...programPart, delivery: { ...programPart.delivery, path: 'dl/other' } })).not.toBe(
      key(programPart),
    );
  });
});
