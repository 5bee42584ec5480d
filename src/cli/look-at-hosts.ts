import { readFacts } from '../activities/gather-facts.js';
import type { HostFacts } from '../cluster/facts.js';
import { ephemeralStorageOf } from '../cluster/members.js';
import type { HostSpecification, Specification } from '../cluster/specification.js';
import { AuthenticationFailedError } from '../hosts/errors.js';
import type { Host } from '../hosts/host.js';
import { readSecret } from '../hosts/secrets.js';
import type { HostPool, HostTarget } from '../hosts/target.js';
import { controlHostTarget, targetOf } from '../workflows/targets.js';

/** What was seen of the machines of a specification, without changing anything on them. */
export interface Look {
  /** By inventory name; machines that could not be read are missing. */
  readonly facts: Readonly<Record<string, HostFacts>>;
  readonly controlHost: HostFacts | undefined;
  /** One sentence for each machine that could not be read. */
  readonly unread: readonly { readonly host: string; readonly why: string }[];
}

/** Connections that are opened at the same time. */
const atOnce = 20;
const documentsMountPoint = '/data';

/** Reads the facts of the control host and of every host. */
export async function lookAtHosts(specification: Specification, pool: HostPool): Promise<Look> {
  const facts: Record<string, HostFacts> = {};
  const unread: { host: string; why: string }[] = [];
  let controlHost: HostFacts | undefined;
  const read = async (
    target: HostTarget,
    { mountPoint, controlHostOf }: { readonly mountPoint: string; readonly controlHostOf?: string },
    keep: (facts: HostFacts) => void,
  ) => {
    try {
      const host = await open(target, specification, pool);
      try {
        keep(await readFacts(host, mountPoint, { controlHostOf }));
      } finally {
        await host.close();
      }
    } catch (error) {
      unread.push({ host: target.name, why: error instanceof Error ? error.message : String(error) });
    }
  };
  const visits = [
    () =>
      read(
        controlHostTarget(specification),
        { mountPoint: documentsMountPoint, controlHostOf: specification.name },
        (found) => {
          controlHost = found;
        },
      ),
    ...specification.hosts.map(
      (host) => () =>
        read(targetOf(specification, host), { mountPoint: mountPointOf(specification, host) }, (found) => {
          facts[host.name] = found;
        }),
    ),
  ];
  const visitors = Array.from({ length: atOnce }, async () => {
    for (let visit = visits.shift(); visit !== undefined; visit = visits.shift()) await visit();
  });
  await Promise.all(visitors);
  return { facts, controlHost, unread };
}

/** By key, or by the password that will copy the key; the key itself is not copied by looking. */
async function open(target: HostTarget, { ssh }: Specification, pool: HostPool): Promise<Host> {
  try {
    return await pool.connect(target);
  } catch (error) {
    if (!(error instanceof AuthenticationFailedError) || ssh.bootstrapPassword === undefined) throw error;
    return pool.connect(target, { password: await readSecret(ssh.bootstrapPassword) });
  }
}

function mountPointOf(specification: Specification, host: HostSpecification): string {
  const storage = ephemeralStorageOf(specification, host);
  return storage === false ? documentsMountPoint : storage.mountPoint;
}
