import { sh, type Script } from '../hosts/script.js';

/** Exit code of a script that has found no Python. */
export const noPython = 95;

/** Sets `python` to the one that the host's system has, or ends the script. Enterprise Linux has its own apart from the path. */
export const findPython: Script = sh`python=$(command -v python3 || command -v /usr/libexec/platform-python) || exit ${noPython}`;
