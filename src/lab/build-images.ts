import { ensureImage, type OnProgress } from './images/ensure-image.js';
import { loginKey } from './images/login-key.js';
import { systemdImage } from './images/systemd-image.js';
import { virtualMachineImage } from './images/virtual-machine-image.js';
import { defaultSize } from './lab.js';
import { savedState } from './virtual-machine/saved-state.js';

export interface BuildImagesOptions {
  /** Told one line at a time. */
  readonly onProgress?: OnProgress;
}

/**
 * Builds all that machines are made from, unless it is in the cache: the image of systemd machines first, because it
 * is done soonest, then that of virtual machines and the saved state they go on from.
 * @throws LabError
 */
export async function buildImages({ onProgress = () => undefined }: BuildImagesOptions = {}): Promise<void> {
  const key = await loginKey();
  await ensureImage(systemdImage(key), onProgress);
  const folder = await ensureImage(virtualMachineImage(key), onProgress);
  await ensureImage(await savedState({ folder, key }, defaultSize), onProgress);
}
