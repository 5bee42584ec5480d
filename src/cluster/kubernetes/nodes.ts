import { z } from 'zod';

/** What `kubectl get nodes,leases -o json` shows of the nodes. */

const nodesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.object({ unschedulable: z.boolean().default(false) }).prefault({}),
      status: z.object({
        conditions: z
          .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
          .default([]),
        nodeInfo: z.object({ kubeletVersion: z.string() }),
      }),
    }),
  ),
});
export type Nodes = z.infer<typeof nodesSchema>['items'];

const leasesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z
        .object({
          /** Absent until the first renewal. */
          renewTime: z.string().optional(),
          leaseDurationSeconds: z.number().default(40),
        })
        .prefault({}),
    }),
  ),
});
export type Leases = z.infer<typeof leasesSchema>['items'];

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export const parseNodes = (json: string): Nodes => nodesSchema.parse(JSON.parse(json)).items;
export const parseLeases = (json: string): Leases => leasesSchema.parse(JSON.parse(json)).items;

/** The condition by which a kubelet says whether its node is Ready. */
export function readiness({ status }: Nodes[number]) {
  return status.conditions.find(({ type }) => type === 'Ready');
}

/** Whether a node's kubelet says, and the control plane believes, that it is Ready. */
export function isReady(node: Nodes[number]): boolean {
  return readiness(node)?.status === 'True';
}
