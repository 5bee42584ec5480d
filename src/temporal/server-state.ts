import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isRunning } from '../local/processes.js';

const processSchema = z.object({ pid: z.int(), startTime: z.string().nullable() });

/** Who uses the server; a process that asks for it twice has two tokens. */
const userSchema = processSchema.extend({ token: z.string() });

const stateSchema = z.object({
  server: processSchema,
  ports: z.object({ grpc: z.int(), ui: z.int() }),
  users: z.array(userSchema),
  /** The token of the user that shows the Web UI; null where the server runs without one. */
  ui: z.string().nullable(),
});

/** As 0.1.0 wrote it: one owner, who stops the server. One that did not say whether it shows the UI left it to everybody. */
const ownedSchema = z
  .object({ server: processSchema, owner: processSchema, ports: stateSchema.shape.ports })
  .extend({ showsUi: z.boolean().optional() })
  .transform(({ server, ports, owner, showsUi }): z.infer<typeof stateSchema> => {
    return { server, ports, users: [{ ...owner, token: 'owner' }], ui: showsUi === false ? null : 'owner' };
  });

/** What is remembered of the embedded server between runs. */
export type ServerState = z.infer<typeof stateSchema>;
export type ServerUser = z.infer<typeof userSchema>;

export function serverFiles(folder: string): { database: string; log: string; state: string } {
  return {
    database: join(folder, 'temporal.db'),
    log: join(folder, 'server.log'),
    state: join(folder, 'server.json'),
  };
}

/** Makes the folder, for its owner alone: the server gives its database a mode that everybody can read. */
export function makeServerFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/** Undefined when no server was ever started in this folder, or what is there is no state of this version. */
export function readServerState(folder: string): ServerState | undefined {
  try {
    return z
      .union([stateSchema, ownedSchema])
      .parse(JSON.parse(readFileSync(serverFiles(folder).state, 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeServerState(folder: string, state: ServerState): void {
  makeServerFolder(folder);
  const { state: file } = serverFiles(folder);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Those that have not ended, in good order or by a kill. */
export function livingUsers({ users }: Pick<ServerState, 'users'>): readonly ServerUser[] {
  return users.filter((user) => isRunning(user));
}
