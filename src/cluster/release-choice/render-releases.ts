import { either } from '../facts/interpreters.js';
import { newestRelease, oldestRelease, type Release, type RerunStrictness } from '../releases/releases.js';
import { minorOf } from './running-kubernetes.js';

const headings = ['Release', 'Kubernetes', 'Ansible', 'Python', 'Ubuntu', 'Debian', 'Note'];

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

/** Letters, so that a line is no wider than a terminal of 80 columns; the legend explains them. */
const rerunNotes: Readonly<Record<RerunStrictness, string>> = {
  'ignores-errors': 'a',
  strict: 'b',
  'ignores-four-errors-in-the-run': 'c',
};

function notesOf({ rerun, cgroupV1, customFlagsMustBeList }: Release): string {
  return [rerunNotes[rerun], ...(customFlagsMustBeList ? ['d'] : []), ...(cgroupV1 ? [] : ['e'])].join('');
}

const legend = [
  `The document's is ${oldestRelease}. Where none is named, the newest that fits is taken,`,
  `at best ${newestRelease}. A newer one can be named, too: it is run by the rules of`,
  'the newest that is known, with a warning.',
  '',
  'Kubernetes: the last is installed by itself; kube_version may ask for another,',
  'down to the .0 of the first.',
  'Python is that of the control host; Ansible is what the release pins, installed',
  'in a virtualenv of its own.',
  '',
  'a  A re-run after a kubeadm init that failed ignores what it left behind.',
  'b  Such a re-run stops at it.',
  'c  Such a re-run ignores four kinds of it, in retries of the same run only.',
  'd  kubelet_custom_flags must be a list.',
  'e  kubelet does not start on a host with cgroup v1.',
];
