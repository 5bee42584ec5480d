import { type JudgedCheck, judge, listed } from '../checks/checks.js';
import type { EtcdHealth, EtcdMembers, EtcdStatus } from '../kubernetes/etcd-answers.js';
import { counted } from '../text/quantities.js';

/** Step 9 of the document, "Verify etcd status and health": how what etcdctl says is judged. */

/** Who is judged: the host asked, and every member's inventory name in the inventory's order. */
export interface EtcdQuestion {
  readonly host: string;
  readonly members: readonly string[];
}

/** All members of the inventory, all started. Kubespray names them etcd1 … etcdN unless told otherwise. */
export function judgeEtcdMembers({ host, members }: EtcdQuestion, seen: EtcdMembers): JudgedCheck[] {
  const known = (name: string, index: number) =>
    seen.some((member) => member.name === name || member.name === `etcd${index + 1}`);
  const all = seen.length === members.length && members.every(known);
  const waiting = seen.filter((member) => member.name === '' || member.isLearner);
  return [
    judge({
      check: 'etcd-members',
      host,
      passed: all && waiting.length === 0,
      is:
        `${counted(seen.length, 'member')}: ${listed(seen.map(({ name }) => name || 'not started'))}` +
        (waiting.length > 0 ? `; ${waiting.length} not started or learning` : ''),
      shouldBe: `${counted(members.length, 'started member')}: ${listed(members)}`,
      advice:
        'Start etcd on the missing member and read "journalctl -u etcd" there; a member that is gone for good is ' +
        'taken out with "etcdctl member remove".',
      settles: waiting.length > 0,
    }),
  ];
}

/** Every member answers. */
export function judgeEtcdHealth({ host, members }: EtcdQuestion, seen: EtcdHealth): JudgedCheck[] {
  const sick = seen.filter(({ health }) => !health);
  return [
    judge({
      check: 'etcd-health',
      host,
      passed: sick.length === 0 && seen.length === members.length,
      is:
        sick.length > 0
          ? listed(sick.map(({ endpoint, error }) => `${endpoint}: ${error || 'unhealthy'}`))
          : counted(seen.length, 'healthy endpoint'),
      shouldBe: counted(members.length, 'healthy endpoint'),
      advice:
        'Read "journalctl -u etcd" on the unhealthy member, and check ports 2379 and 2380 between members.',
      settles: true,
    }),
  ];
}

/** What a member without a leader says among its alarms; the check of the leader tells it better. */
const noLeader = 'etcdserver: no leader';

/** Entries of the log by which a member that keeps up may be behind while others write. */
const raftLag = 1000;

/** One cluster, one leader, logs close to each other, room in the database, no alarm. */
export function judgeEtcdStatus(
  { host, members }: EtcdQuestion,
  seen: EtcdStatus,
  quotaBytes: number,
): JudgedCheck[] {
  const statuses = seen.map(({ Status }) => Status);
  const clusters = distinct(statuses.map(({ header }) => header.cluster_id));
  const leaders = distinct(statuses.map(({ leader }) => leader ?? '0'));
  const indexes = statuses.map(({ raftIndex }) => Number(raftIndex));
  const lag = Math.max(...indexes, 0) - Math.min(...indexes, Infinity);
  const largest = Math.max(...statuses.map(({ dbSize }) => dbSize), 0);
  const alarms = distinct(statuses.flatMap(({ errors }) => errors)).filter((error) => error !== noLeader);
  const memberIds = statuses.map(({ header }) => header.member_id);
  const [leader] = leaders;
  return [
    judge({
      check: 'etcd-one-cluster',
      host,
      passed: clusters.length === 1 && seen.length === members.length,
      is: `${answering(seen.length)}, ${counted(clusters.length, 'cluster ID')}`,
      shouldBe: `${answering(members.length)} with one cluster ID`,
      advice:
        'A member with another cluster ID was started as a cluster of its own: take it out, empty its data, add it anew.',
      settles: seen.length < members.length,
    }),
    judge({
      check: 'etcd-leader',
      host,
      passed: leaders.length === 1 && leader !== undefined && memberIds.includes(leader),
      is: leaders.map((id) => whoNames(id, seen)).join('; '),
      shouldBe: 'every member names the same leader, one of them',
      advice:
        'Check the network between members (2380/tcp), their clocks, and how long their disks take to sync.',
      settles: true,
    }),
    judge({
      check: 'etcd-raft',
      host,
      passed: lag <= raftLag && distinct(statuses.map(({ raftTerm }) => raftTerm)).length === 1,
      is: `raft indexes ${Number.isFinite(lag) ? lag : 'unknown'} apart`,
      shouldBe: `at most ${raftLag} apart, in one term`,
      advice:
        'The member that is behind has a slow disk or network; see "etcdctl endpoint status --cluster -w table".',
      settles: true,
    }),
    judge({
      check: 'etcd-database-size',
      host,
      passed: largest < quotaBytes * 0.8,
      is: `${mebibytes(largest)} of ${mebibytes(quotaBytes)}`,
      shouldBe: 'below 80 % of the quota',
      advice:
        'Compact and defragment ("etcdctl compact", "etcdctl defrag"), or raise etcd_quota_backend_bytes.',
    }),
    judge({
      check: 'etcd-alarms',
      host,
      passed: alarms.length === 0,
      is: listed(alarms),
      shouldBe: 'none',
      advice: 'Mend the cause, then run "etcdctl alarm disarm".',
    }),
  ];
}

/** Which of the words of `etcdctl check perf` say what was measured; two of its failures come without "FAIL: ". */
const measured = /(?:PASS: |FAIL: |Slowest request took too long: |Stddev too high: )[^\r\n]+/g;

/**
 * The last words of `etcdctl check perf`: throughput, slowest request and deviation, each with its verdict, then PASS or FAIL
 * alone for all. The progress bar is drawn by itself, and may come in between.
 */
export function judgeEtcdPerf({ host }: Pick<EtcdQuestion, 'host'>, output: string): JudgedCheck[] {
  const verdicts = output.match(measured) ?? [];
  const endsWell = /PASS$/m.test(output) && !/FAIL$/m.test(output);
  return [
    judge({
      check: 'etcd-perf',
      host,
      passed: endsWell && verdicts.length > 0 && verdicts.every((verdict) => verdict.startsWith('PASS')),
      is: verdicts.length > 0 ? verdicts.join('; ') : 'etcdctl check perf came to no verdict',
      shouldBe: 'PASS for throughput, slowest request and deviation',
      advice: 'etcd needs a disk that syncs in under 10 ms: an SSD that nothing else keeps busy.',
    }),
  ];
}

/** The leader by where it is reached, or by its ID where it is none of those asked, and who takes it for the leader. */
function whoNames(leader: string, seen: EtcdStatus): string {
  const found = seen.find(({ Status }) => Status.header.member_id === leader);
  const name = leader === '0' ? 'no leader' : (found?.Endpoint ?? `the unknown member ${leader}`);
  const by = seen.filter(({ Status }) => (Status.leader ?? '0') === leader).map(({ Endpoint }) => Endpoint);
  return by.length === seen.length ? name : `${name} according to ${listed(by)}`;
}

const distinct = (values: readonly string[]) => [...new Set(values)];
const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;

function answering(members: number): string {
  return `${counted(members, 'member')} ${members === 1 ? 'answers' : 'answer'}`;
}
