import { parseCertificates, type Certificate } from '../cluster/verification/certificates.js';
import type { Host } from '../hosts/host.js';
import { sh, type Script } from '../hosts/script.js';

/**
 * Prints `<path> notAfter=…` for each certificate that kubeadm, Kubespray and kubelet keep, in a file or inside a
 * kubeconfig. What has none (a key, a kubeconfig that names a file) is passed over before openssl starts for it;
 * /etc/kubernetes/pki may be a link to ssl or the other way round, so a file is looked at once.
 */
const certificatesScript: Script = sh`if ! command -v openssl > /dev/null; then echo 'openssl is not installed' >&2; exit 1; fi
seen=' '
look() {
  end=$(openssl x509 -noout -enddate 2> /dev/null) || return 0
  printf '%s %s\\n' "$1" "$end"
}
for file in /etc/kubernetes/ssl/*.crt /etc/kubernetes/ssl/etcd/*.crt /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt \\
  /etc/ssl/etcd/ssl/*.pem /var/lib/kubelet/pki/kubelet-*-current.pem; do
  grep -qs 'BEGIN CERTIFICATE' "$file" || continue
  real=$(readlink -f -- "$file")
  case $seen in *" $real "*) continue ;; esac
  seen="$seen$real "
  look "$file" < "$file"
done
for file in /etc/kubernetes/*.conf; do
  grep -qs '^ *client-certificate-data: *[^ ]' "$file" || continue
  sed -n 's/^ *client-certificate-data: *//p' "$file" | base64 -d 2> /dev/null | look "$file"
done`;

/** Certificates on a host and the moment by its clock, in milliseconds since 1970. Keys are not printed. */
export async function readCertificates(
  host: Host,
): Promise<{ readonly certificates: readonly Certificate[]; readonly now: number }> {
  const { stdout } = await host.run(
    sh`date +%s
${certificatesScript}`,
    { what: 'read when certificates end' },
  );
  const [now = '', ...rest] = stdout.split('\n');
  return { certificates: parseCertificates(rest.join('\n')), now: Number(now) * 1000 };
}
