import { join } from 'node:path';

import { commonFiles, finishSystemdMachine, maskedInSystemdMachine } from './guest-files.js';
import type { ImageRecipe } from './ensure-image.js';
import type { LoginKey } from './login-key.js';
import { suite, systemdMachinePackages } from './packages.js';
import { buildRootFileSystem } from './root-file-system.js';

/** The root file system that all systemd machines share, in the image's folder `root`. */
export function systemdImage(key: LoginKey): ImageRecipe {
  const parts = {
    packages: systemdMachinePackages,
    files: { ...commonFiles, '/root/.ssh/authorized_keys': `${key.publicKey}\n` },
    masked: maskedInSystemdMachine,
    finish: finishSystemdMachine,
  };
  return {
    kind: 'systemd-machine',
    ingredients: { recipe: 1, suite, parts },
    async build(folder, onProgress) {
      onProgress('systemd machine image: installing packages');
      await buildRootFileSystem(parts, { target: join(folder, 'root'), workFolder: folder });
      onProgress('systemd machine image: ready');
    },
  };
}
