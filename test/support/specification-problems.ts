import { checkSpecification, formatProblem } from '../../src/cluster/specification/check.js';

/** What is wrong with a specification, a line each. */
export const problems = (input: unknown) => (checkSpecification(input).problems ?? []).map(formatProblem);

/** What is wrong with these hosts in a specification without anything else. */
export const hosts = (...list: unknown[]) => problems({ name: 'akash', hosts: list });

export const controlPlane = { name: 'cp', address: '10.0.0.1', roles: ['control-plane', 'worker'] };

export const worker = { name: 'w', address: '10.0.0.2', roles: ['worker'] };

/** What is wrong with this setting of ephemeral storage. */
export const withStorage = (ephemeralStorage: unknown) =>
  problems({ name: 'akash', hosts: [controlPlane], ephemeralStorage });
