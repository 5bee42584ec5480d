import { z } from 'zod';
import { networkPlugins } from './network-plugin.js';
import { ephemeralStorageSchema, roleSchema } from './specification.js';

/**
 * What can be made out of a specification that may be wrong in places: whatever is wrong is left out, so that the rules
 * can be asked about the rest.
 */

const text = z.string().optional().catch(undefined);
const storage = z
  .union([z.literal(false), ephemeralStorageSchema])
  .optional()
  .catch(undefined);

const draftHostSchema = z.object({
  name: text,
  address: text,
  port: z.number().default(22).catch(22),
  internalAddress: text,
  roles: z.array(roleSchema).optional().catch(undefined),
  ephemeralStorage: storage,
});

const draftSchema = z.object({
  kubespray: z
    .object({
      release: text,
      ref: text,
      repository: text,
      variables: z.record(z.string(), z.unknown()).default({}).catch({}),
    })
    .prefault({})
    .catch({ variables: {} }),
  hosts: z
    .array(draftHostSchema.catch({ port: 22 }))
    .default([])
    .catch([]),
  mirror: z.object({ git: text }).prefault({}).catch({}),
  ephemeralStorage: storage,
  firewall: z
    .object({ networkPlugin: z.enum(networkPlugins).optional().catch(undefined) })
    .prefault({})
    .catch({}),
  overrides: z
    .array(z.object({ check: text, hosts: z.array(z.string()).default([]).catch([]) }).catch({ hosts: [] }))
    .default([])
    .catch([]),
});

export type Draft = z.infer<typeof draftSchema>;
export type DraftHost = Draft['hosts'][number];

export function draftOf(input: unknown): Draft {
  const parsed = draftSchema.safeParse(input);
  return parsed.success ? parsed.data : draftSchema.parse({});
}
