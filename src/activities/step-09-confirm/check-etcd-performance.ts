import { judgeEtcdPerf } from '../../cluster/verification/etcd.js';
import { lines, sh } from '../../hosts/script.js';
import type { Dependencies } from '../running/dependencies.js';
import { etcdNotInstalled, etcdctlScript, readEtcdVariables } from '../../probes/etcdctl.js';
import { runJob } from '../running/run-job.js';
import { hostStep } from '../running/step.js';

/** Under which etcdctl writes; it does not begin while an earlier check, cut off, has left something there. */
const prefix = '/etcdctl-check-perf/';

/**
 * Step 9: `etcdctl check perf`, on a member. It writes for a minute, so it is for a cluster that nobody uses yet, and
 * runs as a job: two of them at once would come to no verdict.
 */
export const checkEtcdPerformance = hostStep(
  'checkEtcdPerformance',
  async (host, input, dependencies: Pick<Dependencies, 'jobs'>) => {
    const variables = await readEtcdVariables(host);
    if (variables === undefined) return { checks: [etcdNotInstalled(host.name, 'etcd-perf')] };
    const etcdctl = (words: readonly string[]) => sh`${etcdctlScript(variables, words)} 2>&1 || true`;
    const script = lines(etcdctl(['del', '--prefix', prefix]), etcdctl(['check', 'perf']));
    const job = { key: input.jobKey, script, lock: 'etcd-perf' };
    const output = await runJob(dependencies, host, job, 'check the performance of etcd');
    return { checks: judgeEtcdPerf({ host: host.name }, output) };
  },
);
