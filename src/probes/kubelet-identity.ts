import { lines, sh, type Script } from '../hosts/script.js';

/** Where kubeadm and kubelet keep what a node is known by. */
interface Folders {
  readonly kubernetes?: string;
  readonly kubelet?: string;
}

/** Certificates that are looked at in one file, as lines of PEM; a CA that is being replaced has two. */
const longest = 400;

/**
 * Prints two sections: what the node calls itself, and by what its kubelet belongs to a cluster. Of certificates only
 * fingerprints are printed, and of the key that lies beside kubelet's own nothing. What needs openssl is left open without it.
 */
export function kubeletIdentityScript(folders: Folders = {}): Script {
  const { kubernetes = '/etc/kubernetes' } = folders;
  const conf = `${kubernetes}/kubelet.conf`;
  return lines(
    sh`section node-name`,
    nodeNameScript(folders),
    sh`section kubelet-identity
fingerprints() {
  body=
  tr -d '\r' | head -n ${longest} | while IFS= read -r line; do
    case $line in
      *'BEGIN CERTIFICATE'*) body= ;;
      *'END CERTIFICATE'*)
        if [ -n "$body" ] && printf %s "$body" | base64 -d >/dev/null 2>&1; then
          printf 'AUTHORITY=%s\n' "$(printf %s "$body" | base64 -d | sha256sum | cut -c 1-64)"
        fi ;;
      *) body=$body$line ;;
    esac
  done
}
if [ -r ${conf} ]; then
  if client_certificate | grep -q .; then
    if ! command -v openssl >/dev/null || ! client_certificate | openssl x509 -noout >/dev/null 2>&1; then echo CERTIFICATE=unknown
    elif client_certificate | openssl x509 -noout -checkend 0 >/dev/null 2>&1; then echo CERTIFICATE=valid
    else echo CERTIFICATE=expired; fi
  fi
  in_conf certificate-authority | fingerprints
  printf 'SERVER=%s\n' "$(value_of server)"
elif [ ! -e ${conf} ]; then
  for folder in ssl pki; do
    if [ -r ${kubernetes}/"$folder/ca.crt" ]; then fingerprints < ${kubernetes}/"$folder/ca.crt"; fi
  done
fi`,
  );
}

/**
 * Prints what a node may be called in its cluster, the surest first: by the certificate that kubelet.conf names or holds,
 * by kubelet.conf itself, and by the kubelet's flags, which a join that has not come to its end has too.
 */
export function nodeNameScript({
  kubernetes = '/etc/kubernetes',
  kubelet = '/var/lib/kubelet',
}: Folders = {}): Script {
  const conf = `${kubernetes}/kubelet.conf`;
  return sh`value_of() { sed -n "s/^[ -]*$1: *//p" ${conf} | tr -d '"'"'" | head -n 1; }
in_conf() {
  file=$(value_of "$1")
  if [ -n "$file" ]; then cat "$file" 2>/dev/null; else value_of "$1-data" | base64 -d 2>/dev/null; fi || true
}
client_certificate() { in_conf client-certificate; }
named_by() { sed -n 's/.*system:node:\\([a-z0-9.-]*\\).*/\\1/p'; }
if [ -r ${conf} ]; then
  if command -v openssl >/dev/null; then client_certificate | openssl x509 -noout -subject 2>/dev/null | named_by; fi
  named_by < ${conf}
fi
for file in ${[`${kubelet}/kubeadm-flags.env`, `${kubernetes}/kubelet.env`]}; do
  if [ -r "$file" ]; then sed -n 's/.*--hostname-override=\\([a-z0-9.-]*\\).*/\\1/p' "$file"; fi
done`;
}
