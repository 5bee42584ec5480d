import type { Script } from '../../hosts/script.js';
import { LabError } from '../errors.js';
import type { LabMachine } from '../machine.js';

/** Runs a script that must succeed. @returns its standard output @throws LabError with what it said */
export async function runOn(
  machine: Pick<LabMachine, 'name' | 'run'>,
  what: string,
  script: Script,
  options: { readonly stdin?: string; readonly timeout?: number } = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.run(script.text, options);
  if (exitCode === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).slice(-1000);
  throw new LabError(`Could not ${what} on ${machine.name}: ${said || `exit code ${exitCode}`}`);
}
