import { lines, sh, type Script } from '../hosts/script.js';
import { kubeletConfScript } from './kubelet-conf.js';

/** Where kubeadm, kubelet and the kernel keep what a node is known by. */
interface Folders {
  readonly kubernetes?: string;
  readonly kubelet?: string;
  readonly processes?: string;
}

/** Certificates that are looked at in one file, as lines of PEM; a CA that is being replaced has two. */
const longest = 400;

/**
 * Prints by what a host's kubelet belongs to a cluster, as `parseKubeletIdentity` wants it: what kubelet.conf says, which
 * certificates there are, which other files, and whether kubelet runs. Of certificates only names, ends and fingerprints
 * are printed, and of keys and tokens nothing. What needs openssl is left open without it.
 */
export function kubeletIdentityScript(folders: Folders = {}): Script {
  const { kubernetes = '/etc/kubernetes', kubelet = '/var/lib/kubelet', processes = '/proc' } = folders;
  return lines(
    certificatesIn,
    kubeletConfScript(kubernetes),
    sh`current=${kubelet}/pki/kubelet-client-current.pem
if [ -r "$current" ]; then certificates_in rotated "$(cat "$current")"; fi
if [ ! -e ${kubernetes}/kubelet.conf ]; then
  for folder in ssl pki; do
    if [ -r ${kubernetes}/"$folder/ca.crt" ]; then certificates_in authority "$(cat ${kubernetes}/"$folder/ca.crt")"; fi
  done
fi`,
    nodeNameScript({ kubernetes, kubelet }),
    sh`section kubelet-files
for file in kubelet.conf bootstrap-kubelet.conf admin.conf manifests/kube-apiserver.yaml; do
  if [ -e ${kubernetes}/"$file" ]; then echo "$file"; fi
done
if [ -s ${kubelet}/config.yaml ]; then echo config.yaml; fi`,
    serviceScript(`${kubernetes}/kubelet.conf`, processes),
  );
}

/** Whether kubelet runs, for how long, and which kubeconfig it was told. */
function serviceScript(conf: string, processes: string): Script {
  return sh`section kubelet-service
service=$(systemctl show kubelet.service -p ActiveState -p ActiveEnterTimestampMonotonic -p MainPID 2>/dev/null || true)
printf '%s\n' "$service"
if read -r uptime rest 2>/dev/null < ${processes}/uptime; then echo "Uptime=$uptime"; fi
told=${processes}/$(printf '%s\n' "$service" | sed -n 's/^MainPID=//p')/cmdline
if [ -r "$told" ]; then
  told=$(tr '\\000' '\\n' < "$told" | sed -n -e 's/^--kubeconfig=//p' -e '/^--kubeconfig$/{n;p;}' | tail -n 1)
  if [ -n "$told" ] && [ "$told" != ${conf} ] && ! [ "$told" -ef ${conf} ]; then echo Kubeconfig=elsewhere; fi
fi`;
}

/** Defines `certificates_in NAME PEM`, which prints lines that begin with that name; without a certificate none. */
const certificatesIn = sh`named_by() { sed -n 's/.*system:node:\\([a-z0-9.-]*\\).*/\\1/p'; }
certificates_in() {
  case $2 in *'BEGIN CERTIFICATE'*) ;; *) return 0 ;; esac
  body=
  printf '%s\n' "$2" | tr -d '\r' | head -n ${longest} | while IFS= read -r line; do
    case $line in
      *'BEGIN CERTIFICATE'*) body= ;;
      *'END CERTIFICATE'*)
        if [ -n "$body" ] && printf %s "$body" | base64 -d >/dev/null 2>&1; then
          printf '%s authority %s\n' "$1" "$(printf %s "$body" | base64 -d | sha256sum | cut -c 1-64)"
        fi ;;
      *) body=$body$line ;;
    esac
  done
  if ! command -v openssl >/dev/null || ! printf '%s\n' "$2" | openssl x509 -noout >/dev/null 2>&1; then
    echo "$1 certificate unknown"
    return 0
  fi
  if printf '%s\n' "$2" | openssl x509 -noout -checkend 0 >/dev/null 2>&1; then echo "$1 certificate valid"
  else echo "$1 certificate expired"; fi
  printf '%s\n' "$2" | openssl x509 -noout -subject 2>/dev/null | named_by | while read -r node; do echo "$1 node $node"; done
}`;

/** Prints what a node may be called where no certificate tells: by kubelet.conf, then by the kubelet's flags. */
function nodeNameScript({
  kubernetes,
  kubelet,
}: {
  readonly kubernetes: string;
  readonly kubelet: string;
}): Script {
  const conf = `${kubernetes}/kubelet.conf`;
  return sh`section node-name
if [ -r ${conf} ]; then named_by < ${conf}; fi
for file in ${[`${kubelet}/kubeadm-flags.env`, `${kubernetes}/kubelet.env`]}; do
  if [ -r "$file" ]; then sed -n 's/.*--hostname-override=\\([a-z0-9.-]*\\).*/\\1/p' "$file"; fi
done`;
}
