import { randomUUID } from 'node:crypto';
import {
  controlPlaneManifests,
  parseEtcdProbe,
  parseNodeProbe,
  type NodeProbe,
} from '../../cluster/rerun/node-probe.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import { etcdctlScript, readEtcdVariables } from '../../probes/etcdctl.js';
import { kubeletIdentityScript } from '../../probes/kubelet-identity.js';
import { hostStep } from '../running/step.js';
import { understood } from '../../probes/understood.js';

/** Seconds that kubectl or etcdctl may take for an answer; one that hangs counts as none. */
const patience = 20;

/**
 * Has no counterpart in the document, which says that the playbook may simply be run again: how far kubeadm has come on
 * a node, because Kubespray decides by one file, which is written early (traps T2, T5 and T6). Changes nothing.
 */
export const probeNode = hostStep('probeNode', async (host) => {
  const mark = `@@${randomUUID()}`;
  const { stdout } = await host.run(probeScript(mark), { what: 'look how far kubeadm has come' });
  const probe = understood(host, 'The state of kubeadm', () => parseNodeProbe(stdout, mark, host.name));
  return askEtcd(host, probe);
});

/** etcd tells whether there is a cluster also where no API server answers: after a restart, or in the middle of step 7. */
async function askEtcd(host: Host, probe: NodeProbe): Promise<NodeProbe> {
  const variables = await readEtcdVariables(host);
  if (variables === undefined) return probe;
  const mark = `@@${randomUUID()}`;
  const { stdout } = await host.run(etcdScript(mark, variables), { what: 'ask etcd about the cluster' });
  const { health, cluster } = understood(host, 'The answer of etcd', () => parseEtcdProbe(stdout, mark));
  return { ...probe, etcd: { ...probe.etcd, health }, cluster: probe.cluster ?? cluster };
}

/** Kubespray's folder of certificates is /etc/kubernetes/ssl, and kubeadm's own is a link to it. */
function probeScript(mark: string): Script {
  return sh`
section() { printf '\n%s %s\n' ${mark} "$1"; }
section machine-id; cat /etc/machine-id || true
${filesScript()}
${kubeletIdentityScript()}
section kubelet; systemctl is-active kubelet.service 2>/dev/null || true
section etcd-data
${etcdDataScript()}
section cluster
ask() { KUBECONFIG=/etc/kubernetes/admin.conf timeout ${patience} kubectl --request-timeout=10s "$@" -o name 2>/dev/null; }
if [ -r /etc/kubernetes/admin.conf ] && command -v kubectl >/dev/null && nodes=$(ask get nodes); then
  printf '%s\n' "$nodes" | sed -n 's|^node/|node |p'
  config=$(ask get configmap kubeadm-config --namespace kube-system --ignore-not-found) &&
  info=$(ask get configmap cluster-info --namespace kube-public --ignore-not-found) &&
  work=$(ask get daemonsets,deployments --all-namespaces) && {
    if [ -n "$config" ]; then echo kubeadm-config; fi
    if [ -n "$info" ]; then echo cluster-info; fi
    if [ -n "$work" ]; then echo workloads; fi
    echo answered
  }
fi
section end`;
}

/**
 * Prints which of kubeadm's files are there, as Kubespray asks, whose `stat` does not look into them; and which are empty.
 * @param root before every path
 */
export function filesScript(root = ''): Script {
  const [kubernetes, kubelet] = [`${root}/etc/kubernetes`, `${root}/var/lib/kubelet`];
  return sh`look() {
  "$1" config ${`${kubelet}/config.yaml`}
  for name in kubelet.conf bootstrap-kubelet.conf admin.conf; do "$1" "$name" ${kubernetes}/"$name"; done
  for name in ${controlPlaneManifests}; do "$1" "$name" ${`${kubernetes}/manifests`}/"$name.yaml"; done
  for folder in ssl pki; do "$1" ca.crt ${kubernetes}/"$folder/ca.crt"; done
}
there() { if [ -e "$2" ]; then echo "$1"; fi; }
empty() { if [ -e "$2" ] && [ ! -s "$2" ]; then echo "$2"; fi; }
section files; look there
section empty-files; look empty`;
}

/** Prints "yes" where etcd has been set up: its disk may be missing, and with it all data. @param root before every path */
export function etcdDataScript(root = ''): Script {
  return sh`if [ -e ${`${root}/etc/etcd.env`} ] || [ -n "$(ls -A ${`${root}/var/lib/etcd`} 2>/dev/null)" ]; then echo yes; fi`;
}

/** The API server keeps its objects beneath /registry. */
function etcdScript(mark: string, variables: ReadonlyMap<string, string>): Script {
  const ask = (...words: readonly string[]) =>
    lines(sh`{`, etcdctlScript(variables, [...words, '--command-timeout=10s']), sh`} 2>/dev/null`);
  const keys = (...words: readonly string[]) => ask('get', '--keys-only', ...words);
  return sh`
section() { printf '\n%s %s\n' ${mark} "$1"; }
section health
${ask('endpoint', 'health', '--cluster', '-w', 'json')} || true
section cluster
if nodes=$(${keys('--prefix', '/registry/minions/')}) &&
  config=$(${keys('/registry/configmaps/kube-system/kubeadm-config')}) &&
  info=$(${keys('/registry/configmaps/kube-public/cluster-info')}) &&
  daemons=$(${keys('--prefix', '--limit=1', '/registry/daemonsets/')}) &&
  deployments=$(${keys('--prefix', '--limit=1', '/registry/deployments/')}); then
  printf '%s\n' "$nodes" | sed -n 's|^/registry/minions/|node |p'
  if [ -n "$config" ]; then echo kubeadm-config; fi
  if [ -n "$info" ]; then echo cluster-info; fi
  if [ -n "$daemons$deployments" ]; then echo workloads; fi
  echo answered
fi
section end`;
}
