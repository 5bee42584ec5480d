import { lines, sh, type Script } from '../../hosts/script.js';
import type { LabMachine } from '../machine.js';
import { adminSubject, certificateFolder, kubernetesCertificates, type Place } from './certificates.js';
import { runOn } from './run-on.js';

/** Milliseconds for the API server to answer on a busy machine; it takes ten seconds on one that is idle. */
const startTimeout = 300_000;

export const serviceRange = '10.233.0.0/18';
export const podRange = '10.233.64.0/18';

/** By which a node that has no certificate yet asks for one. */
export const bootstrapToken = { id: 'abcdef', secret: '0123456789abcdef' } as const;

/**
 * Starts API server, controller manager and scheduler as units of a systemd machine that has their programs, and returns
 * when the API server is ready and has what the first objects need. kubeadm and Kubespray run them as pods of a kubelet,
 * which needs control groups that a machine in a container has not.
 * @param etcd the members, made by `startEtcd`; certificates are made on the first of them, which is this machine
 */
export async function startControlPlane(machine: LabMachine, etcd: readonly Place[]): Promise<void> {
  await runOn(machine, 'make the certificates of Kubernetes', kubernetesCertificates(machine));
  await runOn(machine, 'set the control plane up', setUp(machine, etcd));
  await runOn(machine, 'start the control plane', start, { timeout: startTimeout });
}

/** Another certificate for the operator, in place of the one in admin.conf: valid for so many days. */
export async function shortenAdminCertificate(machine: LabMachine, days: number): Promise<void> {
  const script = lines(
    sh`cd ${certificateFolder}`,
    sh`openssl req -new -key admin.key -subj ${adminSubject} -out admin.csr
openssl x509 -req -in admin.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days ${days} -out short.crt 2> /dev/null
short=$(base64 -w 0 < short.crt)
mv /etc/kubernetes/admin.conf /root/admin.conf.kept
sed "s|client-certificate-data:.*|client-certificate-data: $short|" /root/admin.conf.kept > /etc/kubernetes/admin.conf`,
  );
  await runOn(machine, 'shorten the certificate of the operator', script);
}

const pki = '/etc/kubernetes/ssl';

function setUp(machine: Place, etcd: readonly Place[]): Script {
  const units = {
    'kube-apiserver': apiServerFlags(machine, etcd),
    'kube-controller-manager': controllerManagerFlags,
    'kube-scheduler': {
      kubeconfig: '/etc/kubernetes/scheduler.conf',
      'leader-elect': false,
      'cert-dir': '/run/kube-scheduler',
    },
  };
  return lines(
    ...Object.entries(units).map(([name, flags]) => writeUnit(name, flags)),
    sh`systemctl daemon-reload`,
  );
}

type Flags = Readonly<Record<string, string | number | boolean>>;

function writeUnit(name: string, flags: Flags): Script {
  const words = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  const unit = `[Unit]
Description=Kubernetes ${name}
After=etcd.service
[Service]
ExecStart=/usr/local/bin/${name} ${words.join(' ')}
Restart=always
RestartSec=2s
[Install]
WantedBy=multi-user.target
`;
  return sh`printf '%s' ${unit} > ${`/etc/systemd/system/${name}.service`}`;
}

function apiServerFlags({ address }: Place, etcd: readonly Place[]): Flags {
  return {
    'advertise-address': address,
    'secure-port': 6443,
    'etcd-servers': etcd.map((member) => `https://${member.address}:2379`).join(','),
    'etcd-cafile': `${pki}/etcd-ca.crt`,
    'etcd-certfile': `${pki}/apiserver-etcd-client.crt`,
    'etcd-keyfile': `${pki}/apiserver-etcd-client.key`,
    'tls-cert-file': `${pki}/apiserver.crt`,
    'tls-private-key-file': `${pki}/apiserver.key`,
    'client-ca-file': `${pki}/ca.crt`,
    'enable-bootstrap-token-auth': true,
    'kubelet-client-certificate': `${pki}/apiserver-kubelet-client.crt`,
    'kubelet-client-key': `${pki}/apiserver-kubelet-client.key`,
    'kubelet-preferred-address-types': 'InternalIP',
    'service-cluster-ip-range': serviceRange,
    'service-account-key-file': `${pki}/sa.pub`,
    'service-account-signing-key-file': `${pki}/sa.key`,
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': true,
    // Nothing leads to the service's address in the lab.
    'endpoint-reconciler-type': 'none',
  };
}

const controllerManagerFlags: Flags = {
  kubeconfig: '/etc/kubernetes/controller-manager.conf',
  'service-account-private-key-file': `${pki}/sa.key`,
  'root-ca-file': `${pki}/ca.crt`,
  'use-service-account-credentials': true,
  'leader-elect': false,
  'cert-dir': '/run/kube-controller-manager',
  'cluster-signing-cert-file': `${pki}/ca.crt`,
  'cluster-signing-key-file': `${pki}/ca.key`,
  'allocate-node-cidrs': true,
  'cluster-cidr': podRange,
};

const start: Script = sh`export KUBECONFIG=/etc/kubernetes/admin.conf
systemctl enable kube-apiserver kube-controller-manager kube-scheduler 2> /dev/null
systemctl start kube-apiserver
until kubectl get --raw=/readyz > /dev/null 2>&1; do sleep 0.3; done
systemctl start kube-controller-manager kube-scheduler
until kubectl --namespace kube-system get serviceaccount default > /dev/null 2>&1; do sleep 0.3; done
until kubectl get serviceaccount default > /dev/null 2>&1; do sleep 0.3; done`;
