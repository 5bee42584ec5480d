import { z } from 'zod';
import { linesOf, type FactsSections } from './sections.js';

/** By what a host's kubelet is a node of a cluster, read off its files; whether it runs is systemd's to tell. */
export const kubeletIdentitySchema = z.object({
  /** What the node calls itself, the surest first: by its certificate, by kubelet.conf, by kubelet's flags. */
  nodeName: z.string().nullable(),
  /**
   * The client certificate that kubelet.conf names or holds, by the host's clock. `unknown`: it is there, and nothing on
   * the host can tell when it ends, because openssl is not installed or does not understand it.
   */
  certificate: z.enum(['none', 'valid', 'expired', 'unknown']),
  /**
   * SHA-256 fingerprints of the CA certificates by which it knows its API server; on a host without kubelet.conf those of
   * ca.crt. More than one while a CA is being replaced.
   */
  authorities: z.array(z.string()),
  /** Host name or address of the API server that kubelet.conf names. On Kubespray's workers mostly localhost. */
  apiServer: z.string().nullable(),
});
export type KubeletIdentity = z.infer<typeof kubeletIdentitySchema>;

const isNodeName = /^[a-z0-9][a-z0-9.-]{0,252}$/;

/** The first line of the section about the node's name that is one; undefined where the host does not say. */
export function nodeNameIn(sections: FactsSections): string | undefined {
  return linesOf(sections, 'node-name').find((line) => isNodeName.test(line));
}

/**
 * Understands the section with lines "CERTIFICATE=valid", "AUTHORITY=<fingerprint>" and "SERVER=https://10.0.0.1:6443".
 * @returns undefined where nobody has looked
 */
export function parseKubeletIdentity(sections: FactsSections): KubeletIdentity | undefined {
  if (!sections.has('kubelet-identity')) return undefined;
  const values = (key: string, form: RegExp) =>
    linesOf(sections, 'kubelet-identity').flatMap((line) =>
      line.startsWith(`${key}=`) ? (form.exec(line.slice(key.length + 1))?.[1] ?? []) : [],
    );
  const [certificate = 'none'] = values('CERTIFICATE', /^(valid|expired|unknown)$/);
  const [server = null] = values(
    'SERVER',
    /^https:\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?\/?$/i,
  );
  return {
    nodeName: nodeNameIn(sections) ?? null,
    certificate: kubeletIdentitySchema.shape.certificate.parse(certificate),
    authorities: [...new Set(values('AUTHORITY', /^([0-9a-f]{64})$/))].sort(),
    apiServer: server?.replace(/^\[(.*)\]$/, '$1').toLowerCase() ?? null,
  };
}
