import { readFile } from 'node:fs/promises';
import { formatProblems, readSpecification } from '../cluster/specification-file.js';
import type { Specification } from '../cluster/specification.js';
import { CommandError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/**
 * Reads and checks cluster.yaml, or the same as JSON.
 * @throws CommandError with every problem, a line each as `file:line:column path: message`
 */
export async function loadSpecification(file: string): Promise<Specification> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new CommandError(`${file}: ${why}`, exitCodes.invalidInput, { cause: error });
  }
  const { specification, problems } = readSpecification({ text, file });
  if (specification !== undefined) return specification;
  throw new CommandError(formatProblems(problems), exitCodes.invalidInput);
}
