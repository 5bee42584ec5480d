import { sh, type Script } from '../hosts/script.js';

/** A path as one word of a script, with `~/` standing for the home folder of whoever runs the script. */
export function homePath(path: string): Script {
  return path.startsWith('~/') ? sh`"$HOME"/${path.slice(2)}` : sh`${path}`;
}

/** Scripts that systemd starts have no HOME; git, pip, ssh and Ansible want one, and so does {@link homePath}. */
export const exportHome = sh`export HOME="\${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"`;
