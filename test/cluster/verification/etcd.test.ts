import { describe, expect, it } from 'vitest';
import {
  judgeEtcdHealth,
  judgeEtcdMembers,
  judgeEtcdPerf,
  judgeEtcdStatus,
} from '../../../src/cluster/verification/etcd.js';
import {
  parseEnvironmentFile,
  parseEtcdHealth,
  parseEtcdMembers,
  parseEtcdStatus,
} from '../../../src/cluster/kubernetes/etcd-answers.js';

// Recorded from etcd 3.4.23; the IDs have more digits than a JavaScript number keeps.
const memberList = (names: readonly string[]) =>
  JSON.stringify({
    header: { cluster_id: 1, member_id: 2, raft_term: 2 },
    members: names.map((name, index) => ({
      ID: index,
      ...(name && { name, clientURLs: [`https://10.0.0.${index + 1}:2379`] }),
      peerURLs: [`https://10.0.0.${index + 1}:2380`],
    })),
  });
const healthy =
  '[{"endpoint":"https://10.0.0.1:2379","health":true,"took":"5.404985ms"},' +
  '{"endpoint":"https://10.0.0.2:2379","health":true,"took":"6.1ms"},' +
  '{"endpoint":"https://10.0.0.3:2379","health":true,"took":"4.9ms"}]';
const dead =
  '[{"endpoint":"http://127.0.0.1:28001","health":true,"took":"3.466101ms"},' +
  '{"endpoint":"http://127.0.0.1:28009","health":false,"took":"5.000867548s","error":"context deadline exceeded"}]';

interface Member {
  readonly cluster?: string;
  readonly leader?: string;
  readonly raftIndex?: number;
  readonly dbSize?: number;
  readonly errors?: readonly string[];
}
const memberIds = ['6179383641494618074', '8668419340551771187', '10276657743932975437'];
/** `endpoint status -w json` of three members that differ from healthy ones as told. */
const status = (...members: readonly Member[]) =>
  `[${memberIds
    .map((id, index) => {
      const { cluster, leader, raftIndex, dbSize, errors } = members[index] ?? {};
      return (
        `{"Endpoint":"https://10.0.0.${index + 1}:2379","Status":{"header":` +
        `{"cluster_id":${cluster ?? '4034076218482582103'},"member_id":${id},"revision":1,"raft_term":2},` +
        `"version":"3.5.10","dbSize":${dbSize ?? 24576},` +
        (leader === '' ? '' : `"leader":${leader ?? memberIds[2] ?? ''},`) +
        `"raftIndex":${raftIndex ?? 4000},"raftTerm":2,"raftAppliedIndex":${raftIndex ?? 4000},` +
        (errors ? `"errors":${JSON.stringify(errors)},` : '') +
        `"dbSizeInUse":16384}}`
      );
    })
    .join(',')}]`;

const question = { host: 'node1', members: ['node1', 'node2', 'node3'] };
const quota = 2 * 1024 ** 3;
const failing = (checks: readonly { check: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe('etcd’s members', () => {
  const judge = (...names: string[]) => judgeEtcdMembers(question, parseEtcdMembers(memberList(names)))[0];

  it('are named as in the inventory, or etcd1 … as Kubespray does', () => {
    expect(judge('node3', 'node1', 'node2')?.passed).toBe(true);
    expect(judge('etcd2', 'etcd1', 'etcd3')?.passed).toBe(true);
  });

  it('must all be there, and nobody else', () => {
    expect(judge('node1', 'node2')?.passed).toBe(false);
    expect(judge('node1', 'node2', 'node3', 'node4')?.passed).toBe(false);
    expect(judge('node1', 'node2', 'other')?.passed).toBe(false);
  });

  it('must have started', () => {
    expect(judge('node1', 'node2', '')).toMatchObject({
      passed: false,
      is: '3 members: node1, node2, not started; 1 not started or learning',
      settles: true,
    });
  });
});

describe('etcd’s health', () => {
  it('passes when every member answers', () => {
    expect(failing(judgeEtcdHealth(question, parseEtcdHealth(healthy)))).toEqual([]);
  });

  it('names the endpoint that does not, and why', () => {
    expect(judgeEtcdHealth(question, parseEtcdHealth(dead))[0]).toMatchObject({
      check: 'etcd-health',
      passed: false,
      is: 'http://127.0.0.1:28009: context deadline exceeded',
    });
  });

  it('fails when a member is not even asked', () => {
    expect(failing(judgeEtcdHealth(question, parseEtcdHealth('[]')))).toEqual(['etcd-health']);
  });
});

describe('etcd’s status', () => {
  const judge = (...members: readonly Member[]) =>
    judgeEtcdStatus(question, parseEtcdStatus(status(...members)), quota);
  const leader = (checks: ReturnType<typeof judge>) => {
    const { passed, is } = checks.find(({ check }) => check === 'etcd-leader') ?? {};
    return { passed, is };
  };

  it('may settle while there is no leader or one lags, not near the quota', () => {
    const settling = (member: Member) =>
      judge(member).flatMap(({ check, settles }) => (settles === true ? [check] : []));
    expect(settling({ leader: '' })).toEqual(['etcd-leader']);
    expect(settling({ raftIndex: 2999 })).toEqual(['etcd-raft']);
    expect(settling({ dbSize: quota, cluster: '1' })).toEqual([]);
  });

  it('passes for one cluster with one leader', () => {
    expect(failing(judge())).toEqual([]);
  });

  it('keeps 64-bit IDs apart that JavaScript’s numbers would make equal', () => {
    const ids = parseEtcdStatus(status()).map(({ Status }) => Status.header.member_id);
    expect(ids).toEqual(memberIds);
    expect(failing(judge({ cluster: '4034076218482582104' }))).toEqual(['etcd-one-cluster']);
  });

  it('fails when members name different leaders, none, or a stranger', () => {
    const [first, second, third] = [1, 2, 3].map((last) => `https://10.0.0.${last}:2379`);
    expect(leader(judge())).toEqual({ passed: true, is: third });
    expect(leader(judge({ leader: memberIds[0] ?? '' }))).toEqual({
      passed: false,
      is: `${first} according to ${first}; ${third} according to ${second}, ${third}`,
    });
    const none = { leader: '', errors: ['etcdserver: no leader'] };
    expect(failing(judge(none, none, none))).toEqual(['etcd-leader']);
    expect(leader(judge(none, none, none))).toEqual({ passed: false, is: 'no leader' });
    const stranger = { leader: '1111111111111111111' };
    expect(leader(judge(stranger, stranger, stranger))).toEqual({
      passed: false,
      is: 'the unknown member 1111111111111111111',
    });
  });

  it('fails when a member is far behind', () => {
    expect(failing(judge({ raftIndex: 3001 }))).toEqual([]);
    expect(failing(judge({ raftIndex: 2999 }))).toEqual(['etcd-raft']);
  });

  it('fails near the quota', () => {
    expect(failing(judge({ dbSize: quota * 0.79 }))).toEqual([]);
    expect(judge({ dbSize: quota * 0.81 }).find(({ check }) => check === 'etcd-database-size')).toMatchObject(
      {
        passed: false,
        is: '1659 MiB of 2048 MiB',
      },
    );
  });

  it('fails for an alarm', () => {
    expect(failing(judge({ errors: ['memberID:1 alarm:NOSPACE '] }))).toEqual(['etcd-alarms']);
  });

  it('fails when a member is silent', () => {
    expect(failing(judgeEtcdStatus(question, parseEtcdStatus(status()).slice(0, 2), quota))).toContain(
      'etcd-one-cluster',
    );
    expect(failing(judgeEtcdStatus(question, [], quota))).toEqual([
      'etcd-one-cluster',
      'etcd-leader',
      'etcd-raft',
    ]);
  });
});

describe('etcd’s performance', () => {
  const judge = (output: string) => judgeEtcdPerf(question, output)[0];

  it.each([
    [
      'with three PASSes behind the progress bar',
      ' 59 / 60   98.33% 00m01s\r 60 / 60  100.00% 1m0s\nPASS: Throughput is 151 writes/s\n' +
        'PASS: Slowest request took 0.020381s\nPASS: Stddev is 0.000958s\nPASS\n',
    ],
    [
      'when the bar is drawn to its end only among the verdicts',
      '\r 59 / 60   98.33% 00m01sPASS: Throughput is 151 writes/s\n\r 60 / 60  100.00% 1m0s\n' +
        'PASS: Slowest request took 0.020381s\nPASS: Stddev is 0.000958s\nPASS\n\r 60 / 60  100.00% 1m0s\n',
    ],
  ])('passes %s', (_, output) => {
    expect(judge(output)).toMatchObject({
      passed: true,
      is: 'PASS: Throughput is 151 writes/s; PASS: Slowest request took 0.020381s; PASS: Stddev is 0.000958s',
    });
  });

  it.each([
    [
      'a throughput too low',
      'FAIL: Throughput too low: 120 writes/s\nPASS: Slowest request took 0.02s\nFAIL\n',
      'FAIL: Throughput too low: 120 writes/s; PASS: Slowest request took 0.02s',
    ],
    [
      'a slow request, which etcdctl reports without FAIL',
      'PASS: Throughput is 151 writes/s\nSlowest request took too long: 0.9s\nFAIL\n',
      'PASS: Throughput is 151 writes/s; Slowest request took too long: 0.9s',
    ],
    [
      'a deviation too high, whatever comes last',
      'PASS: Throughput is 151 writes/s\nStddev too high: 0.2s\nPASS\n',
      'PASS: Throughput is 151 writes/s; Stddev too high: 0.2s',
    ],
    ['an end without PASS', 'PASS: Throughput is 151 writes/s\n', 'PASS: Throughput is 151 writes/s'],
    [
      'one FAIL among the verdicts',
      'PASS: Throughput is 151 writes/s\nFAIL: Slowest request took too long: 0.9s\nFAIL\n',
      'PASS: Throughput is 151 writes/s; FAIL: Slowest request took too long: 0.9s',
    ],
    ['PASS alone, where every verdict is lost', 'PASS\n', 'etcdctl check perf came to no verdict'],
    ['no answer', '', 'etcdctl check perf came to no verdict'],
  ])('fails with %s', (_, output, is) => {
    expect(judge(output)).toMatchObject({ passed: false, is });
  });
});

describe('/etc/etcd.env', () => {
  it('is read without being run', () => {
    const text =
      '# Environment file for etcd v3.5.10\nETCD_NAME=etcd1\n\nETCDCTL_CERT=/etc/ssl/a.pem\nETCDCTL_KEY="/k $(id)"\n';
    expect([...parseEnvironmentFile(text)]).toEqual([
      ['ETCD_NAME', 'etcd1'],
      ['ETCDCTL_CERT', '/etc/ssl/a.pem'],
      ['ETCDCTL_KEY', '/k $(id)'],
    ]);
  });

  it('may hold = in values, and lines that are no assignment', () => {
    expect([...parseEnvironmentFile('A=b=c\n=x\n1A=2\nnonsense\n')]).toEqual([['A', 'b=c']]);
  });
});
