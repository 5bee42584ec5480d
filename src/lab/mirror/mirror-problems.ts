import { aptLine, missingPackages, type Need } from '../missing-packages.js';

/** What building the mirror calls or compiles with. */
const needs: readonly Need[] = [
  ['go', 'golang'],
  ['gcc', 'gcc'],
  ['pkg-config', 'pkg-config'],
  ['/usr/include/seccomp.h', 'libseccomp-dev'],
  ['mmdebstrap', 'mmdebstrap'],
  ['unshare', 'util-linux'],
  ['flock', 'util-linux'],
];

/** Why the mirror cannot be built on this machine, one sentence each; empty where it can. */
export async function mirrorProblems(): Promise<string[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return ['The mirror is built on Linux on x86-64 only: its programs are for machines of that kind.'];
  }
  const problems: string[] = [];
  if (process.getuid?.() !== 0) problems.push('Packages are unpacked by root only: use sudo.');
  const missing = await missingPackages(needs);
  if (missing.length > 0) problems.push(`The mirror needs more packages: ${aptLine(missing)}`);
  return problems;
}
