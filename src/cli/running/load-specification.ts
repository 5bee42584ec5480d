import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { formatProblems, readSpecificationFile } from '../../cluster/specification/read-file.js';
import type { Specification } from '../../cluster/specification/specification.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes } from '../terminal/exit-codes.js';

/**
 * Reads and checks cluster.yaml, or the same as JSON.
 * @throws CommandError with every problem, a line each as `file:line:column path: message`
 */
export async function loadSpecification(file: string): Promise<Specification> {
  const { specification, problems } = readSpecificationFile({ text: await textOf(file), file });
  if (specification !== undefined) return specification;
  throw new CommandError(formatProblems(problems), exitCodes.invalidInput);
}

/** In words what the system says by a code. */
const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of this path is no folder',
  EISDIR: 'is a folder',
  ELOOP: 'its symbolic links lead in a circle',
  EACCES: 'may not be read by this user',
};

async function textOf(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const why = unreadable[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error);
    throw new CommandError(`${file}: ${why}`, exitCodes.invalidInput, { cause: error });
  }
  // UTF-16 without its mark is valid UTF-8 as a rule, with a zero beside each letter.
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new CommandError(`${file}: is not UTF-8`, exitCodes.invalidInput);
  return bytes.toString('utf8');
}
