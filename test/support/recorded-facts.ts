import { readFileSync } from 'node:fs';
import { factsScript } from '../../src/probes/facts-script.js';
import { clusterFolders } from '../../src/cluster/kubespray/folders.js';

/** What begins each section of an answer. */
export const mark = '@@MARK';

/** What a virtual machine has answered. */
export const recorded = (name: string) =>
  readFileSync(new URL(`./recorded-facts/${name}.txt`, import.meta.url), 'utf8');

/** The least that a machine answers whose tools are all missing. */
export const bare = `\n${mark} hostname\nbox\n\n${mark} boot-id\nb\n\n${mark} end\n`;

/** The script that asks for all there is. */
export const everyFact = factsScript({
  ...{ mark, mountPoint: '/data', stateFolder: '/var/lib/slipway', dataDirectories: ['/var/lib/kubelet'] },
  ...{ controlHost: clusterFolders('/var/lib/slipway', 'blue'), forPreflight: true },
});
