import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a finished part consists of, in `part.json` of its folder. Written last of all. */
export interface PartRecord {
  readonly files: readonly PartFile[];
  /** The digest of an image's manifest. */
  readonly manifest?: string;
}

export interface PartFile {
  /** Within the part's folder. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** "sha256:<64 hex digits>", of the file as it was made. */
  readonly digest: string;
}

const fileName = 'part.json';

export async function writePartRecord(folder: string, record: PartRecord): Promise<void> {
  await writeFile(join(folder, fileName), `${JSON.stringify(record, undefined, 2)}\n`);
}

export async function readPartRecord(folder: string): Promise<PartRecord> {
  return JSON.parse(await readFile(join(folder, fileName), 'utf8')) as PartRecord;
}
