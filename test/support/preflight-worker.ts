import type { HostFacts } from '../../src/cluster/facts/facts.js';
import { withOverrides } from '../../src/cluster/checks/overrides.js';
import { preflight } from '../../src/cluster/preflight/preflight.js';
import type { SpecificationInput } from '../../src/cluster/specification/specification.js';
import { aSpecification, someFacts, someSystem } from './builders.js';

/** Bytes. */
export const gb = 1_000_000_000;
export const gib = 1024 ** 3;

/** Everything is on it, as far as is known. */
export const disk = (rootDisk: HostFacts['rootDisk']) => ({ rootDisk, system: someSystem({ space: [] }) });

/** Findings of one worker beside three faultless control planes. */
export function findingsOf(
  facts: Partial<HostFacts>,
  specification: Partial<SpecificationInput> = {},
  roles: SpecificationInput['hosts'][number]['roles'] = ['worker'],
) {
  const controlPlanes = [1, 2, 3].map((index) => ({
    name: `cp${index}`,
    address: `10.0.0.${index}`,
    roles: ['control-plane' as const],
  }));
  const hosts = [...controlPlanes, { name: 'w', address: '10.0.0.9', roles }];
  const good = (index: number) =>
    someFacts({
      machineId: `m${index}`,
      hostname: `h${index}`,
      bootId: `b${index}`,
      addresses: [`10.0.0.${index}`],
    });
  const checked = aSpecification({ hosts, ...specification });
  const before = preflight({
    specification: checked,
    facts: { cp1: good(1), cp2: good(2), cp3: good(3), w: { ...good(9), ...facts } },
  });
  return withOverrides(before, checked.overrides);
}

/** The same, each as its severity, check and host. */
export const checks = (...findings: Parameters<typeof findingsOf>) =>
  findingsOf(...findings).map(({ check, host, severity }) => `${severity} ${check} ${host ?? ''}`.trim());
