import { describe, expect, it } from 'vitest';
import { controlPlane, problems } from '../../../support/specification-problems.js';

const of = (...overrides: object[]) => problems({ name: 'a', hosts: [controlPlane], overrides });
const reason = 'seen and accepted';

describe('rules for overrides', () => {
  it('take checks that there are, and hosts of the specification', () => {
    expect(of({ check: 'swap', reason }, { check: 'worker-cpus', hosts: ['cp'], reason })).toEqual([]);
  });

  it('say which check was meant, where one is near', () => {
    expect(of({ check: 'swop', reason })).toEqual([
      'overrides.0.check: must be the name of a check, as the plan and the report show it; did you mean swap?',
    ]);
    expect(of({ check: 'everything', reason })).toEqual([
      'overrides.0.check: must be the name of a check, as the plan and the report show it',
    ]);
  });

  it('tell each host that there is not, at its own place', () => {
    expect(of({ check: 'swap', hosts: ['cp', 'pc', 'elsewhere'], reason })).toEqual([
      'overrides.0.hosts.1: must be the name of a host',
      'overrides.0.hosts.2: must be the name of a host',
    ]);
  });
});
