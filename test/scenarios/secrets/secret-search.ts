import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** A secret, by the name that a finding tells instead of it. */
export interface Canary {
  readonly name: string;
  readonly secret: string;
}

/** Where which secret was found. */
export interface Finding {
  readonly canary: string;
  readonly where: string;
}

/** Looks for secrets in bytes: as they are, and as JSON, a URL or base64 would hold them. */
export class SecretSearch {
  readonly findings: Finding[] = [];
  /** How many bytes were looked through. */
  bytes = 0;
  private readonly needles: { canary: string; bytes: Buffer }[] = [];

  constructor(canaries: readonly Canary[]) {
    this.add(canaries);
  }

  /** Looks for these too from now on. */
  add(canaries: readonly Canary[]): void {
    for (const { name, secret } of canaries) {
      for (const form of new Set(formsOf(secret))) {
        this.needles.push({ canary: name, bytes: Buffer.from(form) });
      }
    }
  }

  look(where: string, content: Buffer | string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.bytes += bytes.length;
    for (const { canary, bytes: needle } of this.needles) {
      const isKnown = this.findings.some((one) => one.canary === canary && one.where === where);
      if (!isKnown && bytes.includes(needle)) this.findings.push({ canary, where });
    }
  }

  /** Looks through a file, or every file in a folder, and at their names. @param except paths that may hold a secret */
  lookThrough(folder: string, except: readonly string[] = []): void {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      this.look(folder, contentOf(folder));
      return;
    }
    for (const entry of filesIn(folder)) {
      const path = join(entry.parentPath, entry.name);
      if (except.includes(path)) continue;
      this.look(path, path);
      if (entry.isFile()) this.look(path, contentOf(path));
    }
  }

  /**
   * Looks at the command line and the environment of every process.
   * @param knower number of the one process that may know; for a moment each of its children is a copy of it
   * @param environments `false`: at command lines only, for what tools are meant to have in their environment
   */
  lookAtProcesses(knower: number, { environments = true } = {}): void {
    const ofKnower = contentOf(`/proc/${knower}/cmdline`);
    this.look('command line of the process that may know', ofKnower);
    for (const name of readdirSync('/proc')) {
      const command = contentOf(`/proc/${name}/cmdline`);
      if (!/^\d+$/.test(name) || command.equals(ofKnower)) continue;
      const program = command.toString().split('\0').slice(0, 2).join(' ').slice(0, 80);
      this.look(`command line of ${program}`, command);
      if (environments) this.look(`environment of ${program}`, contentOf(`/proc/${name}/environ`));
    }
  }
}

/** A secret as it may be written. In base64 it looks different by how many bytes stand before it. */
function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.from(`${'x'.repeat(before)}${secret}`).toString('base64');
    // The first and the last characters depend on what stands beside.
    return text.slice(before === 0 ? 0 : 4).replace(/.{0,3}=*$/, '');
  });
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...base64];
}

function filesIn(folder: string): Dirent[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true });
}

/** Empty for what has gone in the meantime, as files and processes do. */
export function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
