import { z } from 'zod';
import { counted } from '../text/quantities.js';

/**
 * Akash's provider as a workload of the cluster. While it runs and pods of its tenants do not, it gives their leases up
 * (trap T14), so it is scaled to 0 around whatever stops nodes.
 */

/** Keeps the number of replicas from before, at the workload itself, where whoever resumes it finds it. */
export const replicasBefore = 'slipway/replicas-before';

const workloadsSchema = z.object({
  items: z.array(
    z.object({
      kind: z.enum(['StatefulSet', 'Deployment']),
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        generation: z.number().default(0),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.object({ replicas: z.number().int().nonnegative().default(1) }).prefault({}),
      status: z
        .object({ replicas: z.number().default(0), observedGeneration: z.number().default(0) })
        .prefault({}),
    }),
  ),
});

export interface ProviderWorkload {
  readonly kind: 'StatefulSet' | 'Deployment';
  readonly namespace: string;
  readonly name: string;
  /** As they are wanted. */
  readonly replicas: number;
  /** Whether its controller has seen what is wanted, and there are no pods any more. */
  readonly hasNoPods: boolean;
  /** Replicas from before it was paused; null: it was not. */
  readonly before: number | null;
}

/** Words for kubectl: the provider under the name that its Helm chart gives it, in whatever namespace. */
export const findAkashProviders: readonly string[] = [
  ...['get', 'statefulsets,deployments', '--all-namespaces'],
  ...['--field-selector', 'metadata.name=akash-provider'],
];

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export function parseAkashProviders(json: string): ProviderWorkload[] {
  const { items } = workloadsSchema.parse(JSON.parse(json));
  return items.map(({ kind, metadata, spec, status }) => ({
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    replicas: spec.replicas,
    hasNoPods: status.observedGeneration >= metadata.generation && status.replicas === 0,
    before: countFrom(metadata.annotations[replicasBefore]),
  }));
}

/** Somebody may have edited it. */
function countFrom(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 1;
}

/** Words for kubectl that scale it to 0 and note how many replicas it had, both at once. */
export function pausing(workload: ProviderWorkload): readonly string[] {
  return patching(workload, { note: String(workload.replicas), replicas: 0 });
}

/** Words for kubectl that take the note away and scale it back; one that somebody has scaled since stays so. */
export function resuming(workload: ProviderWorkload): readonly string[] {
  return patching(workload, { note: null, replicas: replicasWhenRunning(workload) });
}

function replicasWhenRunning({ replicas, before }: ProviderWorkload): number {
  return replicas > 0 ? replicas : (before ?? 1);
}

function patching(
  { kind, namespace, name }: Pick<ProviderWorkload, 'kind' | 'namespace' | 'name'>,
  { note, replicas }: { readonly note: string | null; readonly replicas: number },
): readonly string[] {
  const patch = { metadata: { annotations: { [replicasBefore]: note } }, spec: { replicas } };
  return [
    ...['--namespace', namespace, 'patch', `${kind.toLowerCase()}/${name}`],
    ...['--type=merge', '--patch', JSON.stringify(patch)],
  ];
}

/** With the replicas that it has when it runs: "akash-services/akash-provider (1 replica)". */
export function workloadText(workload: ProviderWorkload): string {
  return `${workload.namespace}/${workload.name} (${counted(replicasWhenRunning(workload), 'replica')})`;
}
