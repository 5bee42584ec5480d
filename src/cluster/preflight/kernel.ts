import {
  modulesDisabled,
  type modulesLookedAt as knownModules,
  type RefusedModule,
} from '../facts/system-facts.js';
import { encapsulationOf } from '../network/encapsulation.js';
import { ephemeralStorageOf } from '../specification/members.js';
import type { Specification } from '../specification/specification.js';
import type { HostCheck, HostLook } from '../checks/host-check.js';

type Module = (typeof knownModules)[number];

/** Kubespray loads most of these by modprobe and stops at one that it does not get; without the rest no pod starts. */
export const kernelModules: HostCheck = (look) => {
  const { facts, specification } = look;
  const needed: readonly string[] = neededModules(look);
  const missing = (facts.system?.missingModules ?? []).filter((name) => needed.includes(name));
  const refused = (facts.system?.refusedModules ?? []).filter(({ name }) => needed.includes(name));
  if (missing.length + refused.length === 0) return undefined;
  if (specification.kubespray.variables['ignore_assert_errors'] === true) return undefined;
  return {
    check: 'kernel-modules',
    severity: 'error',
    is: whatIs({ kernel: facts.kernel, missing, refused }),
    shouldBe: 'modules that are loaded, or that modprobe finds and loads',
    advice: howToMend({ kernel: facts.kernel, missing, refused }),
  };
};

interface Lacking {
  readonly kernel: string;
  readonly missing: readonly string[];
  readonly refused: readonly RefusedModule[];
}

function whatIs({ kernel, missing, refused }: Lacking): string {
  const causes = [...new Set(refused.map(({ by }) => by))];
  const keptOut = causes.map((cause, index) => {
    const names = refused.filter(({ by }) => by === cause).map(({ name }) => name);
    const where = missing.length > 0 || index > 0 ? 'it' : `Linux ${kernel}`;
    return `${names.join(', ')} kept out of ${where} by ${cause}`;
  });
  const absent = missing.length === 0 ? [] : [`no ${missing.join(', ')} in Linux ${kernel}`];
  return [...absent, ...keptOut].join('; ');
}

function howToMend({ kernel, missing, refused }: Lacking): string {
  const isLocked = refused.some(({ by }) => by === modulesDisabled);
  const hasRule = refused.some(({ by }) => by !== modulesDisabled);
  return [
    ...(missing.length > 0
      ? [
          `Look whether /lib/modules/${kernel} is there: a newer kernel that is installed and not running needs a restart. Else apt-get install linux-modules-extra-${kernel}, or another kernel.`,
        ]
      : []),
    ...(hasRule
      ? [
          'Take the lines that keep them out: grep -r install /etc/modprobe.d /usr/lib/modprobe.d shows where they are.',
        ]
      : []),
    ...(isLocked
      ? [
          `Take ${modulesDisabled} out of /etc/sysctl.d and /etc/sysctl.conf, or name the modules in /etc/modules-load.d, and restart the host: nothing else takes it back.`,
        ]
      : []),
  ].join(' ');
}

/** By the settings; their defaults are Kubespray's. */
function neededModules({ specification, host }: HostLook): Module[] {
  const { kubespray, firewall } = specification;
  const { variables } = kubespray;
  const { vxlan, ipInIp } = encapsulationOf(specification);
  const mode = variables['kube_proxy_mode'] ?? 'ipvs';
  const storage = ephemeralStorageOf(specification, host);
  const optional: readonly (readonly [boolean, readonly Module[]])[] = [
    [mode === 'ipvs', ipvsModules(variables)],
    [mode === 'nftables' || firewall.enabled, ['nf_tables']],
    [vxlan, ['vxlan']],
    [ipInIp, ['ipip']],
    [variables['enable_nodelocaldns'] !== false, ['dummy']],
    [storage !== false, storage === false ? [] : [storage.level]],
  ];
  return [
    ...(['overlay', 'br_netfilter', 'nf_conntrack'] as const),
    ...optional.flatMap(([isNeeded, modules]) => (isNeeded ? modules : [])),
  ];
}

const knownIpvsModules = ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'ip_vs_wlc', 'ip_vs_lc'] as const;

/** Kubespray loads each of its list, and ip_vs is beneath all of them. */
function ipvsModules({ kube_proxy_ipvs_modules: own }: Specification['kubespray']['variables']): Module[] {
  if (!Array.isArray(own)) return [...knownIpvsModules];
  return knownIpvsModules.filter((name) => name === 'ip_vs' || own.includes(name));
}

/** The least that Kubespray's assertions and kubelet ask for, by setting. */
export const kernelVersion: HostCheck = ({ facts, specification: { kubespray, firewall } }) => {
  const has = /^([0-9]+)\.([0-9]+)(?:\.([0-9]+))?/
    .exec(facts.kernel)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (has === undefined) return undefined;
  const needs = [
    { version: [4, 19, 0], by: 'kubelet' },
    ...(firewall.networkPlugin === 'cilium' ? [{ version: [4, 9, 17], by: 'Cilium' }] : []),
    ...(kubespray.variables['kube_proxy_mode'] === 'nftables'
      ? [{ version: [5, 13, 0], by: 'kube_proxy_mode nftables' }]
      : []),
  ].filter(({ version }) => isOlder(has, version));
  const worst = needs.at(-1);
  if (worst === undefined) return undefined;
  return {
    check: 'kernel-version',
    severity: 'error',
    is: `Linux ${facts.kernel}`,
    shouldBe: `at least ${worst.version.join('.')} for ${worst.by}`,
    advice: 'Install a newer kernel and restart the host.',
  };
};

function isOlder(has: readonly number[], needed: readonly number[]): boolean {
  const differs = needed.findIndex((part, index) => part !== (has[index] ?? 0));
  return differs !== -1 && (has[differs] ?? 0) < (needed[differs] ?? 0);
}
