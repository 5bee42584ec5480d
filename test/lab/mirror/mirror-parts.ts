import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureImage } from '../../../src/lab/images/ensure-image.js';
import type { MirrorPart, MirrorRelease } from '../../../src/lab/mirror/mirror-part.js';
import { storedParts, type StoredPart } from '../../../src/lab/mirror/mirror-store.js';
import { partRecipe, type PartWorkshop } from '../../../src/lab/mirror/part-recipe.js';

/** Nothing in these tests is compiled. */
export const noGo: PartWorkshop = {
  builder: {
    buildModule: () => Promise.reject(new Error('There is no Go here.')),
    buildSource: () => Promise.reject(new Error('There is no Go here.')),
  },
  tools: () => Promise.reject(new Error('There are no packages here.')),
};

export const archivePart: MirrorPart = {
  name: 'tool',
  version: '1.2.0',
  releaseVersion: '1.1.0',
  versionVariable: 'tool_version',
  nature: 'stand-in',
  contents: { scripts: { tool: '#!/bin/sh\necho tool\n' } },
  delivery: {
    kind: 'file',
    path: 'github/acme/tool/releases/download/v1.2.0/tool.tgz',
    checksumVariable: 'tool_archive_checksum',
    archiveFolder: 'tool-1.2.0',
  },
};

export const programPart: MirrorPart = {
  ...archivePart,
  name: 'program',
  contents: { scripts: { program: '#!/bin/sh\necho 0123456789\n' } },
  delivery: { kind: 'file', path: 'dl/program', checksumVariable: 'program_binary_checksum' },
};

export const imagePart: MirrorPart = {
  name: 'image',
  version: '3',
  releaseVersion: '3',
  nature: 'real',
  contents: { scripts: { one: '#!/bin/sh\n', two: '#!/bin/sh\n' } },
  delivery: {
    kind: 'image',
    registry: 'registry.example',
    repository: 'acme/image',
    tag: 'v3',
    folder: '/usr/local/bin',
    entrypoint: ['/usr/local/bin/one'],
  },
};

export const release: MirrorRelease = {
  name: 'v0.0.1',
  parts: [archivePart, programPart, imagePart],
  variables: { image_command_tool: 'crictl' },
};

/** A mirror of small parts, built into a folder of its own. */
export interface SmallMirror {
  readonly cache: string;
  readonly stored: readonly StoredPart[];
  remove(): Promise<void>;
}

export async function buildSmallMirror(): Promise<SmallMirror> {
  const cache = await mkdtemp(join(tmpdir(), 'slipway-mirror-'));
  for (const part of release.parts) await ensureImage(partRecipe(part, noGo), undefined, cache);
  return {
    cache,
    stored: await storedParts(release, cache),
    remove: () => rm(cache, { recursive: true, force: true }),
  };
}
