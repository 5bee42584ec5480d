import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { descendantsOf, endDescendants } from '../../src/local/descendants.js';
import { identityOf, isRunning, killProcess, type ProcessIdentity } from '../../src/local/processes.js';

const started: ProcessIdentity[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(killProcess));
});

/** Starts a shell that starts a child and writes down its number. @returns both */
async function startFamily(script: string): Promise<{ parent: ProcessIdentity; child: ProcessIdentity }> {
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  const [parent, child] = [identityOf(shell.pid ?? 0), identityOf(Number(line.toString()))];
  if (parent === undefined || child === undefined) throw new Error('The shell or its child has ended.');
  started.push(parent, child);
  return { parent, child };
}

describe('descendantsOf', () => {
  it('finds children and grandchildren, and nobody else', async () => {
    const family = await startFamily('sleep 300 & echo $!; wait');
    const others = await startFamily('sleep 300 & echo $!; wait');
    expect(descendantsOf(process.pid)).toEqual(
      expect.arrayContaining([family.parent, family.child, others.parent, others.child]),
    );
    expect(descendantsOf(family.parent.pid)).toEqual([family.child]);
  });
});

describe('endDescendants', () => {
  it('ends children and grandchildren', async () => {
    const { parent, child } = await startFamily('sleep 300 & echo $!; wait');
    await endDescendants();
    expect([parent, child].filter(isRunning)).toEqual([]);
  });

  it('ends one that does not listen to SIGTERM and outlives its parent', async () => {
    const { parent, child } = await startFamily(
      'trap "" TERM; (while :; do sleep 0.1; done) & trap - TERM; echo $!; wait',
    );
    await endDescendants();
    expect([parent, child].filter(isRunning)).toEqual([]);
  });
});
