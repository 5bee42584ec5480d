import type { CheckName } from '../cluster/specification/check-names.js';
import type { CheckResult } from '../cluster/checks/checks.js';
import { parseEnvironmentFile } from '../cluster/kubernetes/etcd-answers.js';
import type { Host } from '../hosts/host.js';
import { lines, sh, type Script } from '../hosts/script.js';

const environmentFile = '/etc/etcd.env';

/** The variables by which etcd and etcdctl run on a member; undefined where Kubespray has not been. */
export async function readEtcdVariables(host: Host): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await host.readFile(environmentFile);
  return text === undefined ? undefined : parseEnvironmentFile(text);
}

/** What etcdctl said. */
export interface EtcdAnswer {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * etcdctl with the variables that are meant for it. The document exports the whole file; its values go through the
 * quoting of `sh` here, so that none of them can be read as a command.
 */
export function etcdctlScript(variables: ReadonlyMap<string, string>, words: readonly string[]): Script {
  const settings: Script[] = [...variables]
    .filter(([name]) => name.startsWith('ETCDCTL_'))
    .map(([name, value]) => sh`export ${name}=${value}`);
  return lines(sh`export ETCDCTL_API=3`, ...settings, sh`etcdctl ${words}`);
}

/** Asks etcdctl. An unhealthy cluster is an answer, not a failure. */
export async function askEtcd(
  host: Host,
  variables: ReadonlyMap<string, string>,
  words: readonly string[],
): Promise<EtcdAnswer> {
  return host.run(etcdctlScript(variables, words), {
    accept: 'any',
    what: `etcdctl ${words.slice(0, 2).join(' ')}`,
  });
}

/** The one failed check of a member on which there is no etcd. */
export function etcdNotInstalled(host: string, check: CheckName): CheckResult {
  return {
    check,
    host,
    passed: false,
    is: `no ${environmentFile}`,
    shouldBe: `${environmentFile}, as Kubespray writes it on each member`,
    advice: `Run the playbook cluster.yml again; it installs etcd on ${host}.`,
  };
}
