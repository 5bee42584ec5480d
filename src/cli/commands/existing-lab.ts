import { listLabs, openLab, type Lab } from '../../lab/index.js';
import { CommandError } from '../terminal/errors.js';

/** @throws CommandError for a lab that was never started, with the names of those that were */
export async function existingLab(name: string): Promise<Lab> {
  const names = await listLabs();
  if (names.includes(name)) return openLab({ name });
  throw new CommandError(`There is no lab "${name}"; there are: ${names.join(', ') || 'none'}.`);
}
