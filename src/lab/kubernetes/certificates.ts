import { lines, sh, type Script } from '../../hosts/script.js';

/** A machine by its name and the address at which it serves. */
export interface Place {
  readonly name: string;
  readonly address: string;
}

/** Of the operator's certificate, as kubeadm names him. */
export const adminSubject = '/O=system:masters/CN=kubernetes-admin';

/** Where all keys are made, on the first member. */
export const certificateFolder = '/root/certificates';

/**
 * Shell functions that make a certificate authority, and certificates of it, in the current folder.
 * `certificate CA NAME SUBJECT ALTERNATIVES [OPTIONS OF openssl x509]`; `kubeconfig FILE NAME SERVER`.
 */
export const certificateFunctions: Script = sh`set -eu
umask 077
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null; }
authority() {
  [ -e "$1.crt" ] && return 0
  key "$1.key"
  openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 3650 -out "$1.crt"
}
certificate() {
  ca=$1 name=$2 subject=$3 alternatives=$4
  shift 4
  [ $# -gt 0 ] || set -- -days 365
  key "$name.key"
  { echo 'extendedKeyUsage=serverAuth,clientAuth'; [ -z "$alternatives" ] || echo "subjectAltName=$alternatives"; } > extensions
  openssl req -new -key "$name.key" -subj "$subject" | openssl x509 -req -CA "$ca.crt" -CAkey "$ca.key" -CAcreateserial \\
    -extfile extensions -out "$name.crt" "$@" 2> /dev/null
}
kubeconfig() {
  base() { base64 -w 0 < "$1"; }
  cat > "$1" << END
apiVersion: v1
kind: Config
clusters:
- name: cluster.local
  cluster:
    server: $3
    certificate-authority-data: $(base ca.crt)
users:
- name: user
  user:
    client-certificate-data: $(base "$2.crt")
    client-key-data: $(base "$2.key")
contexts:
- name: context
  context: {cluster: cluster.local, user: user}
current-context: context
END
}`;

/** Makes what the members of etcd show each other and their clients. */
export function etcdCertificates(members: readonly Place[]): Script {
  return lines(
    certificateFunctions,
    sh`mkdir -p ${certificateFolder}
cd ${certificateFolder}
authority etcd-ca etcd-ca`,
    ...members.map(({ name, address }) => {
      const alternatives = `IP:127.0.0.1,IP:${address},DNS:localhost,DNS:${name}`;
      return lines(
        sh`certificate etcd-ca ${`member-${name}`} ${`/CN=etcd-member-${name}`} ${alternatives}`,
        sh`certificate etcd-ca ${`admin-${name}`} ${`/CN=etcd-admin-${name}`} ''`,
      );
    }),
  );
}

/** Makes what the control plane needs, at the names that kubeadm and Kubespray use. The certificates of etcd are there. */
export function kubernetesCertificates({ name, address }: Place): Script {
  const alternatives = [
    ...['127.0.0.1', address, '10.233.0.1'].map((one) => `IP:${one}`),
    ...[name, 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
      (one) => `DNS:${one}`,
    ),
  ].join(',');
  const server = 'https://127.0.0.1:6443';
  return lines(
    certificateFunctions,
    sh`mkdir -p ${certificateFolder}
cd ${certificateFolder}
authority ca kubernetes
certificate ca apiserver /CN=kube-apiserver ${alternatives}
certificate ca apiserver-kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client ''
certificate etcd-ca apiserver-etcd-client /CN=kube-apiserver-etcd-client ''
certificate ca admin ${adminSubject} ''
certificate ca controller-manager /CN=system:kube-controller-manager ''
certificate ca scheduler /CN=system:kube-scheduler ''
openssl genrsa -out sa.key 2048 2> /dev/null
openssl rsa -in sa.key -pubout -out sa.pub 2> /dev/null
kubeconfig admin.conf admin ${server}
kubeconfig controller-manager.conf controller-manager ${server}
kubeconfig scheduler.conf scheduler ${server}
mkdir -p /etc/kubernetes/ssl /etc/kubernetes/manifests
cp ca.crt ca.key apiserver.crt apiserver.key apiserver-kubelet-client.crt apiserver-kubelet-client.key \\
  apiserver-etcd-client.crt apiserver-etcd-client.key sa.key sa.pub /etc/kubernetes/ssl/
cp etcd-ca.crt /etc/kubernetes/ssl/etcd-ca.crt
cp admin.conf controller-manager.conf scheduler.conf /etc/kubernetes/
ln -sfn ssl /etc/kubernetes/pki`,
  );
}
