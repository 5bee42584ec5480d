import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/test-sshd.js';
import { AnsibleStage } from './ansible-stage.js';

/** What Kubespray's roles do and the stand-in does not; `ends` says by which of the last tasks the run ends. */
const playbook = `
- name: Work
  hosts: all
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Initialize first control plane
      block:
        - name: First try
          ansible.builtin.command: sh -c 'echo not yet >&2; exit 1'
      rescue:
        - name: Second try
          ansible.builtin.command: 'true'
          changed_when: false
    - name: Wait for kube-apiserver
      ansible.builtin.uri:
        url: "https://127.0.0.1:{{ closed }}/healthz"
        validate_certs: false
      register: result
      until: result.status == 200
      retries: 2
      delay: 1
      ignore_errors: "{{ ends | default('') != 'service' }}"
      run_once: true
    - name: Download_file | Validate mirrors
      uri:
        url: "http://user:hunter2@127.0.0.1:{{ closed }}/{{ item }}?token=hunter2"
        method: HEAD
      loop: [runc, crictl]
      ignore_errors: true
      when: ends | default('') == 'mirrors'
    - name: Download_file | Download item
      get_url:
        url: "{{ [] | random }}"
        dest: /nowhere
      when: ends | default('') == 'mirrors'
    - name: Load modules
      ansible.builtin.command: sh -c 'echo no {{ item }} >&2; test {{ item }} = one'
      loop: [one, two, three]
      when: ends | default('') == 'item'
    - name: Create kubeadm token for joining nodes
      ansible.builtin.command: sh -c 'echo no room >&2; exit 1'
      delegate_to: "{{ groups['all'][0] }}"
      when: ends | default('') == 'delegate' and inventory_hostname != groups['all'][0]
    - name: Write the cache
      ansible.builtin.command: 'false'
      delegate_to: localhost
      become: false
      run_once: true
      when: ends | default('') == 'localhost'
    - name: Label nodes
      ansible.builtin.command: 'true'
      delegate_to: gone.invalid
      when: ends | default('') == 'unreachable'
    - name: Collect from all
      ansible.builtin.command: 'true'
      delegate_to: "{{ item }}"
      loop: [node1, gone.invalid]
      run_once: true
      when: ends | default('') == 'unreachable item'
`;

/** The events plugin, the reader and the explanation, with what real Ansible hands over. */
export function describePlugin(ansible: { version: string; pythons: readonly string[] }): void {
  describe(`the events of ansible-core ${ansible.version}`, () => {
    let stage: AnsibleStage;
    let closed: number;
    beforeAll(async () => {
      closed = await freePort();
      stage = await AnsibleStage.start({ playbooks: { 'work.yml': playbook }, hostCount: 2, ansible });
    }, 300_000);
    afterAll(async () => {
      await stage.remove();
    });

    const failureOf = async (ends: string) => {
      const failure: unknown = await stage
        .play('work.yml', { ends, closed })
        .catch((error: unknown) => error);
      const { message, details } = failure as { message: string; details: [{ advice: string }] };
      return { message, advice: details[0].advice };
    };

    it('tell of tries, of what is ignored and of what is rescued, and none of it is a failure', async () => {
      const { hosts } = await stage.play('work.yml', { closed });
      expect(hosts).toMatchObject({ node1: { failures: 0 }, node2: { failures: 0 } });
      const events = await stage.events();
      const of = (task: string) =>
        events.filter((event) => event['event'] === 'result' && event['task'] === task);
      expect(of('Wait for kube-apiserver')).toMatchObject([
        { host: 'node1', status: 'retry', attempt: 1, attempts: 3 },
        { host: 'node1', status: 'retry', attempt: 2, attempts: 3 },
        { host: 'node1', status: 'ignored', endpoint: `https://127.0.0.1:${closed}/healthz` },
      ]);
      expect(of('First try').map(({ status }) => status)).toEqual(['failed', 'failed']);
      expect(of('Second try').map(({ status }) => status)).toEqual(['ok', 'ok']);
    });

    it('tell what was waited for in vain, which is no download', async () => {
      const { message, advice } = await failureOf('service');
      expect(message).toMatch(
        /^work\.yml failed on node1 in play "Work", task "Wait for kube-apiserver": Status code was -1 .*Connection refused.* \(https:\/\/127\.0\.0\.1:\d+\/healthz\)$/,
      );
      expect(advice).toMatch(/^kube-apiserver, which node1 asked at .*crictl logs/);
    });

    it('tell of an ignored mirror why and from where, without what may be secret', async () => {
      const { message, advice } = await failureOf('mirrors');
      expect(message).toMatch(
        /task "Download_file \| Download item": .*; shortly before, and ignored, task "Download_file \| Validate mirrors": item runc: .*Connection refused/,
      );
      expect(advice).toMatch(new RegExp(`^See by "curl -I http://127.0.0.1:${closed}/runc" on node\\d`));
    });

    it('tell of a loop the first item that failed', async () => {
      const { message } = await failureOf('item');
      expect(message).toMatch(/task "Load modules": item two: non-zero return code: no two/);
    });

    it('tell the machine that a task was delegated to', async () => {
      const { message } = await failureOf('delegate');
      expect(message).toMatch(/^work\.yml failed on node1, for node2, in play .*: no room$/);
      expect((await failureOf('localhost')).message).toMatch(
        /^work\.yml failed on control, for node1, in play/,
      );
    });

    it('tell the machine that could not be reached, not the one that the task was for', async () => {
      const { message, advice } = await failureOf('unreachable');
      expect(message).toMatch(
        /^work\.yml could not reach gone\.invalid, for node\d, in play .* port 22: [^;]*not known \(also on gone\.invalid for node\d\)$/,
      );
      expect(advice).toMatch(/^See that gone\.invalid is up/);
    });

    it('tell it of one item among several', async () => {
      const { message } = await failureOf('unreachable item');
      expect(message).toMatch(
        /^work\.yml could not reach gone\.invalid, for node1, in play .*"Collect from all": .*not known$/,
      );
    });
  });
}
