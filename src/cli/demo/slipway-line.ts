import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote } from '../../hosts/script.js';

const program = fileURLToPath(new URL('../main.js', import.meta.url));

/** The words that call this `slipway`, which need not be installed. */
export const slipwayProgram = [process.execPath, program];

/** Decide where the lab's files and a Temporal's history are, so whoever looks at them later has to have them too. */
const deciding = ['SLIPWAY_CACHE', 'XDG_CACHE_HOME'];

/**
 * A line that calls `slipway` from the shell that started the demo, as it is: as root and with the same files.
 * @param words what stands behind `slipway`, as the shell reads it
 */
export function slipwayLine(
  words: string,
  {
    environment = process.env,
    variables = [],
  }: { environment?: NodeJS.ProcessEnv; variables?: readonly string[] } = {},
): string {
  const set = [...deciding, ...variables].flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [`${name}=${quote(value)}`];
  });
  const sudo = environment['SUDO_USER'] ? ['sudo'] : [];
  // npm runs scripts in the project's folder, and says where the person is.
  const path = relative(environment['INIT_CWD'] || process.cwd(), program);
  return [...sudo, ...set, 'node', quote(path), words].join(' ');
}
