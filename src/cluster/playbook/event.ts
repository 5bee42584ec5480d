import { z } from 'zod';

/**
 * What `deploy/ansible/slipway_events.py` writes while a playbook runs: one JSON document a line.
 * Every run begins with a line `{"event":"run"}`, so that what an earlier, cut-off run left in the file counts for nothing.
 */
const time = z.number().optional();
const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('run') }),
  z.object({ event: z.literal('planned'), play: z.string(), tasks: z.array(z.string()) }),
  z.object({ event: z.literal('play'), time, play: z.string() }),
  z.object({ event: z.literal('task'), time, task: z.string() }),
  z.object({ event: z.literal('prompt'), prompt: z.string() }),
  z.object({ event: z.literal('no-hosts') }),
  z.object({
    event: z.literal('result'),
    time,
    host: z.string(),
    task: z.string(),
    status: z.enum(['ok', 'changed', 'skipped', 'ignored', 'failed', 'unreachable', 'retry']),
    message: z.string().optional(),
    hidden: z.boolean().optional(),
    delegate: z.string().optional(),
    url: z.string().optional(),
    endpoint: z.string().optional(),
    attempt: z.number().nullish(),
    attempts: z.number().nullish(),
  }),
  z.object({
    event: z.literal('stats'),
    time,
    hosts: z.record(
      z.string(),
      z.object({
        ok: z.number(),
        changed: z.number(),
        failures: z.number(),
        unreachable: z.number(),
        skipped: z.number(),
      }),
    ),
  }),
]);
export type PlaybookEvent = z.infer<typeof eventSchema>;
/** Every event of a run but its beginning. */
export type NewsEvent = Exclude<PlaybookEvent, { event: 'run' }>;

/** One line; undefined for what is no event. */
export function parseEvent(line: string): PlaybookEvent | undefined {
  // A thrown error costs a hundred times as much as this look, and a file may have a million empty lines.
  if (!line.startsWith('{')) return undefined;
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
