import { describe, expect, it } from 'vitest';
import {
  parseEnvironmentFile,
  parseEtcdHealth,
  parseEtcdMembers,
  parseEtcdStatus,
} from '../../../src/cluster/kubernetes/etcd-answers.js';

describe('what etcdctl answers', () => {
  it('keeps every digit of an ID, of which two may differ in the last', () => {
    const members = [9007199254740993n, 10276657743932975438n].map((id) => `{"ID":${id},"name":"etcd1"}`);
    expect(parseEtcdMembers(`{"header":{},"members":[${members.join()}]}`)).toEqual([
      { ID: '9007199254740993', name: 'etcd1', isLearner: false },
      { ID: '10276657743932975438', name: 'etcd1', isLearner: false },
    ]);
  });

  it('knows a member that has not started yet, and a cluster of none', () => {
    expect(parseEtcdMembers('{"members":[{"ID":7}]}')).toEqual([{ ID: '7', name: '', isLearner: false }]);
    expect(parseEtcdMembers('{}')).toEqual([]);
  });

  it('leaves numbers in texts alone', () => {
    const [status] = parseEtcdStatus(
      JSON.stringify([
        {
          Endpoint: 'https://10.0.0.1:2379',
          Status: {
            header: { cluster_id: 1, member_id: 2 },
            ...{ version: '3.5.10', raftIndex: 1, raftTerm: 2, errors: ['at ":1234567890123456789,'] },
          },
        },
      ]),
    );
    expect(status?.Status).toMatchObject({ dbSize: 0, errors: ['at ":1234567890123456789,'] });
    expect(status?.Status).not.toHaveProperty('leader');
  });

  it('is refused when it is something else', () => {
    expect(parseEtcdHealth('[{"endpoint":"a","health":true}]')).toEqual([
      { endpoint: 'a', health: true, error: '' },
    ]);
    expect(() => parseEtcdHealth('Error: context deadline exceeded')).toThrow(SyntaxError);
    expect(() => parseEtcdHealth('{"health":true}')).toThrow();
  });
});

describe('an environment file', () => {
  it('is read as systemd reads it', () => {
    const text = `# etcd\nETCD_NAME=etcd1\n  A="b c"\nB='d'\nC="e'\nD=f=g\nE=\nF="\nexport G=h\n1H=i\nETCD_NAME=etcd2\n`;
    expect([...parseEnvironmentFile(text)]).toEqual([
      ...[['ETCD_NAME', 'etcd2'], ['A', 'b c'], ['B', 'd'], ['C', '"e\'']],
      ...[['D', 'f=g'], ['E', ''], ['F', '"']],
    ]); // prettier-ignore
  });
});
