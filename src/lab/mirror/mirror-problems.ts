import { command } from '../command.js';
import { aptLine, missingPackages, type Need } from '../missing-packages.js';

/** What building the mirror calls or compiles with, besides Go. */
const needs: readonly Need[] = [
  ['gcc', 'gcc'],
  ['pkg-config', 'pkg-config'],
  ['/usr/include/seccomp.h', 'libseccomp-dev'],
  ['mmdebstrap', 'mmdebstrap'],
  ['unshare', 'util-linux'],
  ['flock', 'util-linux'],
];

/** Second number of the oldest Go 1 that etcd 3.5.35 and flannel 0.28.10 can be built by. */
const oldestGo = 26;

/** Why the mirror cannot be built on this machine, one sentence each; empty where it can. */
export async function mirrorProblems(): Promise<string[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return ['The mirror is built on Linux on x86-64 only: its programs are for machines of that kind.'];
  }
  const problems: string[] = [];
  if (process.getuid?.() !== 0) problems.push('Packages are unpacked by root only: use sudo.');
  const missing = await missingPackages(needs);
  if (missing.length > 0) problems.push(`The mirror needs more packages: ${aptLine(missing)}`);
  const go = await command('go', ['env', 'GOVERSION'], { what: 'ask Go for its version' }).catch(
    () => undefined,
  );
  return [...problems, ...goProblems(go?.stdout)];
}

/** @param version as Go says it, such as "go1.26.8"; undefined where there is no Go */
export function goProblems(version: string | undefined): string[] {
  const wanted = `Go 1.${oldestGo} or newer`;
  if (version === undefined) {
    return [`The mirror is built by ${wanted}, and there is no \`go\` here: put it into PATH.`];
  }
  const minor = Number(/^go1\.(\d+)/.exec(version.trim())?.[1]);
  // A Go with another form of version is one of its developers': it is taken.
  if (Number.isNaN(minor) || minor >= oldestGo) return [];
  return [`The mirror is built by ${wanted}, and this is ${version.trim()}: put a newer one into PATH.`];
}
