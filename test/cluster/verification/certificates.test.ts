import { describe, expect, it } from 'vitest';
import { judgeCertificates, parseCertificates } from '../../../src/cluster/verification/certificates.js';

const now = Date.parse('2026-11-22T14:00:00Z');
const text = (lines: Record<string, string>) =>
  Object.entries(lines)
    .map(([path, end]) => `${path} notAfter=${end}`)
    .join('\n');
const judged = (lines: Record<string, string>, isExpected = true) =>
  judgeCertificates({ host: 'node1', certificates: parseCertificates(text(lines)), isExpected, now })[0];

describe('certificates of a host', () => {
  it('pass while all of them are valid for a month', () => {
    expect(
      judged({
        '/etc/kubernetes/admin.conf': 'Dec 23 14:00:01 2026 GMT',
        '/etc/kubernetes/ssl/ca.crt': 'Nov 20 14:00:00 2036 GMT',
      }),
    ).toEqual({
      check: 'certificates',
      host: 'node1',
      passed: true,
      is: '2, of which the first expires in 31 days (2026-12-23)',
      shouldBe: 'valid for at least 30 days',
      advice: '',
    });
  });

  it('fail where none is found and something runs that cannot be without one', () => {
    expect(judged({})).toMatchObject({ passed: false, is: 'none found' });
    expect(judged({})?.advice).toContain('/var/lib/kubelet/pki on node1');
    expect(judged({}, false)).toMatchObject({ passed: true, is: 'none found' });
  });

  it('fail when one is about to end or has ended, the first to end first, each with its own advice', () => {
    const check = judged({
      '/etc/kubernetes/ssl/apiserver.crt': 'Dec  2 14:00:00 2026 GMT',
      '/etc/ssl/etcd/ssl/member-node1.pem': 'Nov 19 14:00:00 2026 GMT',
      '/etc/kubernetes/ssl/ca.crt': 'Nov 20 14:00:00 2036 GMT',
      '/var/lib/kubelet/pki/kubelet-client-current.pem': 'Dec  3 14:00:00 2026 GMT',
    });
    expect(check).toMatchObject({
      passed: false,
      is:
        '/etc/ssl/etcd/ssl/member-node1.pem expired 3 days ago (2026-11-19), ' +
        '/etc/kubernetes/ssl/apiserver.crt expires in 10 days (2026-12-02), ' +
        '/var/lib/kubelet/pki/kubelet-client-current.pem expires in 11 days (2026-12-03)',
    });
    expect(check?.advice).toMatch(/kubeadm certs renew all.*cluster\.yml again.*restart it/);
  });

  it('leaves out what is no certificate’s end', () => {
    expect(
      parseCertificates(
        '/a notAfter=never\nnonsense\n/b c notAfter=Dec  2 14:00:00 2026 GMT\n/d notAfter=Dec  2 14:00:00 2026 GMT\n',
      ),
    ).toEqual([{ path: '/d', expires: Date.parse('2026-12-02T14:00:00Z') }]);
  });
});
