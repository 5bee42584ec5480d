import type { FindingBeforeOverrides } from '../checks/findings.js';
import {
  mirrorProblemTexts,
  type MirrorAnswers,
  type MirrorProblem,
  type MirrorProblemName,
} from '../mirror/mirror-answers.js';
import { namesText } from '../text/outline.js';
import { counted } from '../text/quantities.js';
import { groupBy } from '../values/group-by.js';

/** What hosts will want of the mirror and cannot have, told before anything is changed. */
export function mirrorFindings({ hosts, problems, unknown }: MirrorAnswers): FindingBeforeOverrides[] {
  const groups = groupBy(problems, ({ kind, problem, detail, hosts: those }) =>
    // Of a wrong digest each file has its own detail.
    JSON.stringify([kind, problem, problem === 'wrong-digest' ? '' : detail, those]),
  );
  return [...groups.flatMap((group) => findingsOf(group, hosts)), ...unknownFindings(unknown)];
}

function findingsOf(
  group: readonly [MirrorProblem, ...MirrorProblem[]],
  asking: readonly string[],
): FindingBeforeOverrides[] {
  const [{ kind, problem, detail, hosts }] = group;
  const named = group.map((one) =>
    one.problem === 'wrong-digest' ? `${one.address} (${one.detail})` : one.address,
  );
  const what = kind === 'file' ? counted(group.length, 'file') : counted(group.length, 'image');
  const why = detail === '' || problem === 'wrong-digest' ? '' : ` (${detail})`;
  const finding = {
    check: kind === 'file' ? 'mirror-files' : 'mirror-images',
    severity: kind === 'tls-first' ? 'warning' : 'error',
    is: `${kind === 'tls-first' ? 'images' : what} ${mirrorProblemTexts[problem]}${why}: ${namesText(named, 20)}`,
    shouldBe:
      kind === 'file'
        ? 'a mirror that has every file that Kubespray downloads, as the release has it'
        : 'a registry from which containerd has every image that Kubespray wants',
    advice: advice[problem],
  } as const;
  return hosts.length === asking.length
    ? [{ ...finding, host: null }]
    : hosts.map((host) => ({ ...finding, host }));
}

const advice: Readonly<Record<MirrorProblemName, string>> = {
  missing:
    'Put it there; slipway mirror list names every file and image with its digest, and where it belongs.',
  login:
    'Let the hosts read without a login. Or give containerd one by containerd_registry_auth in kubespray.variables.',
  status: 'Look at the log of the mirror; by curl -I it says the same.',
  unreachable: 'See that the mirror runs, that its address in mirror is right, and that the hosts reach it.',
  'timed-out': 'See that the mirror answers within 10 s, and gives its files within 15 minutes.',
  certificate:
    'Put the certificate of its authority into /usr/local/share/ca-certificates on the hosts and call update-ca-certificates, or write http:// in mirror.',
  'no-tls': 'Write http:// in mirror, or let the mirror speak TLS.',
  'wrong-digest':
    'Fetch the file again from where the release has it. Where another file is meant, name its version and its checksum in kubespray.variables.',
  'cut-off': 'Fetch the file again, and look at the room on the mirror.',
  'no-http-answer':
    'containerd greets it with TLS first, and goes on without only after such an answer. Let the registry speak TLS, or put a server before it that answers so.',
};

function unknownFindings(unknown: readonly string[]): FindingBeforeOverrides[] {
  if (unknown.length === 0) return [];
  return [
    {
      check: 'mirror-files',
      host: null,
      severity: 'warning',
      is: `not asked for, because Slipway does not know it: ${namesText(unknown)}`,
      shouldBe: 'a mirror that has these too',
      advice: 'Look for it in roles/*/defaults/main/download.yml of the release, and in the mirror.',
    },
  ];
}
