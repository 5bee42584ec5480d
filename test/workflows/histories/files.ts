import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Where recorded histories are: <version>/<scenario>/<workflow>.json.gz; packed, they take a tenth of the room. */
const folder = import.meta.dirname;

/** The version that is being worked on, from package.json. */
export const presentVersion = (
  JSON.parse(readFileSync(join(folder, '../../../package.json'), 'utf8')) as { version: string }
).version;

/** One workflow's history. */
export interface RecordedHistory {
  /** Slipway's. */
  readonly version: string;
  readonly scenario: string;
  /** The workflow's type, with the host and, from the second on, the run. */
  readonly workflow: string;
  /** As `temporal workflow show --output json` prints it. */
  readonly json: string;
}

/** Every history that was ever recorded, in the files' order. */
export function readHistories(): RecordedHistory[] {
  return foldersIn(folder).flatMap((version) =>
    foldersIn(join(folder, version)).flatMap((scenario) =>
      readdirSync(join(folder, version, scenario))
        .sort()
        .map((file) => ({
          version,
          scenario,
          workflow: file.replace('.json.gz', ''),
          json: gunzipSync(readFileSync(join(folder, version, scenario, file))).toString(),
        })),
    ),
  );
}

/** Puts these histories in place of those that the present version had. */
export function replaceHistories(histories: readonly Omit<RecordedHistory, 'version'>[]): void {
  rmSync(join(folder, presentVersion), { recursive: true, force: true });
  for (const { scenario, workflow, json } of histories) {
    const place = join(folder, presentVersion, scenario);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${workflow}.json.gz`), gzipSync(json, { level: 9 }));
  }
}

function foldersIn(parent: string): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
