import { z } from 'zod';
import { certificatesIn, type CertificateSeen } from './certificates-seen.js';
import { readKubeconfig, type Kubeconfig } from './kubeconfig.js';
import { linesOf, textOf, type FactsSections } from './sections.js';

/** By what a host's kubelet is a node of a cluster. What is optional is absent in facts of earlier versions. */
export const kubeletIdentitySchema = z.object({
  /** What the node calls itself, the surest first: by its certificate, by kubelet.conf, by kubelet's flags. */
  nodeName: z.string().nullable(),
  /**
   * The client certificate that kubelet.conf names or holds, or the one that kubelet has renewed, by the host's clock.
   * `none`: there is no kubelet.conf. `missing`: it names a file that is not there. `unknown`: kubelet may have access all
   * the same, by a token or a program, or nothing on the host can tell when the certificate ends.
   */
  certificate: z.enum(['none', 'valid', 'expired', 'unknown', 'missing']),
  /**
   * SHA-256 fingerprints of the CA certificates by which it knows its API server; on a host without kubelet.conf those of
   * ca.crt. More than one while a CA is being replaced.
   */
  authorities: z.array(z.string()),
  /** Host name or address of the API server that kubelet.conf names. On Kubespray's workers mostly localhost. */
  apiServer: z.string().nullable(),
  /** `restarting`: it ends and is started again, has only just been started, or systemd does not say. */
  service: z.enum(['running', 'restarting', 'stopped']).optional(),
  /**
   * Where it has its access from. `usual`: /etc/kubernetes/kubelet.conf. `bootstrap`: only bootstrap-kubelet.conf is there,
   * so that a join has not come to its end. `elsewhere`: its command line names another file. `none`: there is no such file.
   */
  kubeconfig: z.enum(['usual', 'bootstrap', 'elsewhere', 'none']).optional(),
  /** /var/lib/kubelet/config.yaml is there and not empty. */
  hasConfig: z.boolean().optional(),
  /** A control plane's admin.conf or the manifest of an API server is there. */
  isControlPlane: z.boolean().optional(),
});
export type KubeletIdentity = z.infer<typeof kubeletIdentitySchema>;

const isNodeName = /^[a-z0-9][a-z0-9.-]{0,252}$/;

/**
 * Understands what the probe prints about kubelet.conf, certificates, files and kubelet.service.
 * @returns undefined where nobody has looked
 */
export function parseKubeletIdentity(sections: FactsSections): KubeletIdentity | undefined {
  if (!sections.has('kubelet-files')) return undefined;
  const files = new Set(linesOf(sections, 'kubelet-files'));
  const conf = files.has('kubelet.conf') ? readKubeconfig(sections.get('kubelet-conf') ?? '') : null;
  const seen = certificatesIn(linesOf(sections, 'kubelet-certificates'));
  const own = seenOf(conf, seen);
  const name = [own?.nodeName, seen.get('rotated')?.nodeName, ...linesOf(sections, 'node-name')];
  const authority = files.has('kubelet.conf') ? (conf?.authorityData ?? conf?.authorityFile) : 'authority';
  return {
    nodeName: name.find((one) => one != null && isNodeName.test(one)) ?? null,
    certificate: files.has('kubelet.conf') ? certificateOf(conf, seen) : 'none',
    authorities: [...new Set(seen.get(authority ?? '')?.authorities ?? [])].sort(),
    apiServer: hostOf(conf?.server),
    service: serviceOf(textOf(sections, 'kubelet-service')),
    kubeconfig: kubeconfigOf(files, textOf(sections, 'kubelet-service')),
    hasConfig: files.has('config.yaml'),
    isControlPlane: files.has('admin.conf') || files.has('manifests/kube-apiserver.yaml'),
  };
}

/** Whether the client certificate that kubelet.conf names or holds is there; whether it is any good is not asked. */
export function clientCertificateIn(sections: FactsSections): 'none' | 'dangling' | 'present' {
  const conf = readKubeconfig(sections.get('kubelet-conf') ?? '');
  if (conf?.certificateData === undefined && conf?.certificateFile === undefined) return 'none';
  return isMissing(conf, certificatesIn(linesOf(sections, 'kubelet-certificates'))) ? 'dangling' : 'present';
}

type Seen = ReadonlyMap<string, CertificateSeen>;

/** As in client-go, what is held goes before what is named. */
function seenOf(conf: Kubeconfig | null, seen: Seen): CertificateSeen | undefined {
  return seen.get(conf?.certificateData ?? conf?.certificateFile ?? '');
}

/** A path that is more than one word was not looked for. */
function isMissing({ certificateData, certificateFile }: Kubeconfig, seen: Seen): boolean {
  if (certificateData !== undefined || certificateFile === undefined) return false;
  return /^word[0-9]+$/.test(certificateFile) && seen.get(certificateFile)?.isFile !== true;
}

/** Kubelet takes the certificate that it has renewed, where there is one; it has expired only if both have. */
function certificateOf(conf: Kubeconfig | null, seen: Seen): KubeletIdentity['certificate'] {
  const isGone = conf !== null && isMissing(conf, seen);
  const own = isGone ? 'missing' : (seenOf(conf, seen)?.certificate ?? 'unknown');
  const both = new Set([own, seen.get('rotated')?.certificate ?? own]);
  return (['valid', 'unknown', 'missing'] as const).find((one) => both.has(one)) ?? 'expired';
}

function hostOf(server = ''): string | null {
  const [, host] =
    /^https:\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?\/?$/i.exec(server) ?? [];
  return host?.replace(/^\[(.*)\]$/, '$1').toLowerCase() ?? null;
}

/** Seconds after which a kubelet that had to end for want of something has ended. */
const settled = 30;

function serviceOf(text: string): NonNullable<KubeletIdentity['service']> {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const state = value('ActiveState');
  if (state === 'inactive' || state === 'failed') return 'stopped';
  if (state === '' || state === 'activating') return 'restarting';
  const age = Number(value('Uptime')) - Number(value('ActiveEnterTimestampMonotonic')) / 1e6;
  return state === 'active' && age >= 0 && age < settled ? 'restarting' : 'running';
}

function kubeconfigOf(
  files: ReadonlySet<string>,
  service: string,
): NonNullable<KubeletIdentity['kubeconfig']> {
  if (/^Kubeconfig=elsewhere$/m.test(service)) return 'elsewhere';
  if (files.has('kubelet.conf')) return 'usual';
  return files.has('bootstrap-kubelet.conf') ? 'bootstrap' : 'none';
}
