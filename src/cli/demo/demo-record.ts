import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonText } from '../terminal/json-text.js';
import type { Demo } from './choose-demo.js';

const demoRecordSchema = z
  .object({ hasEnded: z.boolean() })
  .and(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('stand-in') }),
      z.object({ kind: z.literal('real'), release: z.string(), repository: z.string() }),
    ]),
  );

/** What was begun in the demo's folder, and whether it came to its end. */
export type DemoRecord = Demo & { readonly hasEnded: boolean };

/** Undefined where nothing was begun, or nothing that can be gone on with. */
export async function readDemoRecord(folder: string): Promise<DemoRecord | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return demoRecordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export async function writeDemoRecord(folder: string, record: DemoRecord): Promise<void> {
  await writeFile(fileIn(folder), `${jsonText(record)}\n`);
}

/** Whether one demo can go on with the machines and the history of the other. */
export function isSameDemo(one: Demo, other: Demo): boolean {
  if (one.kind !== 'real' || other.kind !== 'real') return one.kind === other.kind;
  return one.release === other.release && one.repository === other.repository;
}

function fileIn(folder: string): string {
  return join(folder, 'demo.json');
}
