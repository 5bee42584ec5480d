import type { Specification } from '../../specification/specification.js';
import { isPlainText } from '../../values/ansible-template.js';
import type { HostCheck } from '../../checks/host-check.js';

/** Trap T18. Those that Kubespray itself writes on its hosts are there at every further run, and mean no harm. */
export const searchDomains: HostCheck = ({ facts, specification }) => {
  const own = ownDomains(specification);
  const foreign = facts.searchDomains.filter((domain) => !own.has(normal(domain)));
  return foreign.length === 0
    ? undefined
    : {
        check: 'search-domains',
        severity: 'warning',
        is: `search domains ${foreign.join(', ')}`,
        shouldBe: 'no search domain: pods inherit them, and a wildcard record there breaks cluster DNS',
        advice: 'Take them out of the DHCP or netplan settings of the host.',
      };
};

/** By the settings; their defaults are Kubespray's. Those of `searchdomains` somebody has asked for. */
function ownDomains({ kubespray: { variables } }: Specification): ReadonlySet<string> {
  const names = [variables['dns_domain'], variables['cluster_name']];
  const domain = names.find(isPlainText) ?? 'cluster.local';
  const asked = variables['searchdomains'];
  const own = [domain, `svc.${domain}`, `default.svc.${domain}`];
  return new Set([...own, ...(Array.isArray(asked) ? asked.filter(isPlainText) : [])].map(normal));
}

function normal(domain: string): string {
  return domain.toLowerCase().replace(/\.$/, '');
}
