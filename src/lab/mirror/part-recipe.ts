import { chmod, cp, link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ImageRecipe } from '../images/ensure-image.js';
import { packArchive, packFolder } from '../images/pack-archive.js';
import type { GoBuilder } from '../kubernetes/go-builder.js';
import { programsOf } from '../kubernetes/go-modules.js';
import { digestOfFile, writeOciBlobs } from '../kubernetes/oci-image.js';
import { debianTools } from './debian-tools.js';
import type { FileDelivery, ImageDelivery, MirrorPart, PartContents } from './mirror-part.js';
import { writePartRecord, type PartFile } from './part-record.js';

/** What parts are made with. */
export interface PartWorkshop {
  readonly builder: Pick<GoBuilder, 'buildModule' | 'buildSource'>;
  /** The folder of {@link debianTools}, built if need be. */
  readonly tools: () => Promise<string>;
}

/**
 * How a part is made: a folder with what is served of it, and its record. Its key stands for versions, sources and all else
 * that decides what comes out.
 */
export function partRecipe(part: MirrorPart, workshop: PartWorkshop): ImageRecipe {
  return {
    ...partKey(part),
    async build(folder, onProgress) {
      const bin = join(folder, 'bin');
      await mkdir(bin);
      await buildPrograms(part.contents, { folder, bin, onProgress, ...workshop });
      const made = { bin, folder };
      if (part.delivery.kind === 'file') await layOutFile(part, part.delivery, made);
      else await layOutImage(part.delivery, { ...made, tools: workshop.tools });
      await rm(bin, { recursive: true });
    },
  };
}

/** What names the folder of a finished part. */
export function partKey(part: MirrorPart): Pick<ImageRecipe, 'kind' | 'ingredients'> {
  const { contents, delivery } = part;
  const tools = delivery.kind === 'image' && delivery.debianTools ? debianTools().ingredients : undefined;
  return { kind: part.name, ingredients: { recipe: 1, contents, delivery, tools } };
}

/** The names of the programs that a part is made of. */
export function partPrograms({ modules = [], sources = {}, scripts = {} }: PartContents): string[] {
  return [
    ...modules.flatMap((module) => programsOf(module).map(({ program }) => program)),
    ...Object.keys(sources),
    ...Object.keys(scripts),
  ];
}

interface Programs extends PartWorkshop {
  readonly folder: string;
  readonly bin: string;
  readonly onProgress: (line: string) => void;
}

async function buildPrograms(
  { modules = [], sources = {}, scripts = {} }: PartContents,
  { builder, folder, bin, onProgress }: Programs,
): Promise<void> {
  const workspace = join(folder, 'go');
  const onProgram = (program: string, seconds?: number) => {
    if (seconds !== undefined) onProgress(`${program} built in ${seconds} s`);
  };
  for (const module of modules) await builder.buildModule(module, { workspace, bin, onProgram });
  for (const [name, source] of Object.entries(sources)) {
    await builder.buildSource({ name, source }, { workspace, bin });
  }
  for (const [name, text] of Object.entries(scripts)) await writeFile(join(bin, name), text);
  await rm(workspace, { recursive: true, force: true });
  for (const name of partPrograms({ modules, sources, scripts })) await chmod(join(bin, name), 0o755);
}

interface Made {
  /** Where the programs are. */
  readonly bin: string;
  readonly folder: string;
}

async function layOutFile(
  { contents }: MirrorPart,
  { path, archiveFolder }: FileDelivery,
  { bin, folder }: Made,
): Promise<void> {
  const file = join('files', path);
  const target = join(folder, file);
  await mkdir(dirname(target), { recursive: true });
  if (archiveFolder === undefined) {
    await cp(join(bin, partPrograms(contents)[0] ?? ''), target);
  } else {
    const root = join(folder, 'archive');
    await cp(bin, join(root, archiveFolder), { recursive: true });
    await packArchive(root, target);
    await rm(root, { recursive: true });
  }
  await writePartRecord(folder, { files: [await partFile(folder, file)] });
}

/** Users whose names the programs look up. */
const users = `root:x:0:0::/:/bin/sh
www-data:x:33:33::/:/bin/false
nobody:x:65534:65534::/:/bin/false
`;
const groups = `root:x:0:
www-data:x:33:
nogroup:x:65534:
`;

/** Where a program is looked for that is named without its folder. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function layOutImage(
  { folder: place, entrypoint, debianTools: hasTools = false }: ImageDelivery,
  { bin, folder, tools }: Made & Pick<PartWorkshop, 'tools'>,
): Promise<void> {
  const root = join(folder, 'root');
  await Promise.all(['etc', 'tmp', 'run'].map((path) => mkdir(join(root, path), { recursive: true })));
  await chmod(join(root, 'tmp'), 0o1777);
  await writeFile(join(root, 'etc/passwd'), users);
  await writeFile(join(root, 'etc/group'), groups);
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  await cp(bin, join(root, place), { recursive: true });
  const layers = [join(folder, 'own.tar')];
  await packFolder(root, join(folder, 'own.tar'));
  await rm(root, { recursive: true });
  if (hasTools) {
    await link(join(await tools(), 'layer.tar'), join(folder, 'tools.tar'));
    layers.unshift(join(folder, 'tools.tar'));
  }
  const manifest = await writeOciBlobs(join(folder, 'blobs'), {
    layers,
    config: {
      ...(entrypoint !== undefined && { Entrypoint: entrypoint }),
      Env: [`PATH=${searchPath}`],
      WorkingDir: '/',
    },
  });
  const files = await Promise.all(
    (await readdir(join(folder, 'blobs'))).sort().map((name) => partFile(folder, join('blobs', name))),
  );
  await writePartRecord(folder, { files, manifest: manifest.digest });
}

async function partFile(folder: string, path: string): Promise<PartFile> {
  const whole = join(folder, path);
  const [{ size }, digest] = await Promise.all([stat(whole), digestOfFile(whole)]);
  return { path, size, digest };
}
