import { z } from 'zod';

/** Services as `kubectl get services -o json` shows them. */

const serviceSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('') }),
  spec: z
    .object({
      /** "None" of a headless service, and absent of one that stands for a name outside. */
      clusterIP: z.string().default(''),
      /** All of them, of which the first is `clusterIP`; one of each family where there are two. */
      clusterIPs: z.array(z.string()).optional(),
      selector: z.record(z.string(), z.string()).default({}),
      ports: z.array(z.object({ port: z.number(), protocol: z.string().default('TCP') })).default([]),
    })
    .prefault({}),
});
export type Service = z.infer<typeof serviceSchema>;

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export const parseService = (json: string): Service => serviceSchema.parse(JSON.parse(json));

const servicesSchema = z.object({ items: z.array(serviceSchema) });

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export const parseServices = (json: string): Service[] => servicesSchema.parse(JSON.parse(json)).items;
