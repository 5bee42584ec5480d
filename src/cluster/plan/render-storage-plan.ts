import { canonicalJson } from '../values/digest.js';
import { groupBy } from '../values/group-by.js';
import { namesText, type Item } from '../text/outline.js';
import type { ClusterPlan } from './plan.js';
import type { ExcludedDevice, PlannedDisk, StoragePlan, StorageTarget } from '../storage/storage-plan.js';
import { counted, showBytes } from '../text/quantities.js';

type Apply = Extract<StoragePlan, { kind: 'apply' }>;
type Refused = Extract<StoragePlan, { kind: 'refused' }>;

/** Hosts that are to be treated alike and are shown in full; those after them take a line each. */
const shownInFull = 2;

/**
 * One item for each host that is to be changed or is refused; the others by name.
 * @param hostsShown after so many of them the rest is counted; otherwise every one is shown
 */
export function storageItems(storage: ClusterPlan['storage'], hostsShown = Infinity): Item[] {
  const plans = Object.entries(storage);
  const of = <Kind extends StoragePlan['kind']>(kind: Kind) =>
    plans.flatMap(([host, plan]) =>
      plan.kind === kind ? [[host, plan as Extract<StoragePlan, { kind: Kind }>] as const] : [],
    );
  const applied = of('apply').map(([, plan]) => plan);
  const satisfied = of('satisfied').map(([host]) => host);
  return [
    ...applyItems(applied.slice(0, hostsShown)),
    ...(applied.length > hostsShown ? [{ text: `… and ${applied.length - hostsShown} more hosts.` }] : []),
    ...groupBy(
      of('refused').map(([, plan]) => plan),
      ({ why, excluded }) => canonicalJson([why, excluded.map(({ reasons }) => reasons)]),
    ).map((group) => refusedItem(group, hostsShown)),
    ...(satisfied.length > 0
      ? [{ text: `${namesText(satisfied)}: already as planned; nothing is done.` }]
      : []),
  ];
}

/** Directories that are deleted, with their sizes. */
export function oldDataItems(
  directories: readonly { readonly path: string; readonly bytes: number }[],
): Item[] {
  return directories.map(({ path, bytes }) => ({ text: `${path}, ${showBytes(bytes)} (${bytes} bytes)` }));
}

function applyItems(plans: readonly Apply[]): Item[] {
  return groupBy(plans, shapeOf).flatMap((group) => {
    const [model] = group;
    return [
      ...group.slice(0, shownInFull).map(applyItem),
      ...group.slice(shownInFull).map((plan) => ({
        text: `${plan.target.host}: as ${model.target.host}; disks ${plan.target.disks.map(({ serial }) => serial).join(', ')}; ${showBytes(plan.bytesToCopy)} to copy`,
      })),
    ];
  });
}

/** Plans of one shape differ only in what names a host and its disks. */
function shapeOf({ target, excluded, advice }: Apply): string {
  const { array, fileSystem, disks, mountPoint, layout, path, moves, reboots } = target;
  return canonicalJson([
    { ...array, uuid: '' },
    { ...fileSystem, uuid: '' },
    disks.map(({ model, bytes }) => [model, bytes]),
    excluded.map(({ name, reasons }) => [name, reasons]),
    [mountPoint, layout, path, moves, reboots, advice],
  ]);
}

function applyItem({ target, excluded, bytesToCopy, commands, advice, digest }: Apply): Item {
  const { host, array, disks, fileSystem, mountPoint } = target;
  return {
    text: `${host}: ${array.device}, ${array.level} of ${counted(disks.length, 'disk')}, ${fileSystem.type} at ${mountPoint}. Everything on these disks is lost:`,
    items: [
      ...disks.map(diskItem),
      ...excludedItems(excluded),
      ...moveItems(target, bytesToCopy),
      { text: target.reboots ? 'the host is restarted' : 'the host is not restarted' },
      { text: 'commands:', code: commands },
      ...advice.map((text) => ({ text: `to know: ${text}` })),
      { text: `digest of this host: ${digest}` },
    ],
  };
}

function diskItem({ serial, wwn, model, bytes, byId, nameThen }: PlannedDisk): Item {
  const names = [`serial ${serial}`, ...(wwn === null ? [] : [`WWN ${wwn}`]), model ?? 'unknown model'];
  return { text: `disk ${names.join(', ')}, ${showBytes(bytes)}: ${byId} (now ${nameThen})` };
}

/** Devices that are not used for the same reasons are told together. */
function excludedItems(excluded: readonly ExcludedDevice[]): Item[] {
  return groupBy(excluded, ({ reasons }) => canonicalJson(reasons)).map((group) => {
    const names = group.map(({ name, serial }) => (serial === null ? name : `${name} (serial ${serial})`));
    return { text: `not used: ${namesText(names, 5)}: ${group[0].reasons.join(' ')}` };
  });
}

function moveItems({ layout, path, moves, mountPoint }: StorageTarget, bytesToCopy: number): Item[] {
  const layouts = {
    bind: `layout bind: folders of ${mountPoint} are mounted on the usual paths, which stay valid`,
    'root-dir': `layout root-dir: kubelet and containerd are told the paths on ${mountPoint}`,
  };
  if (path === 'fresh') return [{ text: `${layouts[layout]}; nothing is to be moved` }];
  return [
    { text: layouts[layout] },
    ...moves.map(({ from, to, unit }) => ({ text: `${unit} is stopped; ${from} is moved to ${to}` })),
    { text: `${showBytes(bytesToCopy)} to copy; the old copy is kept until the new one has proven itself` },
  ];
}

/** Hosts refused for the same are told together, each with its own devices. */
function refusedItem(group: readonly [Refused, ...Refused[]], hostsShown: number): Item {
  const [{ why, excluded }, ...others] = group;
  return {
    text: `${namesText(group.map(({ host }) => host))}: cannot be done. ${why}`,
    items:
      others.length === 0
        ? excludedItems(excluded)
        : group
            .slice(0, hostsShown)
            .map((plan) => ({ text: `${plan.host}:`, items: excludedItems(plan.excluded) })),
  };
}
