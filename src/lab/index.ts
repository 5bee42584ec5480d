/** Throw-away machines for trials and tests. Start at {@link openLab}. */
export {
  openLab,
  listLabs,
  type Lab,
  type LabOptions,
  type NodeOptions,
  type VirtualMachineOptions,
} from './lab.js';
export type { LabDisk, LabMachine, LabNodeMachine, LabSystemdMachine, LabVirtualMachine } from './machine.js';
export { LabError } from './errors.js';
export type { ScriptOptions, ScriptResult } from './ssh-session.js';
export { buildImages, type BuildImagesOptions } from './build-images.js';
export { labProblems } from './problems.js';
export { sshArguments, writeKnownHosts } from './ssh-client.js';
export { buildMirror, type BuildMirrorOptions } from './mirror/build-mirror.js';
export { mirrorProblems } from './mirror/mirror-problems.js';
export { imageReference, type MirrorRelease } from './mirror/mirror-part.js';
export { checkMirror, storedParts, type StoredPart } from './mirror/mirror-store.js';
export {
  runningMirror,
  serveToLab,
  startMirror,
  stopMirror,
  type MirrorProcess,
} from './mirror/mirror-process.js';
export type { MirrorServer } from './mirror/mirror-server.js';
export { mirrorVariables, type KubesprayVariables } from './mirror/mirror-variables.js';
export { nodeVariables } from './node-machine/node-variables.js';
export { standIns } from './node-machine/stand-ins.js';
export { findMirrorRelease } from './mirror/releases.js';
