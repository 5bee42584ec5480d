import type { CheckResult } from '../cluster/checks.js';
import {
  judgeEtcdHealth,
  judgeEtcdMembers,
  judgeEtcdPerf,
  judgeEtcdStatus,
  parseEnvironmentFile,
  parseEtcdHealth,
  parseEtcdMembers,
  parseEtcdStatus,
} from '../cluster/checks-etcd.js';
import type { Host } from '../hosts/host.js';
import { lines, sh, type Script } from '../hosts/script.js';
import type { Activities } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { step, withHost } from './step.js';

const environmentFile = '/etc/etcd.env';

/** etcd's own default for --quota-backend-bytes. */
const defaultQuotaBytes = 2 * 1024 ** 3;

/** Step 9: "Verify etcd status and health", on a member, by what /etc/etcd.env says. */
export function verifyEtcd(dependencies: Pick<Dependencies, 'hosts'>): Activities['verifyEtcd'] {
  return step((input) =>
    withHost(dependencies, input.host, async (host) => {
      const question = { host: host.name, members: input.members };
      const text = await host.readFile(environmentFile);
      if (text === undefined) return { checks: [notInstalled(host.name)] };
      const variables = parseEnvironmentFile(text);
      const etcdctl = (words: readonly string[]) => askEtcd(host, variables, words);

      const members = await etcdctl(['member', 'list', '-w', 'json']);
      const health = await etcdctl(['endpoint', 'health', '--cluster', '-w', 'json']);
      const status = await etcdctl(['endpoint', 'status', '--cluster', '-w', 'json']);
      const quota = Number(variables.get('ETCD_QUOTA_BACKEND_BYTES')) || defaultQuotaBytes;
      const checks = [
        ...judged(host, 'etcd-members', members, (json) =>
          judgeEtcdMembers(question, parseEtcdMembers(json)),
        ),
        ...judged(host, 'etcd-health', health, (json) => judgeEtcdHealth(question, parseEtcdHealth(json))),
        ...judged(host, 'etcd-status', status, (json) =>
          judgeEtcdStatus(question, parseEtcdStatus(json), quota),
        ),
      ];
      if (input.perf === true) {
        const perf = await etcdctl(['check', 'perf']);
        checks.push(...judgeEtcdPerf(question, perf.stdout));
      }
      return { checks };
    }),
  );
}

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs etcdctl with the variables that are meant for it. The document exports the whole file; its values go through the
 * quoting of `sh` here, so that none of them can be read as a command. An unhealthy cluster is an answer, not a failure.
 */
async function askEtcd(
  host: Host,
  variables: ReadonlyMap<string, string>,
  words: readonly string[],
): Promise<Answer> {
  const settings: Script[] = [...variables]
    .filter(([name]) => name.startsWith('ETCDCTL_'))
    .map(([name, value]) => sh`export ${name}=${value}`);
  return host.run(lines(sh`export ETCDCTL_API=3`, ...settings, sh`etcdctl ${words}`), {
    accept: 'any',
    what: `etcdctl ${words.slice(0, 2).join(' ')}`,
    timeout: 120_000,
  });
}

/** An answer that is none (etcdctl is missing, nobody listens) fails the check instead of the step. */
function judged(
  host: Host,
  check: string,
  { stdout, stderr }: Answer,
  judgeAnswer: (json: string) => CheckResult[],
): CheckResult[] {
  try {
    return judgeAnswer(stdout);
  } catch {
    return [
      {
        check,
        host: host.name,
        passed: false,
        is: stderr.trim().split('\n').at(-1)?.slice(0, 500) || 'etcdctl gave no answer',
        shouldBe: 'an answer of etcd',
        advice: `Run "systemctl status etcd" and "journalctl -u etcd" on ${host.name}.`,
      },
    ];
  }
}

function notInstalled(host: string): CheckResult {
  return {
    check: 'etcd-members',
    host,
    passed: false,
    is: `no ${environmentFile}`,
    shouldBe: `${environmentFile}, as Kubespray writes it on each member`,
    advice: `Run the playbook cluster.yml again; it installs etcd on ${host}.`,
  };
}
