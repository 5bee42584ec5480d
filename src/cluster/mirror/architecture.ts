import type { ClusterFacts } from '../facts/facts.js';

/** Processors for which Kubespray has downloads, by its own names of them. */
export const architectures = ['amd64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** By what `uname -m` says; undefined for any other. */
export function architectureOf(machine: string): Architecture | undefined {
  if (machine === 'x86_64' || machine === 'amd64') return 'amd64';
  return machine === 'aarch64' || machine === 'arm64' ? 'arm64' : undefined;
}

/** Processors by inventory name, of those hosts whose facts name one that is known. */
export function processorsOf(facts: ClusterFacts): Readonly<Record<string, Architecture>> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, { architecture }]) => {
      const known = architectureOf(architecture);
      return known === undefined ? [] : [[name, known]];
    }),
  );
}
