import { z } from 'zod';

/** Pods as `kubectl get pods -o json` shows them. */

const endSchema = z.object({
  exitCode: z.number().default(0),
  reason: z.string().optional(),
  /** The last words that a container has left as its termination message. */
  message: z.string().optional(),
});

const containerStatusSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  /** Absent until it is made. */
  containerID: z.string().optional(),
  restartCount: z.number().default(0),
  state: z
    .object({
      waiting: z.object({ reason: z.string().default('waiting'), message: z.string().optional() }).optional(),
      running: z.object({ startedAt: z.string().optional() }).optional(),
      terminated: endSchema.optional(),
    })
    .prefault({}),
  lastState: z.object({ terminated: endSchema.optional() }).prefault({}),
});
export type ContainerStatus = z.infer<typeof containerStatusSchema>;

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string().default(''),
        uid: z.string().default(''),
        labels: z.record(z.string(), z.string()).default({}),
        annotations: z.record(z.string(), z.string()).default({}),
        /** Present while the pod is being taken away. */
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().optional(), hostNetwork: z.boolean().optional() }).prefault({}),
      status: z.object({
        phase: z.string(),
        reason: z.string().optional(),
        /** Absent until its network is made; one of each family where there are two. */
        podIPs: z.array(z.object({ ip: z.string() })).optional(),
        conditions: z
          .array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() }))
          .default([]),
        initContainerStatuses: z.array(containerStatusSchema).default([]),
        containerStatuses: z.array(containerStatusSchema).default([]),
      }),
    }),
  ),
});
export type Pods = z.infer<typeof podsSchema>['items'];

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export const parsePods = (json: string): Pods => podsSchema.parse(JSON.parse(json)).items;
