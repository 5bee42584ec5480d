import { z } from 'zod';

/** Lists of the Kubernetes API, read in pages: of hundreds of nodes one answer would be many megabytes long. */

/** Which objects are asked for. */
export interface KubernetesList {
  /** As the API server names it, such as /api/v1/nodes. */
  readonly path: string;
  /** Only objects with such labels, as for `kubectl get --selector`. */
  readonly selector?: string;
  /** Only objects with such fields, as for `kubectl get --field-selector`. */
  readonly fields?: string;
}

/** A node or a pod, with everything that the API server tells of it, seldom takes more than 30 KiB. */
const objectsInPage = 200;

export const nodesList: KubernetesList = { path: '/api/v1/nodes' };

export const nodeLeasesList: KubernetesList = {
  path: '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases',
};

/** Pods of kube-system, all or those with such labels. */
export function systemPodsList(selector?: string): KubernetesList {
  return { path: '/api/v1/namespaces/kube-system/pods', ...(selector !== undefined && { selector }) };
}

export const systemServicesList: KubernetesList = { path: '/api/v1/namespaces/kube-system/services' };

/** Pods of all namespaces that are on the node. */
export function podsOfNodeList(node: string): KubernetesList {
  return { path: '/api/v1/pods', fields: `spec.nodeName=${node}` };
}

/**
 * The words for kubectl that show one page.
 * @param after what {@link nextPage} has found in the page before; undefined for the first
 */
export function pageOf({ path, selector, fields }: KubernetesList, after?: string): readonly string[] {
  const query = new URLSearchParams({
    limit: String(objectsInPage),
    ...(selector !== undefined && { labelSelector: selector }),
    ...(fields !== undefined && { fieldSelector: fields }),
    ...(after !== undefined && { continue: after }),
  });
  return ['get', '--raw', `${path}?${query.toString()}`];
}

const pageSchema = z.object({ metadata: z.object({ continue: z.string().default('') }).prefault({}) });

/**
 * Where the list goes on after this page; undefined: nowhere.
 * @throws SyntaxError, z.ZodError when it is no page of a list
 */
export function nextPage(json: string): string | undefined {
  return pageSchema.parse(JSON.parse(json)).metadata.continue || undefined;
}
