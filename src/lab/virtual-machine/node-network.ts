import { quote } from '../../hosts/script.js';
import { networkFile, networkFileText } from '../images/guest-files.js';
import { mirrorClientFiles } from '../mirror/mirror-client-files.js';

/**
 * Shell text that gives a virtual machine an address of its own in the lab's network from its next boot on, and the way to
 * the mirror at once.
 * @param where `address` of the machine in the lab's network; `mirror`: that of this machine, which is its gateway too
 */
export function nodeNetworkScript(where: { readonly address: string; readonly mirror: string }): string {
  const { address, mirror } = where;
  const files = {
    [networkFile]: networkFileText({ address, gateway: mirror }),
    ...mirrorClientFiles(mirror),
  };
  const lines = Object.entries(files).map(([path, text]) => `printf %s ${quote(text)} > ${quote(path)}`);
  return [...lines, 'sync', ''].join('\n');
}
