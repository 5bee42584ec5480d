import { join } from 'node:path';

import { LabError } from '../errors.js';
import { mirrorFolder } from '../folders.js';
import { findImage } from '../images/ensure-image.js';
import { digestOfFile, manifestType } from '../kubernetes/oci-image.js';
import { imageReference, type MirrorPart, type MirrorRelease } from './mirror-part.js';
import { partKey } from './part-recipe.js';
import { readPartRecord, type PartRecord } from './part-record.js';

/** A part with what is in the cache of it. */
export interface StoredPart {
  readonly part: MirrorPart;
  /** Absent while the part is not built. */
  readonly record?: PartRecord;
  /** Where its files are; absent while it is not built. */
  readonly folder?: string;
}

/** Something that is served. */
export interface StoredFile {
  /** Where it is on this machine. */
  readonly file: string;
  readonly size: number;
  readonly digest: string;
  readonly mediaType: string;
}

const anyBytes = 'application/octet-stream';

/** Every part of a release, whether it is built or not. */
export async function storedParts({ parts }: MirrorRelease, cache = mirrorFolder()): Promise<StoredPart[]> {
  return Promise.all(
    parts.map(async (part) => {
      const folder = await findImage(partKey(part), cache);
      return folder === undefined ? { part } : { part, folder, record: await readPartRecord(folder) };
    }),
  );
}

/** What a mirror serves, by the names that are asked for. Nothing that is not listed here is ever read. */
export class MirrorStore {
  readonly #files = new Map<string, StoredFile>();
  readonly #images = new Map<string, StoredFile>();
  readonly #blobs = new Map<string, StoredFile>();
  readonly #sound = new Map<string, Promise<boolean>>();

  /** @throws LabError if a part is not built yet */
  constructor(stored: readonly StoredPart[]) {
    const missing = stored.filter(({ record }) => record === undefined).map(({ part }) => part.name);
    if (missing.length > 0) {
      throw new LabError(
        `The mirror lacks ${missing.join(', ')}. \`slipway lab mirror build\` builds what is missing.`,
      );
    }
    for (const each of stored) this.#add(each);
  }

  /** The file at a path beneath the mirror's address, without a slash in front. */
  file(path: string): StoredFile | undefined {
    return this.#files.get(path);
  }

  /** The manifest of an image. @param registry as containerd names it in `ns`; without it, the first of that name */
  manifest(image: {
    readonly repository: string;
    /** A tag or a digest. */
    readonly reference: string;
    readonly registry?: string | undefined;
  }): StoredFile | undefined {
    const { repository, reference, registry } = image;
    const byDigest = this.#blobs.get(reference);
    if (byDigest) return { ...byDigest, mediaType: manifestType };
    const suffix = `/${repository}:${reference}`;
    if (registry !== undefined) return this.#images.get(`${registry}${suffix}`);
    return [...this.#images].find(([name]) => name.slice(name.indexOf('/')) === suffix)?.[1];
  }

  /** A part of an image, by its digest. */
  blob(digest: string): StoredFile | undefined {
    return this.#blobs.get(digest);
  }

  /** Whether a file still has the digest it was made with; looked at once, at its first use. */
  isSound({ file, digest }: StoredFile): Promise<boolean> {
    const known = this.#sound.get(file);
    if (known) return known;
    const looked = digestOfFile(file).then(
      (now) => now === digest,
      () => false,
    );
    this.#sound.set(file, looked);
    return looked;
  }

  #add({ part: { delivery }, record, folder }: StoredPart): void {
    if (record === undefined || folder === undefined) return;
    for (const { path, size, digest } of record.files) {
      const stored = { file: join(folder, path), size, digest, mediaType: anyBytes };
      if (delivery.kind === 'file') this.#files.set(delivery.path, stored);
      else this.#blobs.set(digest, stored);
    }
    if (delivery.kind === 'file') return;
    const manifest = this.#blobs.get(record.manifest ?? '');
    if (manifest) this.#images.set(imageReference(delivery), { ...manifest, mediaType: manifestType });
  }
}

/** What is wrong with the files of a mirror, a sentence each: those that are gone, or that changed since they were made. */
export async function checkMirror(
  stored: readonly StoredPart[],
  onFile: (path: string) => void = () => undefined,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { part, folder, record } of stored) {
    if (folder === undefined || record === undefined) {
      problems.push(`${part.name} is not built: \`slipway lab mirror build\` builds it.`);
      continue;
    }
    for (const { path, digest } of record.files) {
      const file = join(folder, path);
      onFile(file);
      const now = await digestOfFile(file).catch(() => undefined);
      if (now === digest) continue;
      const what = now === undefined ? 'cannot be read' : `has the digest ${now} and was made with ${digest}`;
      problems.push(`${part.name}: ${file} ${what}. Delete ${folder} and build the mirror again.`);
    }
  }
  return problems;
}
