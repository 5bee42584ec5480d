import { describe, expect, it } from 'vitest';
import { everyFact } from '../support/recorded-facts.js';

describe('the facts script', () => {
  it('asks systemd for the engines that Kubespray would take off', () => {
    const asked = /^systemctl show .*$/m.exec(everyFact.text)?.[0].split(' ');
    expect(asked).toEqual(expect.arrayContaining(['docker.service', 'docker.socket', 'crio.service']));
  });
});
