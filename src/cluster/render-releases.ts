import { either } from './interpreters.js';
import { newestRelease, oldestRelease, type Release, type RerunStrictness } from './releases.js';
import { minorOf } from './running-kubernetes.js';

const headings = ['Release', 'Kubernetes', 'Ansible', 'Python', 'Ubuntu', 'Debian', 'Notes'];

/** The releases for a terminal: a line each, in columns, and beneath what the notes mean. */
export function renderReleases(releases: readonly Release[]): string {
  const rows = [headings, ...releases.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...table, '', ...legend].join('\n');
}

function cellsOf(release: Release): string[] {
  const { name, ansible, python, ubuntu, debian } = release;
  return [
    name,
    kubernetesOf(release),
    ansible.package,
    range(python),
    list(ubuntu),
    list(debian),
    notesOf(release),
  ];
}

/** "1.33–1.35.4": the oldest minor release, and what is installed where nothing else is asked for. */
function kubernetesOf({ kubernetes, installable }: Release): string {
  const oldest = installable?.at(-1);
  return oldest === undefined ? (kubernetes ?? '') : `${minorOf(oldest)}–${kubernetes ?? ''}`;
}

/** "3.9–3.11", of versions that come newest first. */
function range(versions: readonly string[]): string {
  return `${versions.at(-1) ?? ''}–${versions[0] ?? ''}`;
}

function list(versions: readonly string[]): string {
  return either(versions).replace(' or ', ', ');
}

const rerunNotes: Readonly<Record<RerunStrictness, string>> = {
  'ignores-errors': 're-run: lenient',
  strict: 're-run: strict',
  'ignores-four-errors-in-the-run': 're-run: within the run',
};

function notesOf({ name, rerun, cgroupV1, customFlagsMustBeList }: Release): string {
  return [
    rerunNotes[rerun],
    ...(customFlagsMustBeList ? ['flags: list'] : []),
    ...(cgroupV1 ? [] : ['cgroup v2 only']),
    ...(name === oldestRelease ? ["the document's"] : []),
    ...(name === newestRelease ? ['taken where none is named and it fits'] : []),
  ].join('; ');
}

const legend = [
  'Kubernetes: the last is installed by itself; kube_version may ask for another, down to the .0 of the first.',
  'Python is that of the control host; Ansible is what the release pins, installed in a virtualenv of its own.',
  're-run, after a kubeadm init that failed: lenient ignores what it left behind, strict stops at it, within the run',
  'ignores four kinds of it, in retries of the same run only.',
  'flags: kubelet_custom_flags must be a list. cgroup v2 only: kubelet does not start on a host with cgroup v1.',
  'A newer release can be named, too: it is run by the rules of the newest that is known, with a warning.',
];
