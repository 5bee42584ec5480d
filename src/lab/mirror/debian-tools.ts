import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { ImageRecipe } from '../images/ensure-image.js';
import { mmdebstrap } from '../images/mmdebstrap.js';
import { suite } from '../images/packages.js';
import { packFolder } from '../images/pack-archive.js';

const packages = ['iptables', 'ipset', 'conntrack', 'busybox', 'nginx', 'libnginx-mod-stream'];

/** No image needs them: what only people read, what belongs to the package manager, device files. */
const leftOut = ['dev', 'usr/include', 'usr/share', 'var'];

const folders = ['run', 'tmp', 'usr/share/nginx', 'var/lib/nginx', 'var/log/nginx'];

/** What the packages' own scripts would link, and what init containers run. */
const links: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['iptables', 'ip6tables'].flatMap((name) =>
      ['', '-save', '-restore'].map((what) => [`usr/sbin/${name}${what}`, 'xtables-nft-multi']),
    ),
  ),
  ...Object.fromEntries(['cat', 'cp', 'ls', 'sh'].map((name) => [`bin/${name}`, 'busybox'])),
  'var/run': '/run',
};

/** The layer beneath images that call programs of the distribution: `layer.tar`. */
export function debianTools(): ImageRecipe {
  return {
    kind: 'debian-tools',
    ingredients: { recipe: 1, suite, packages, leftOut, folders, links },
    async build(folder, onProgress) {
      onProgress('debian-tools: unpacking packages');
      const root = join(folder, 'root');
      await mmdebstrap({
        target: root,
        workFolder: folder,
        variant: 'extract',
        packages,
        what: 'unpack iptables, nginx and others for images',
      });
      for (const path of leftOut) await rm(join(root, path), { recursive: true, force: true });
      for (const path of folders) await mkdir(join(root, path), { recursive: true });
      await chmod(join(root, 'tmp'), 0o1777);
      for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path));
      await packFolder(root, join(folder, 'layer.tar'));
      await rm(root, { recursive: true });
    },
  };
}
