import { join } from 'node:path';

import type { ImageRecipe } from './ensure-image.js';
import type { LoginKey } from './login-key.js';
import { finishNode, maskedInNode, nodeFiles } from './node-files.js';
import { nodeMachinePackages, suite } from './packages.js';
import { buildRootFileSystem } from './root-file-system.js';

/** The root file system of which each node machine gets a copy, in the image's folder `root`. */
export function nodeImage(key: LoginKey): ImageRecipe {
  const parts = {
    packages: nodeMachinePackages,
    files: { ...nodeFiles, '/root/.ssh/authorized_keys': `${key.publicKey}\n` },
    masked: maskedInNode,
    finish: finishNode,
  };
  return {
    kind: 'node-machine',
    ingredients: { recipe: 1, suite, parts },
    async build(folder, onProgress) {
      onProgress('node machine image: installing packages');
      await buildRootFileSystem(parts, { target: join(folder, 'root'), workFolder: folder });
      onProgress('node machine image: ready');
    },
  };
}
