import { judgeEtcdPerf } from '../cluster/checks-etcd.js';
import type { Activities } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { askEtcd, etcdNotInstalled, readEtcdVariables } from './etcdctl.js';
import { step, withHost } from './step.js';

/** Step 9: `etcdctl check perf`, on a member. It writes for a minute, so it is for a cluster that nobody uses yet. */
export function checkEtcdPerformance(
  dependencies: Pick<Dependencies, 'hosts'>,
): Activities['checkEtcdPerformance'] {
  return step((input) =>
    withHost(dependencies, input.host, async (host) => {
      const variables = await readEtcdVariables(host);
      if (variables === undefined) return { checks: [etcdNotInstalled(host.name, 'etcd-perf')] };
      const { stdout } = await askEtcd(host, variables, ['check', 'perf']);
      return { checks: judgeEtcdPerf({ host: host.name }, stdout) };
    }),
  );
}
