import { plainVariables } from '../../local/environment.js';
import { sh, type Script } from '../script.js';

/** The file in a job's folder through which one attempt to start it gives the environment to its runner. */
function environmentFile(attempt: string): string {
  return `environment.${attempt}`;
}

/**
 * Writes those exported variables that tools may have, as shell text for {@link takeJobEnvironment}. A proxy or a package
 * index may be named with its password, so nobody else may read the file, and no value is an argument of any process:
 * `printf` is the shell's own. A value comes through byte by byte, line ends at its end included.
 */
export function writeJobEnvironment(attempt: string): Script {
  return sh`( umask 077
for name in ${plainVariables}; do
  printenv "$name" > /dev/null || continue
  eval "value=\\\${$name}"
  printf "export %s='" "$name"
  printf %s "$value" | LC_ALL=C sed "s/'/'\\\\\\\\''/g"
  printf "'\\\\n"
done > ${environmentFile(attempt)} )`;
}

/** For the start that failed: the file is of use to nobody. */
export function dropJobEnvironment(attempt: string): Script {
  return sh`rm -f ${environmentFile(attempt)}`;
}

/** Sets the variables that the attempt named by the shell's `attempt` has written, and removes their file. */
export const takeJobEnvironment = sh`. "./environment.$attempt"
rm "environment.$attempt"`;
