import type { CheckName } from '../../cluster/specification/check-names.js';
import type { JudgedCheck } from '../../cluster/checks/checks.js';
import { judgeEtcdHealth, judgeEtcdMembers, judgeEtcdStatus } from '../../cluster/verification/etcd.js';
import { parseEtcdHealth, parseEtcdMembers, parseEtcdStatus } from '../../cluster/kubernetes/etcd-answers.js';
import type { Host } from '../../hosts/host.js';
import { askEtcd, etcdNotInstalled, readEtcdVariables, type EtcdAnswer } from '../../probes/etcdctl.js';
import { lookUntilSettled } from '../running/look-until-settled.js';
import { hostStep } from '../running/step.js';
import { lastLineOf } from '../../probes/understood.js';

/** etcd's own default for --quota-backend-bytes. */
const defaultQuotaBytes = 2 * 1024 ** 3;

/** Step 9: "Verify etcd status and health", on a member, by what /etc/etcd.env says. */
export const verifyEtcd = hostStep('verifyEtcd', (host, input) =>
  lookUntilSettled(input, () => lookAtMember(host, input.members)),
);

async function lookAtMember(host: Host, names: readonly string[]): Promise<JudgedCheck[]> {
  const question = { host: host.name, members: names };
  const variables = await readEtcdVariables(host);
  if (variables === undefined) return [etcdNotInstalled(host.name, 'etcd-members')];
  const etcdctl = (words: readonly string[]) => askEtcd(host, variables, words);

  const members = await etcdctl(['member', 'list', '-w', 'json']);
  const health = await etcdctl(['endpoint', 'health', '--cluster', '-w', 'json']);
  const status = await etcdctl(['endpoint', 'status', '--cluster', '-w', 'json']);
  const quota = Number(variables.get('ETCD_QUOTA_BACKEND_BYTES')) || defaultQuotaBytes;
  return [
    ...judged(host, 'etcd-members', members, (json) => judgeEtcdMembers(question, parseEtcdMembers(json))),
    ...judged(host, 'etcd-health', health, (json) => judgeEtcdHealth(question, parseEtcdHealth(json))),
    ...judged(host, 'etcd-status', status, (json) => judgeEtcdStatus(question, parseEtcdStatus(json), quota)),
  ];
}

/** An answer that is none (etcdctl is missing, nobody listens) fails the check instead of the step. */
function judged(
  host: Host,
  check: CheckName,
  { stdout, stderr }: EtcdAnswer,
  judgeAnswer: (json: string) => JudgedCheck[],
): JudgedCheck[] {
  try {
    return judgeAnswer(stdout);
  } catch {
    return [
      {
        check,
        host: host.name,
        passed: false,
        is: lastLineOf(stderr) || 'etcdctl gave no answer',
        shouldBe: 'an answer of etcd',
        advice: `Run "systemctl status etcd" and "journalctl -u etcd" on ${host.name}.`,
        settles: true,
      },
    ];
  }
}
