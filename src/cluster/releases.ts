import { newestFirst, parseVersion, sameMinor, tagOf, type Version } from './version.js';

/** What a re-run of `cluster.yml` does with the preflight errors of kubeadm that an earlier, failed run left (trap T5). */
export type RerunStrictness = 'ignores-errors' | 'strict' | 'ignores-four-errors-in-the-run';

/** One release of Kubespray, with what differs between releases and matters here. Read off Kubespray's source at each tag. */
export interface Release {
  /** Git tag, such as v2.24.1. */
  readonly name: string;
  /** The Kubernetes that it installs by default. */
  readonly kubernetes: string;
  readonly ansible: {
    /** The `ansible` package that its requirements.txt pins. */
    readonly package: string;
    /** The ansible-core that its playbooks accept. */
    readonly core: string;
  };
  /** Python on the control host, newest first. */
  readonly python: readonly string[];
  readonly ubuntu: readonly string[];
  readonly debian: readonly string[];
  /** T1: a string becomes one flag for each letter. A list is right on every release, so Slipway always writes one. */
  readonly customFlagsMustBeList: boolean;
  /** T9: the document's `contrib/inventory_builder` is gone. */
  readonly inventoryBuilderRemoved: boolean;
  readonly rerun: RerunStrictness;
  /** T17: the label `k8s-app` of the node-local DNS cache's pods. */
  readonly localDnsLabel: string;
}

/** Rules that hold for a range of releases; the table below names the range by where it begins. */
type Rules = Omit<Release, 'name' | 'kubernetes'>;

const from2_24_1: Rules = {
  ansible: { package: '8.5.0', core: '>=2.15.5 <2.17' },
  python: ['3.11', '3.10', '3.9'],
  ubuntu: ['20.04', '22.04'],
  debian: ['10', '11', '12'],
  customFlagsMustBeList: false,
  inventoryBuilderRemoved: false,
  rerun: 'ignores-errors',
  localDnsLabel: 'node-local-dns',
};
const from2_25_0: Rules = {
  ...from2_24_1,
  ansible: { package: '9.5.1', core: '>=2.16.4 <2.17' },
  python: ['3.12', '3.11', '3.10'],
};
const from2_25_1: Rules = { ...from2_25_0, ubuntu: ['20.04', '22.04', '24.04'], debian: ['11', '12'] };
const from2_26_0: Rules = { ...from2_25_1, ansible: { package: '9.8.0', core: '>=2.16.4 <2.17' } };
const from2_27_0: Rules = {
  ...from2_26_0,
  ansible: { package: '9.13.0', core: '>=2.16.4 <2.17' },
  customFlagsMustBeList: true,
  inventoryBuilderRemoved: true,
  rerun: 'strict',
};
const from2_29_0: Rules = {
  ...from2_27_0,
  ansible: { package: '10.7.0', core: '>=2.17.3 <2.18' },
  ubuntu: ['22.04', '24.04'],
  debian: ['11', '12', '13'],
};
const from2_30_0: Rules = { ...from2_29_0, rerun: 'ignores-four-errors-in-the-run' };
const from2_31_0: Rules = {
  ...from2_30_0,
  ansible: { package: '11.13.0', core: '>=2.18 <2.19' },
  python: ['3.13', '3.12', '3.11'],
};

/** Every known release, newest first. The last is the document's. */
export const releases: readonly Release[] = [
  { name: 'v2.31.0', kubernetes: '1.35.4', ...from2_31_0 },
  { name: 'v2.30.0', kubernetes: '1.34.3', ...from2_30_0 },
  { name: 'v2.29.1', kubernetes: '1.33.7', ...from2_29_0 },
  { name: 'v2.29.0', kubernetes: '1.33.5', ...from2_29_0 },
  { name: 'v2.28.1', kubernetes: '1.32.8', ...from2_27_0 },
  { name: 'v2.28.0', kubernetes: '1.32.5', ...from2_27_0 },
  { name: 'v2.27.1', kubernetes: '1.31.9', ...from2_27_0 },
  { name: 'v2.27.0', kubernetes: '1.31.4', ...from2_27_0 },
  { name: 'v2.26.1', kubernetes: '1.30.6', ...from2_26_0 },
  { name: 'v2.26.0', kubernetes: '1.30.4', ...from2_26_0 },
  { name: 'v2.25.1', kubernetes: '1.29.10', ...from2_25_1 },
  { name: 'v2.25.0', kubernetes: '1.29.5', ...from2_25_0 },
  { name: 'v2.24.3', kubernetes: '1.28.14', ...from2_24_1 },
  { name: 'v2.24.2', kubernetes: '1.28.10', ...from2_24_1 },
  { name: 'v2.24.1', kubernetes: '1.28.6', ...from2_24_1 },
];

/** The document's release, and the oldest that Slipway runs. */
export const oldestRelease = 'v2.24.1';
export const newestRelease = 'v2.31.0';

/** A known release by its name, with or without the `v`. */
export function findRelease(name: string): Release | undefined {
  return releases.find((release) => release.name === tagOf(name));
}

/** What is to be gone by for a release that may be unknown, and what the operator should know about it. */
export interface ReleaseRules {
  readonly release: Release;
  /** Null when the release is known. */
  readonly warning: string | null;
}

/**
 * The rules for any release from the oldest on: a known one's own; for an unknown patch release those of its minor
 * release; for an unknown newer one those of the newest known.
 * @throws RangeError for a release older than the oldest, or a name that is no release; the specification's rules
 * refuse both before
 */
export function rulesFor(name: string): ReleaseRules {
  const known = findRelease(name);
  if (known !== undefined) return { release: known, warning: null };
  const version = parseVersion(name);
  if (version === undefined || isTooOld(version)) {
    throw new RangeError(
      `Kubespray ${name} is not a release that Slipway can run; the oldest is ${oldestRelease}.`,
    );
  }
  const nearest = releases.find((release) => sameMinor(release.name, name)) ?? nearestBelow(version);
  return {
    release: { ...nearest, name: tagOf(name) },
    warning: `Kubespray ${tagOf(name)} is not known to Slipway; it is run by the rules of ${nearest.name}.`,
  };
}

/** Whether a release is older than the oldest that Slipway runs. */
export function isTooOld(version: Version): boolean {
  const oldest = parseVersion(oldestRelease);
  return oldest !== undefined && newestFirst(version, oldest) > 0;
}

function nearestBelow(version: Version): Release {
  const below = releases.find((release) => {
    const known = parseVersion(release.name);
    return known !== undefined && newestFirst(known, version) > 0;
  });
  if (below === undefined) throw new RangeError('The table of releases holds none that is old enough.');
  return below;
}
