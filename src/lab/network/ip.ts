import { stat } from 'node:fs/promises';
import { command } from '../command.js';
import { parseSubnet, type Subnet } from './subnet.js';

/** Runs lines of `ip`'s own command language; the first that fails ends it. */
export async function ip(...lines: string[]): Promise<void> {
  await command('ip', ['-batch', '-'], { what: "set up the lab's network", input: `${lines.join('\n')}\n` });
}

export async function ipIn(namespace: string, ...lines: string[]): Promise<void> {
  await command('ip', ['-netns', namespace, '-batch', '-'], {
    what: "set up the lab's network",
    input: `${lines.join('\n')}\n`,
  });
}

export async function namespaceExists(name: string): Promise<boolean> {
  return stat(`/run/netns/${name}`).then(
    () => true,
    () => false,
  );
}

/** Whether the namespace has a link of this name. */
export async function linkExists(name: string, namespace: string): Promise<boolean> {
  const { exitCode } = await command('ip', ['-netns', namespace, 'link', 'show', name], {
    what: `look for the link ${name}`,
    accept: [0, 1],
  });
  return exitCode === 0;
}

/** Deletes a link; one that is not there is as good. */
export async function deleteLink(name: string, where: readonly string[] = []): Promise<void> {
  await command('ip', [...where, 'link', 'delete', name], {
    what: `remove the link ${name}`,
    accept: [0, 1],
  });
}

export async function deleteNamespace(name: string): Promise<void> {
  if (await namespaceExists(name)) await ip(`netns del ${name}`);
}

/** Every network that this machine knows a way to, other than the default one. */
export async function takenNetworks(): Promise<Subnet[]> {
  const routes = await command('ip', ['-json', '-4', 'route', 'show', 'table', 'all'], {
    what: "read this machine's routes",
  });
  return (JSON.parse(routes.stdout || '[]') as { dst: string }[])
    .map(({ dst }) => parseSubnet(dst))
    .filter((network) => network !== undefined);
}
