import { type CheckResult, judge, listed } from '../checks/checks.js';
import { counted } from '../text/quantities.js';

/**
 * Not in the document: when the certificates of a host end. Kubernetes' last a year, and nobody is let in after that,
 * the operator included (trap T13); Kubespray renews them only where `auto_renew_certificates` is true.
 */
export interface Certificate {
  /** The file that holds it, or the kubeconfig. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

const day = 24 * 3600 * 1000;

/** Kubespray's own renewal comes once a month, and a kubelet's when at least a tenth of its year is left. */
const daysLeft = 30;

/** Reads lines of `<path> <notAfter of openssl x509 -enddate>`; a line that says something else is left out. */
export function parseCertificates(text: string): Certificate[] {
  return text.split('\n').flatMap((line) => {
    const [, path, date] = /^(\/\S+) notAfter=(.+)$/.exec(line) ?? [];
    const expires = Date.parse(date ?? '');
    return path === undefined || Number.isNaN(expires) ? [] : [{ path, expires }];
  });
}

/** What was read to judge the certificates. */
export interface CertificatesSeen {
  readonly host: string;
  readonly certificates: readonly Certificate[];
  /** Whether the host runs something that cannot be without one: etcd, or a kubelet. */
  readonly isExpected: boolean;
  /** Milliseconds since 1970 by the host's clock. */
  readonly now: number;
}

export function judgeCertificates({ host, certificates, isExpected, now }: CertificatesSeen): CheckResult[] {
  const byDate = [...certificates].sort((one, other) => one.expires - other.expires);
  const soon = byDate.filter(({ expires }) => expires - now < daysLeft * day);
  const [first] = byDate;
  return [
    judge({
      check: 'certificates',
      host,
      passed: soon.length === 0 && (first !== undefined || !isExpected),
      is:
        first === undefined
          ? 'none found'
          : soon.length > 0
            ? listed(soon.map((one) => `${one.path} ${ending(one, now)}`))
            : `${certificates.length}, of which the first ${ending(first, now)}`,
      shouldBe: `valid for at least ${daysLeft} days`,
      advice: first === undefined ? adviceWithout(host) : advice(host, soon),
    }),
  ];
}

function adviceWithout(host: string): string {
  return (
    `Look into /etc/kubernetes, /etc/ssl/etcd/ssl and /var/lib/kubelet/pki on ${host} and run the playbook cluster.yml ` +
    'again. Where variables of Kubespray keep them elsewhere, accept this by an override with a reason.'
  );
}

function ending({ expires }: Certificate, now: number): string {
  const date = new Date(expires).toISOString().slice(0, 10);
  const days = Math.floor(Math.abs(expires - now) / day);
  return expires < now
    ? `expired ${counted(days, 'day')} ago (${date})`
    : `expires in ${counted(days, 'day')} (${date})`;
}

function advice(host: string, soon: readonly Certificate[]): string {
  const of = (folder: string) => soon.some(({ path }) => path.startsWith(folder));
  const parts = [
    ...(of('/etc/kubernetes/')
      ? [
          `Run "kubeadm certs renew all" on ${host} and restart its control plane's pods; ` +
            'auto_renew_certificates: true in the group variables does it each month.',
        ]
      : []),
    ...(of('/etc/ssl/etcd/')
      ? ['Run the playbook cluster.yml again; it makes new certificates for etcd.']
      : []),
    ...(of('/var/lib/kubelet/')
      ? [
          `kubelet on ${host} should have renewed its own: restart it and see "kubectl get csr" ` +
            'and "journalctl -u kubelet".',
        ]
      : []),
  ];
  return parts.join(' ');
}
