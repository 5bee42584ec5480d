import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { command } from '../command.js';

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
  const blobs = join(work, 'layout', 'blobs', 'sha256');
  const root = join(work, 'root');
  await Promise.all([mkdir(blobs, { recursive: true }), mkdir(join(root, 'tmp'), { recursive: true })]);
  const name = basename(program);
  await copyFile(program, join(root, name));
  await chmod(join(root, name), 0o755);
  await tar(root, join(work, 'layer.tar'));

  const layer = await moveBlob(blobs, join(work, 'layer.tar'));
  const config = await putBlob(blobs, {
    architecture: 'amd64',
    os: 'linux',
    config: { Entrypoint: [`/${name}`], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = await putBlob(blobs, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, ...config },
    layers: [{ mediaType: types.layer, ...layer }],
  });
  const annotations = {
    'io.containerd.image.name': reference,
    'org.opencontainers.image.ref.name': reference,
  };
  const layout = dirname(dirname(blobs));
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(layout, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [{ mediaType: types.manifest, ...manifest, annotations }],
    }),
  );
  await tar(layout, target);
  await rm(work, { recursive: true });
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

interface Blob {
  readonly digest: string;
  readonly size: number;
}

async function moveBlob(folder: string, file: string): Promise<Blob> {
  const blob = describe(await readFile(file));
  await rename(file, join(folder, blob.digest.slice('sha256:'.length)));
  return blob;
}

async function putBlob(folder: string, content: unknown): Promise<Blob> {
  const bytes = Buffer.from(JSON.stringify(content));
  const blob = describe(bytes);
  await writeFile(join(folder, blob.digest.slice('sha256:'.length)), bytes);
  return blob;
}

function describe(bytes: Buffer): Blob {
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.length };
}

/** Without anything that differs from one day or machine to the next. */
async function tar(folder: string, target: string): Promise<void> {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=ustar'];
  await command('tar', [...same, '-C', folder, '-cf', target, '.'], { what: 'pack an image for pods' });
}
