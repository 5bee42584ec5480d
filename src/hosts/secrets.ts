import { readFile } from 'node:fs/promises';
import { expandHome } from '../local/state-folder.js';

/** Where a secret is found on the worker's machine; the same shape as in the specification. */
export type SecretLocation = { readonly file: string } | { readonly env: string };

/** A secret that is not where it was said to be. Its message names the place, never the value. */
class SecretError extends Error {
  override readonly name = 'SecretError';
}

/**
 * Reads a secret where the worker runs; one trailing line end is not part of it. The value must stay in the activity.
 * @throws SecretError when the file or variable is missing, unreadable or empty
 */
export async function readSecret(reference: SecretLocation): Promise<string> {
  if ('env' in reference) {
    return nonEmpty(process.env[reference.env], `The environment variable ${reference.env}`);
  }
  const path = expandHome(reference.file);
  return nonEmpty(await textOf(path), `The secret's file ${path}`);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new SecretError(
      `The secret's file ${path} cannot be read by the worker (${code ?? 'unknown error'}).`,
    );
  }
}

function nonEmpty(value: string | undefined, where: string): string {
  if (value === undefined) throw new SecretError(`${where} does not exist where the worker runs.`);
  const secret = value.replace(/\r?\n$/, '');
  if (secret === '') throw new SecretError(`${where} is empty.`);
  return secret;
}
