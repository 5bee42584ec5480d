import { z } from 'zod';

/** What etcdctl answers in step 9, and the file that tells how to ask it. */

/** An ID of etcd has 64 bits; `readJson` keeps it as text, and leaves small ones numbers. */
const id = z.union([z.string(), z.number()]).transform(String);

const memberListSchema = z.object({
  members: z
    .array(
      z.object({
        ID: id,
        /** Absent until the member has started for the first time. */
        name: z.string().default(''),
        isLearner: z.boolean().default(false),
      }),
    )
    .default([]),
});
export type EtcdMembers = z.infer<typeof memberListSchema>['members'];

const healthSchema = z.array(
  z.object({ endpoint: z.string(), health: z.boolean(), error: z.string().default('') }),
);
export type EtcdHealth = z.infer<typeof healthSchema>;

const statusSchema = z.array(
  z.object({
    Endpoint: z.string(),
    Status: z.object({
      header: z.object({ cluster_id: id, member_id: id }),
      version: z.string(),
      /** Bytes. */
      dbSize: z.number().default(0),
      /** Absent while there is none. */
      leader: id.optional(),
      raftIndex: id,
      raftTerm: id,
      /** Alarms, and "etcdserver: no leader". */
      errors: z.array(z.string()).default([]),
    }),
  }),
);
export type EtcdStatus = z.infer<typeof statusSchema>;

/** @throws SyntaxError, z.ZodError when etcdctl said something else */
export const parseEtcdMembers = (json: string): EtcdMembers => memberListSchema.parse(readJson(json)).members;
export const parseEtcdHealth = (json: string): EtcdHealth => healthSchema.parse(readJson(json));
export const parseEtcdStatus = (json: string): EtcdStatus => statusSchema.parse(readJson(json));

/** Variables of an environment file such as /etc/etcd.env: what is no line `NAME=value` of text is left out. */
export function parseEnvironmentFile(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=([^\0]*)$/.exec(line.trim());
    if (match?.[1] !== undefined) variables.set(match[1], unquoted(match[2] ?? ''));
  }
  return variables;
}

/** As systemd reads it: one pair of quotes around a value is not part of it. */
function unquoted(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}

/** JSON.parse would round etcd's 64-bit IDs; whole numbers of 16 digits and more become text. */
function readJson(json: string): unknown {
  return JSON.parse(json.replace(/("[^"\\]*":)\s*(-?[0-9]{16,})(?=[,}\]\s])/g, '$1"$2"'));
}
