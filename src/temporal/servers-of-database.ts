import { readdirSync, readFileSync } from 'node:fs';
import { identityOf, type ProcessIdentity } from '../local/processes.js';

/** A Temporal server that works on a database file, by its command line. */
export interface ServerOfDatabase {
  readonly server: ProcessIdentity;
  /** Its gRPC front end's; undefined where its command line does not say. */
  readonly port: number | undefined;
}

/**
 * Every server that works on this file, whether anything is remembered of it or not: a second one on the same file would
 * spoil it, and where the state could not be written there may be one.
 */
export function serversOfDatabase(database: string): readonly ServerOfDatabase[] {
  return processes().flatMap((name) => {
    const words = /^[0-9]+$/.test(name) ? commandLineOf(name) : [];
    if (!words.includes('start-dev') || valueOf(words, '--db-filename') !== database) return [];
    const server = identityOf(Number(name));
    const port = Number(valueOf(words, '--port'));
    return server === undefined ? [] : [{ server, port: Number.isInteger(port) ? port : undefined }];
  });
}

/** Only Linux has them as files; elsewhere there is nothing to be found. */
function processes(): readonly string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}

function valueOf(words: readonly string[], option: string): string | undefined {
  const index = words.indexOf(option);
  return index < 0 ? undefined : words[index + 1];
}

function commandLineOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
