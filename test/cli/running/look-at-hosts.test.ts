import { describe, expect, it } from 'vitest';
import { lookAtHosts } from '../../../src/cli/running/look-at-hosts.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { aSpecification } from '../../support/builders.js';

const specification = aSpecification({
  hosts: [
    { name: 'cp', address: '10.0.0.1', roles: ['control-plane', 'etcd'] },
    { name: 'w', address: '10.0.0.2', roles: ['worker'] },
  ],
  controlHost: { address: '10.0.0.9' },
});

/** Tells the least of facts. */
function aHost(name: string): FakeHost {
  return new FakeHost(name)
    .when(/section hostname/, ({ script }) => {
      const mark = /@@[0-9a-f-]{36}/.exec(script)?.[0] ?? '';
      return `\n${mark} hostname\n${name}\n\n${mark} boot-id\nb\n\n${mark} end\n`;
    })
    .when(/^date/, '1777177964 0\n');
}

const look = (w: FakeHost) =>
  lookAtHosts(specification, new FakeHostPool([aHost('control host'), aHost('cp'), w]));

describe('looking at the hosts', () => {
  it('finds what sudo refuses, by its last words, and reads the other machines', async () => {
    const w = aHost('w').when(/section hostname/, {
      exitCode: 1,
      stderr: 'sudo: unable to resolve host w\nsudo: a password is required\n',
    });
    const { facts, controlHost, unread, findings } = await look(w);
    expect(findings).toEqual([
      {
        ...{ check: 'sudo', host: 'w', severity: 'error', is: 'sudo: a password is required' },
        shouldBe: 'root, or a user who may run everything by sudo without a password and without a terminal',
        advice: 'Allow the login user to run sudo without a password (NOPASSWD), or log in as root.',
      },
    ]);
    expect(unread).toMatchObject([
      { host: 'w', why: expect.stringContaining('a password is required') as string },
    ]);
    expect(Object.keys(facts)).toEqual(['cp']);
    expect(controlHost).toMatchObject({ hostname: 'control host' });
    expect(w.closed).toBe(1);
  });

  it('finds nothing about sudo where a machine cannot be read for another reason', async () => {
    const { unread, findings } = await look(
      aHost('w').when(/section hostname/, { exitCode: 1, stderr: 'broken\n' }),
    );
    expect(findings).toEqual([]);
    expect(unread.map(({ host }) => host)).toEqual(['w']);
  });
});
