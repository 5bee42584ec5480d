import { describe, expect, it } from 'vitest';
import { planProbes, sumUp, type FailedProbe } from '../../../../src/cluster/network/reachability.js';
import { reachabilityFindings } from '../../../../src/cluster/preflight/network/reachability.js';
import { aSpecification } from '../../../support/builders.js';
import { hosts } from '../../../support/reachability-hosts.js';

describe('what did not get through', () => {
  it('is summed up in a few words for a thousand hosts', () => {
    const specification = aSpecification({ hosts: hosts(900) });
    const large = planProbes(specification);
    const failed = Object.entries(large.probes).flatMap(([from, list]) =>
      list.flatMap(({ to, ports }) =>
        ports.map((port): FailedProbe => ({ ...port, from, to, obstacle: 'timed-out' })),
      ),
    );
    const blocked = sumUp(large, failed);
    const finding = reachabilityFindings({ blocked, narrow: [] }, specification).find(
      ({ host }) => host === 'w0',
    );
    expect(finding?.is).toMatch(/^no answer to \S+, \S+, \S+, \S+, \S+ and \d+ more on /);
  });
});
