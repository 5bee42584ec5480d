import { isServiceActive, type Unit } from './facts.js';
import { blocksOf, type FactsSections, linesOf, textOf } from './sections.js';
import { parseListeners } from './parse-listeners.js';
import {
  upgradeTimer,
  type ControlHostFacts,
  type NetworkInterface,
  type Space,
  type SystemFacts,
} from './system-facts.js';

/** Understands the sections about the system. What the host cannot tell is empty, or null. */
export function parseSystemFacts(sections: FactsSections, units: readonly Unit[]): SystemFacts | undefined {
  // An answer of an earlier version's script has none of these sections.
  if (!sections.has('init')) return undefined;
  return {
    init: textOf(sections, 'init'),
    timeSynchronized: { yes: true, no: false }[textOf(sections, 'time-synchronized')] ?? null,
    ...resolvConfOf(sections),
    hasResolvedFile: linesOf(sections, 'resolved')[0] === 'present',
    listeners: parseListeners(sections),
    interfaces: interfacesOf(sections),
    ...modulesOf(sections),
    space: spaceOf(sections),
    unattendedUpgrades: upgradesOf(sections, units),
    firewalls: [
      ...(textOf(sections, 'ufw') === '' ? [] : ['ufw']),
      ...(isServiceActive(units, 'firewalld') ? ['firewalld'] : []),
    ],
  };
}

/** Understands the section about the control host; undefined where the machine is none. */
export function parseControlHostFacts(sections: FactsSections): ControlHostFacts | undefined {
  const lines = linesOf(sections, 'control-host');
  const [, free = '', mountedAt = ''] =
    lines.map((line) => /^DF=\s*([0-9]+)\s+(\S.*)$/.exec(line)).find((match) => match !== null) ?? [];
  if (free === '') return undefined;
  return {
    hasGit: lines.includes('git'),
    isInstalled: lines.includes('installed'),
    freeBytes: Number(free),
    mountedAt,
  };
}

/** Its first line says "present", or "link" and where one leads that has nothing at its end. */
function resolvConfOf(sections: FactsSections): Pick<SystemFacts, 'hasResolvConf' | 'resolvConfLink'> {
  const [first = ''] = linesOf(sections, 'resolv-conf');
  const [, resolvConfLink] = /^link (.*)$/.exec(first) ?? [];
  return { hasResolvConf: first === 'present', ...(resolvConfLink !== undefined && { resolvConfLink }) };
}

/** Lines "raid0", which is missing, and "overlay by install /bin/false", which something keeps out. */
function modulesOf(sections: FactsSections): Pick<SystemFacts, 'missingModules' | 'refusedModules'> {
  const lines = linesOf(sections, 'modules');
  if (lines[0] === 'container') return { missingModules: null };
  const refusedModules = lines.flatMap((line) => {
    const [, name, by] = /^(\S+) by (.+)$/.exec(line) ?? [];
    return name === undefined || by === undefined ? [] : [{ name, by }];
  });
  return { missingModules: lines.filter((line) => !line.includes(' ')), refusedModules };
}

/** From `ip -o addr`, "2: eth0    inet 10.0.2.15/24 brd …", and `ip -o link`, "2: eth0@if5: <…> mtu 1500 …". */
function interfacesOf(sections: FactsSections): NetworkInterface[] {
  const mtus = new Map(
    linesOf(sections, 'links').flatMap((line) => {
      const [, name, mtu] = /^[0-9]+:\s+([^\s@:]+)\S*\s.*?\bmtu ([0-9]+)/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(mtu)] as const];
    }),
  );
  const found = new Map<string, string[]>();
  for (const line of linesOf(sections, 'addresses')) {
    const [, name, address] = /^[0-9]+:\s+([^\s@]+)\S*\s+inet6? ([^/ ]+)/.exec(line) ?? [];
    if (name !== undefined && address !== undefined) found.set(name, [...(found.get(name) ?? []), address]);
  }
  return [...found].flatMap(([name, addresses]) => {
    const mtu = mtus.get(name);
    return mtu === undefined ? [] : [{ name, mtu, addresses }];
  });
}

function spaceOf(sections: FactsSections): Space[] {
  return blocksOf(sections, 'space', 'PATH').flatMap((block) => {
    const [, sizes = '', source, mountedAt = ''] =
      /^((?:\S+\s+){4})(\S.*?)\s+(\/.*)$/.exec((block['DF'] ?? '').trim()) ?? [];
    const [totalBytes, freeBytes, inodes, freeInodes] = sizes.split(/\s+/, 4);
    if (!Number.isFinite(Number(totalBytes)) || mountedAt === '') return [];
    const count = (text: string | undefined) => Number(text) || 0;
    return [
      {
        path: block['PATH'] ?? '',
        mountedAt,
        source,
        totalBytes: count(totalBytes),
        freeBytes: count(freeBytes),
        inodes: count(inodes),
        freeInodes: count(freeInodes),
      },
    ];
  });
}

/**
 * Its timer starts apt.systemd.daily, which asks apt's configuration and looks for the program `unattended-upgrade`. The
 * service unattended-upgrades has no part in it: it only waits for the shutdown. cron starts the program itself.
 */
function upgradesOf(sections: FactsSections, units: readonly Unit[]): SystemFacts['unattendedUpgrades'] {
  const settings = new Map(
    linesOf(sections, 'upgrades').map((line) => {
      const [key = '', value = ''] = line.split('=');
      return [key, value.replace(/^'(.*)'$/, '$1').toLowerCase()] as const;
    }),
  );
  // A number of days, or an interval such as "12h" or "always"; the script compares with the text "0" alone.
  const isWanted = !['0', '', undefined].includes(settings.get('upgrade'));
  const isAllowed = !/^0+$/.test(settings.get('periodic') ?? '');
  const byTimer = isWanted && isAllowed && isTimerOn(units) ? [upgradeTimer] : [];
  const startedBy = settings.has('program') ? [...byTimer, ...linesOf(sections, 'upgrade-crons')] : [];
  return {
    enabled: startedBy.length > 0,
    reboots: ['1', 'true', 'yes', 'on', 'with', 'enable'].includes(settings.get('reboot') ?? ''),
    startedBy,
  };
}

/** Now, or from the next start on; a timer does not start a service that is masked. */
function isTimerOn(units: readonly Unit[]): boolean {
  const service = units.find(({ name }) => name === upgradeTimer.replace(/\.timer$/, ''));
  const timer = units.find(({ name }) => name === upgradeTimer);
  if (timer === undefined || service?.load === 'masked') return false;
  return timer.active === 'active' || timer.enabled.startsWith('enabled');
}
