import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { packFolder } from '../images/pack-archive.js';

export interface OciImage {
  /** Full name with tag, as pods ask for it. */
  readonly reference: string;
  /** A static program, which becomes /<its name>. */
  readonly program: string;
}

/**
 * Writes an OCI image layout as one tar: a single layer with a static program, no registry needed. The same program gives the same
 * bytes.
 * @param target the tar's path
 */
export async function writeOciImage({ reference, program }: OciImage, target: string): Promise<void> {
  const work = `${target}.work`;
  const layout = join(work, 'layout');
  const root = join(work, 'root');
  await mkdir(join(root, 'tmp'), { recursive: true });
  const name = basename(program);
  await copyFile(program, join(root, name));
  await chmod(join(root, name), 0o755);
  const layer = join(work, 'layer.tar');
  await packFolder(root, layer);
  const manifest = await writeOciBlobs(join(layout, 'blobs', 'sha256'), {
    layers: [layer],
    config: { Entrypoint: [`/${name}`], WorkingDir: '/' },
  });
  const annotations = {
    'io.containerd.image.name': reference,
    'org.opencontainers.image.ref.name': reference,
  };
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  await mkdir(dirname(target), { recursive: true });
  await packFolder(layout, target);
  await rm(work, { recursive: true });
}

export interface OciContent {
  /** Tars of what is in the image, the lowest first. They are moved. */
  readonly layers: readonly string[];
  /** What is run and how, as in an image's config. */
  readonly config: {
    readonly Entrypoint?: readonly string[];
    readonly Env?: readonly string[];
    readonly WorkingDir?: string;
  };
}

export interface OciDescriptor {
  readonly mediaType: string;
  /** "sha256:<64 hex digits>" */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/**
 * Writes what an image is made of into a folder, each part under the digits of its digest.
 * @returns what names its manifest
 */
export async function writeOciBlobs(folder: string, { layers, config }: OciContent): Promise<OciDescriptor> {
  await mkdir(folder, { recursive: true });
  const moved: OciDescriptor[] = [];
  for (const layer of layers) moved.push({ mediaType: layerType, ...(await moveBlob(folder, layer)) });
  const written = await putBlob(folder, {
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: moved.map(({ digest }) => digest) },
  });
  const manifest = await putBlob(folder, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: configType, ...written },
    layers: moved,
  });
  return { mediaType: manifestType, ...manifest };
}

type Blob = Pick<OciDescriptor, 'digest' | 'size'>;

/** The digest of a file as images name it, "sha256:<64 hex digits>". */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

async function moveBlob(folder: string, file: string): Promise<Blob> {
  const digest = await digestOfFile(file);
  const { size } = await stat(file);
  await rename(file, join(folder, hexOf(digest)));
  return { digest, size };
}

async function putBlob(folder: string, content: unknown): Promise<Blob> {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  await writeFile(join(folder, hexOf(digest)), bytes);
  return { digest, size: bytes.length };
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
