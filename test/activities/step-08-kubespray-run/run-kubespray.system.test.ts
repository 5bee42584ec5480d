import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneKubespray } from '../../../src/activities/step-01-kubespray/clone-kubespray.js';
import type { PlaybookInput } from '../../../src/protocol/control-host-inputs.js';
import { createVirtualEnvironment } from '../../../src/activities/step-02-ansible/create-virtual-environment.js';
import { installRequirements } from '../../../src/activities/step-02-ansible/install-requirements.js';
import { runKubespray } from '../../../src/activities/step-08-kubespray-run/run-kubespray.js';
import { writeGroupVariables } from '../../../src/activities/step-04-to-06-inventory/write-group-variables.js';
import { writeInventory } from '../../../src/activities/step-04-to-06-inventory/write-inventory.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { JobProgress } from '../../../src/hosts/jobs/jobs.js';
import { aSpecification } from '../../support/builders.js';
import { endJobs } from '../../scenarios/faults/control-host-faults.js';
import { freePort, TestSshd, until } from '../../support/test-sshd.js';
import {
  cluster,
  local,
  makeControlHost,
  makeRepository,
  runStep,
  type ControlHost,
} from '../../support/control-host.js';

/** Steps 1 to 8 on the control host with real git, pip, Ansible and sshd, and a playbook of a few lines. */
const files = {
  'requirements.txt': 'ansible-core==2.15.13\n',
  'ansible.cfg': '[defaults]\nhost_key_checking=False\nroles_path = roles\ndisplay_skipped_hosts = no\n',
  '.gitignore': '*.pyc\n',
  'inventory/sample/group_vars/all/all.yml': 'sample_variable: from the sample\nunsafe_show_logs: false\n',
  'roles/marker/tasks/main.yml': [
    '- name: Write what was told',
    '  ansible.builtin.copy:',
    '    dest: "{{ told_in }}/{{ inventory_hostname }}"',
    '    content: "{{ sample_variable }}, {{ container_manager }}, {{ upstream_dns_servers | join(\' \') }}"',
  ].join('\n'),
  'cluster.yml': [
    '- name: Work',
    '  hosts: all',
    '  gather_facts: false',
    '  roles: [marker]',
    '  tasks:',
    '    - name: Wait',
    '      ansible.builtin.command: "sleep {{ seconds | default(0) }}"',
    '      changed_when: false',
    '    - name: Hide a secret',
    '      ansible.builtin.command: sh -c "echo hunter2; exit {{ secret_code | default(0) }}"',
    '      no_log: true',
    '      changed_when: false',
    '    - name: Start the service',
    '      ansible.builtin.command: sh -c "echo no space left >&2; exit 7"',
    "      when: inventory_hostname == failing | default('')",
    // As Kubespray's own: roles/download/tasks/download_file.yml.
    '    - name: Download_file | Download item',
    '      get_url:',
    '        url: "{{ download.url }}"',
    '        dest: "{{ told_in }}/downloaded"',
    '      vars:',
    '        download: "{{ downloads.runc }}"',
    '      no_log: "{{ not (unsafe_show_logs | bool) }}"',
    '      when: downloads is defined',
    '    - name: Hide a key of etcd',
    '      ansible.builtin.command: sh -c "echo hunter2; exit 1"',
    '      no_log: "{{ not (unsafe_show_logs | bool) }}"',
    '      when: etcd_key is defined',
    '    - name: Confirm',
    '      ansible.builtin.pause:',
    '        prompt: "Are you sure? Type \'yes\' to delete nodes."',
    '      register: answer',
    '      run_once: true',
    '      when: confirms is defined',
    '    - name: Stop without confirmation',
    '      ansible.builtin.fail:',
    '        msg: Delete nodes confirmation failed',
    "      when: confirms is defined and answer.user_input | default('') != 'yes'",
    '    - name: Tell what is remembered',
    '      ansible.builtin.copy:',
    '        dest: "{{ told_in }}/remembered-{{ inventory_hostname }}"',
    '        content: "{{ remembered | default(\'nothing\') }}"',
    '      when: remember is defined',
    '    - name: Remember',
    '      ansible.builtin.set_fact:',
    '        remembered: "{{ remember }}"',
    '        cacheable: true',
    '      when: remember is defined',
  ].join('\n'),
  'prompt.yml': [
    '- name: Ask',
    '  hosts: all',
    '  gather_facts: false',
    '  vars_prompt: [{ name: sure, prompt: "Really?" }]',
    '  tasks:',
    '    - name: Stop unless sure',
    '      ansible.builtin.fail: { msg: Nobody was sure }',
    "      when: sure != 'yes'",
  ].join('\n'),
};

let control: ControlHost;
let sshd: TestSshd;
let virtualEnvironment: string;
/** Outcomes of the first steps. */
let made: string[];
let runs = 0;
const key = (step: string) => `${step}-${(runs += 1)}`;

beforeAll(async () => {
  control = await makeControlHost();
  sshd = await TestSshd.start();
  const repository = await makeRepository(join(control.folder, 'repository'), files, ['v2.24.1']);
  await runStep(cloneKubespray(control.dependencies), {
    host: local,
    cluster,
    jobKey: key('clone'),
    repository,
    ref: 'v2.24.1',
  });
  const first = await makeVirtualEnvironment();
  virtualEnvironment = first.folder;
  // As an attempt leaves it that was cut off.
  await rm(join(virtualEnvironment, '.slipway-complete'));
  await rm(join(virtualEnvironment, 'bin', 'python'));
  const second = await makeVirtualEnvironment();
  made = [first.outcome, second.outcome, (await install()).outcome];
});
afterAll(async () => {
  await sshd.remove();
  await control.remove();
});

function makeVirtualEnvironment(pythonVersions = ['3.11', '3.10', '3.9']) {
  const input = { host: local, cluster, jobKey: key('venv'), pythonVersions };
  return runStep(createVirtualEnvironment(control.dependencies), input);
}

function install() {
  const input = { host: local, cluster, jobKey: key('install'), virtualEnvironment };
  return runStep(installRequirements(control.dependencies), input);
}

/** Both hosts are this machine, by the test's own sshd. */
function specification(ports: readonly number[] = [sshd.port, sshd.port]) {
  const hosts: SpecificationInput['hosts'] = [
    { name: 'node1', address: '127.0.0.1', port: ports[0], roles: ['control-plane'] },
    { name: 'node2', address: '127.0.0.1', port: ports[1], roles: ['worker'] },
  ];
  // Two hosts at one address: no operator may write this, and the test's sshd is only one.
  return aSpecification({ name: cluster, hosts });
}

const sampleInventory = 'inventory/sample';

async function writeAll(spec = specification(), hostKey = sshd.hostKey('ed25519')) {
  const input = { host: local, cluster, specification: spec, release: 'v2.24.1' };
  const inventory = await runStep(writeInventory(control.dependencies), {
    ...input,
    sampleInventory,
    hostKeys: { node1: hostKey, node2: hostKey },
    privateKey: sshd.address().privateKey,
  });
  const variables = await runStep(writeGroupVariables(control.dependencies), { ...input, storage: {} });
  return { inventory, variables };
}

function playbookInput(extraVariables: Record<string, unknown> = {}): PlaybookInput {
  return {
    host: local,
    cluster,
    jobKey: key('playbook'),
    playbook: 'cluster.yml',
    virtualEnvironment,
    release: 'v2.24.1',
    hostCount: 2,
    extraVariables: {
      told_in: control.folder,
      ansible_python_interpreter: '/usr/bin/python3',
      ...extraVariables,
    },
  };
}

const play = (input: PlaybookInput) => runStep(runKubespray(control.dependencies), input);
const told = (name: string) => readFile(join(control.folder, name), 'utf8');

describe('the virtual environment', () => {
  it('is adopted with its requirements by the next attempt', async () => {
    expect(await makeVirtualEnvironment()).toMatchObject({
      outcome: 'unchanged',
      folder: virtualEnvironment,
    });
    expect(await install()).toEqual({ outcome: 'unchanged', summary: 'ansible-core 2.15.13' });
  });

  it('is made anew where it is not complete', () => {
    expect(made).toEqual(['changed', 'changed', 'changed']);
  });

  it('is kept where another Python would be taken now', async () => {
    const older = virtualEnvironment.replace(/3\.\d+$/, '3.4');
    await symlink(virtualEnvironment, older);
    try {
      expect(await makeVirtualEnvironment(['3.3', '3.4'])).toMatchObject({
        outcome: 'unchanged',
        folder: older,
      });
    } finally {
      await rm(older);
    }
  });

  it('is refused without an accepted Python, with what installs one', async () => {
    await expect(makeVirtualEnvironment(['3.4'])).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringMatching(/needs Python 3\.4 on control; there is Python \d/) as string,
      details: [{ advice: expect.stringContaining('"pyenv install 3.4" makes one') as string }],
    });
  });

  it('tells which package pip did not find', async () => {
    const requirements = join(control.folders.kubespray, 'requirements.txt');
    await writeFile(requirements, 'no-such-package-of-slipway==1\n');
    try {
      await expect(install()).rejects.toThrow(
        /could not be installed on control: .*no-such-package-of-slipway/,
      );
    } finally {
      await writeFile(requirements, files['requirements.txt']);
      await install();
    }
  });
});

describe('inventory and variables', () => {
  it('are written once, and Ansible reads them', async () => {
    const first = await writeAll();
    expect(first.inventory.outcome).toBe('changed');
    expect(first.variables.outcome).toBe('changed');
    const second = await writeAll();
    expect([second.inventory.outcome, second.variables.outcome]).toEqual(['unchanged', 'unchanged']);

    const { stdout } = await execa(
      join(virtualEnvironment, 'bin', 'ansible-inventory'),
      ['-i', join(control.folders.inventory, 'hosts.yaml'), '--list'],
      { env: { ANSIBLE_CONFIG: control.folders.ansibleConfig } },
    );
    const inventory = JSON.parse(stdout) as { _meta: { hostvars: Record<string, object> } };
    expect(inventory._meta.hostvars['node2']).toMatchObject({
      ansible_port: sshd.port,
      container_manager: 'containerd',
      upstream_dns_servers: ['8.8.8.8', '1.1.1.1'],
    });
  });

  it('of Slipway go when they are no longer needed, those of others stay', async () => {
    const { folders, dependencies } = control;
    const input = { host: local, cluster, specification: specification(), release: 'v2.24.1' };
    const write = (storage: Record<string, { mountPoint: string; layout: 'root-dir' }>) =>
      runStep(writeGroupVariables(dependencies), { ...input, storage });
    const own = join(folders.inventory, 'host_vars', 'node2.yml');
    await write({ node2: { mountPoint: '/data', layout: 'root-dir' } });
    expect(await readFile(own, 'utf8')).toContain('--root-dir=/data/kubelet');
    await write({});
    expect(existsSync(own)).toBe(false);

    await writeFile(own, 'mine: true\n');
    await write({});
    expect(existsSync(own)).toBe(true);
    await expect(write({ node2: { mountPoint: '/data', layout: 'root-dir' } })).rejects.toThrow(
      'Slipway did not write it',
    );
    expect(await readFile(own, 'utf8')).toBe('mine: true\n');
    await rm(own);
  });

  it('cannot be written without the pinned key of each host', async () => {
    const input = { host: local, cluster, specification: specification(), release: 'v2.24.1' };
    const write = runStep(writeInventory(control.dependencies), {
      ...input,
      sampleInventory,
      hostKeys: { node1: sshd.hostKey('ed25519') },
      privateKey: sshd.address().privateKey,
    });
    await expect(write).rejects.toThrow('No pinned host key of node2');
  });

  it('is not written where the checkout has no sample of it', async () => {
    const input = { host: local, cluster, specification: specification(), release: 'v2.24.1' };
    const before = `${control.folders.inventory}.before`;
    await rename(control.folders.inventory, before);
    const write = runStep(writeInventory(control.dependencies), {
      ...{ ...input, sampleInventory: 'inventory/elsewhere' },
      ...{ hostKeys: {}, privateKey: sshd.address().privateKey },
    });
    await expect(write).rejects.toThrow('no inventory/elsewhere/group_vars, where v2.24.1 has its sample');
    expect(existsSync(control.folders.inventory)).toBe(false);
    await rename(before, control.folders.inventory);
  });
});

describe('running a playbook', () => {
  it('reaches the hosts by the pinned keys, with the right variables, and gives the counts', async () => {
    await writeAll();
    const first = await play(playbookInput());
    expect(first).toMatchObject({
      outcome: 'changed',
      summary: 'cluster.yml: 2 hosts, 6 ok, 2 changed',
      hosts: { node1: { ok: 3, changed: 1, failures: 0 }, node2: { ok: 3, changed: 1, failures: 0 } },
    });
    expect(await told('node2')).toBe('from the sample, containerd, 8.8.8.8 1.1.1.1');
    expect(await readFile(first.log, 'utf8')).toContain('PLAY RECAP');

    expect(await play(playbookInput())).toMatchObject({ outcome: 'unchanged' });
    const { stdout } = await execa('ps', ['-eo', 'args']);
    expect(stdout, 'no shared SSH connection is left').not.toContain(control.folders.controlPath);
  });

  it('has every host sync what was written there, and counts only then as done', async () => {
    const log = await readFile((await play(playbookInput())).log, 'utf8');
    const afterwards = log.slice(log.indexOf('PLAY RECAP'));
    for (const host of ['node1', 'node2']) expect(afterwards).toContain(`${host} | CHANGED | rc=0`);

    const ansible = join(virtualEnvironment, 'bin', 'ansible');
    await rename(ansible, `${ansible}.aside`);
    try {
      await writeFile(ansible, '#!/bin/sh\nexit 4\n', { mode: 0o755 });
      await expect(play(playbookInput())).rejects.toThrow(/exit code 4: .*could not sync/);
    } finally {
      await rename(`${ansible}.aside`, ansible);
    }
  });

  it('names host, play, task and the real message of a failure, once and for all', async () => {
    const input = playbookInput({ failing: 'node2' });
    for (const attempt of [1, 2]) {
      await expect(play(input), `attempt ${attempt}`).rejects.toMatchObject({
        type: 'CommandFailedError',
        nonRetryable: true,
        message:
          'cluster.yml failed on node2 in play "Work", task "Start the service": non-zero return code: no space left',
      });
    }
  });

  it('shows why a download failed, and from where, though Kubespray hides it', async () => {
    const url = `http://127.0.0.1:${await freePort()}/runc.amd64`;
    await expect(play(playbookInput({ downloads: { runc: { url } } }))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^cluster\.yml failed on node\d in play "Work", task "Download_file \| Download item": .*Connection refused.* \(http:\/\/127\.0\.0\.1:\d+\/runc\.amd64\) \(also on node\d\)$/,
      ) as string,
      details: [{ advice: expect.stringContaining(`curl -I ${url}`) as string }],
    });
  });

  it('shows of a download that needs a password where from, and never the password', async () => {
    const address = `127.0.0.1:${await freePort()}/runc.amd64`;
    for (const url of [`http://alice:hunter2@${address}`, `http://${address}?token=hunter2`]) {
      const input = playbookInput({ downloads: { runc: { url } } });
      await expect(play(input)).rejects.toThrow(`the output has been hidden`);
      await expect(play(input)).rejects.toThrow(`(http://${address})`);
      const folder = join(control.folders.runs, input.jobKey);
      for (const name of ['events.jsonl', 'log']) {
        expect(await readFile(join(folder, name), 'utf8'), name).not.toContain('hunter2');
      }
    }
  });

  it('opens for downloads only what Kubespray hides with the same switch', async () => {
    const input = playbookInput({ etcd_key: true });
    await expect(play(input)).rejects.toMatchObject({
      message: expect.stringContaining('task "Hide a key of etcd": the output has been hidden') as string,
      details: [{ advice: expect.stringContaining('unsafe_show_logs') as string }],
    });
    expect(await readFile(join(control.folders.runs, input.jobKey, 'log'), 'utf8')).not.toContain('hunter2');
  });

  it('keeps to what Ansible hides', async () => {
    const input = playbookInput({ secret_code: 1 });
    await expect(play(input)).rejects.toThrow(/task "Hide a secret": the output has been hidden/);
    const events = await readFile(join(control.folders.runs, input.jobKey, 'events.jsonl'), 'utf8');
    expect(events).toContain('Hide a secret');
    expect(events).not.toContain('hunter2');
  });

  it('does not leave a person with what Ansible thinks of a Python that it did not find', async () => {
    await expect(
      play(playbookInput({ ansible_python_interpreter: '/nowhere/python' })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('/nowhere/python: not found') as string,
      details: [{ advice: expect.stringContaining('the connection may have broken') as string }],
    });
  });

  it('names a host that cannot be reached', async () => {
    await writeAll(specification([sshd.port, await freePort()]));
    await expect(play(playbookInput())).rejects.toThrow(
      /^cluster\.yml could not reach node2 in play "Work", task .*Connection refused/,
    );
  });

  it('refuses a host that shows another key than the pinned one', async () => {
    await writeAll(specification(), sshd.hostKey('ed25519').replace(/.{8}$/, 'AAAAAAAA'));
    await expect(play(playbookInput())).rejects.toThrow(
      /could not reach node\d .*: Host key verification failed\./,
    );
    await writeAll();
  });

  it('asks nobody: a question ends in an error that tells it', async () => {
    await expect(play(playbookInput({ confirms: true }))).rejects.toMatchObject({
      message: expect.stringMatching(
        /task "Stop without confirmation": Delete nodes confirmation failed .*It had asked "Are you sure\? Type 'yes' to delete nodes\.", and nobody was there/,
      ) as string,
      details: [{ advice: expect.stringContaining('answers the question') as string }],
    });
    await expect(play({ ...playbookInput(), playbook: 'prompt.yml' as 'cluster.yml' })).rejects.toThrow(
      /Nobody was sure.*It had asked "Really\?"/,
    );
  });

  it('asks for no passphrase of a key', async () => {
    const locked = join(control.folder, 'locked-key');
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', locked]);
    const began = Date.now();
    await expect(play(playbookInput({ ansible_ssh_private_key_file: locked }))).rejects.toMatchObject({
      message: expect.stringMatching(/could not reach node\d .*Permission denied/) as string,
      details: [{ advice: expect.stringContaining('without a question') as string }],
    });
    expect(Date.now() - began).toBeLessThan(60_000);
  });

  it("gives Ansible's own words where no task was run", async () => {
    await expect(play({ ...playbookInput(), playbook: 'no-such.yml' as 'cluster.yml' })).rejects.toThrow(
      'ERROR! the playbook: no-such.yml could not be found',
    );
  });

  it('shows play, task and counts in the heartbeats, and is run once however often it is followed', async () => {
    const input = playbookInput({ seconds: 10 });
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const tails: string[] = [];
    environment.on('heartbeat', (progress?: JobProgress) => tails.push(progress?.tail ?? ''));
    const first = environment.run(runKubespray(control.dependencies), input);
    await until(() => tails.some((tail) => tail.includes('Work › Wait (0 of 2 hosts; 2 ok')), 60_000);
    environment.cancel();
    await expect(first).rejects.toThrow();

    await sleep(500);
    expect(await play(input)).toMatchObject({ hosts: { node1: { ok: 3 }, node2: { ok: 3 } } });
    const job = join(control.folder, 'state', 'jobs', input.jobKey);
    expect((await readFile(join(job, 'executions'), 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it('is not run again by itself after it was cut off with its machine', async () => {
    const input = playbookInput({ seconds: 30 });
    const job = join(control.folder, 'state', 'jobs', input.jobKey);
    const running = play(input);
    const failure = running.catch((error: unknown) => error);
    await until(() => existsSync(join(job, 'pid')), 60_000);
    await sleep(2_000);
    await endJobs(join(control.folder, 'state'));
    const cutOff = { type: 'CutOffError', nonRetryable: true };
    expect(await failure).toMatchObject(cutOff);
    await expect(play(input)).rejects.toMatchObject(cutOff);
    expect((await readFile(join(job, 'executions'), 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it('does without remembered facts that were cut off half-way', async () => {
    await play(playbookInput({ remember: 'this' }));
    const facts = (host: string) => join(control.folders.factCache, host);
    await writeFile(facts('node1'), (await readFile(facts('node1'), 'utf8')).slice(0, 10));
    await writeFile(facts('node2'), '');
    await play(playbookInput({ remember: 'that' }));
    expect(await told('remembered-node1')).toBe('nothing');
    await play(playbookInput({ remember: 'that' }));
    expect(await told('remembered-node1')).toBe('that');
  });

  it('knows after one run how far the next one is', async () => {
    const times = join(control.folders.root, 'playbook-times', 'v2.24.1-cluster.yml.json');
    await rm(join(control.folder, 'state', 'playbook-times'), { recursive: true, force: true });
    await rm(join(control.folders.root, 'playbook-times'), { recursive: true, force: true });
    const shown = async () => {
      const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
      const tails: string[] = [];
      environment.on('heartbeat', (progress?: JobProgress) => tails.push(progress?.tail ?? ''));
      await environment.run(runKubespray(control.dependencies), playbookInput({ seconds: 6 }));
      return tails.join('\n');
    };
    // The role's task of 11 is behind.
    expect(await shown()).toMatch(/^about \d+ %: Work › Wait/m);
    expect(await shown()).toMatch(/^about \d+ %, less than a minute left: Work › Wait/m);
    await writeFile(times, '{"plays":[{"play":');
    expect(await shown()).toMatch(/^about \d+ %, less than a minute left: Work › Wait/m);
  });

  it('keeps the logs of the last runs, and no more', async () => {
    const { runs: folder } = control.folders;
    const jobs = join(control.folder, 'state', 'jobs');
    for (let day = 1; day <= 25; day += 1) {
      for (const parent of [folder, jobs]) {
        await mkdir(join(parent, `old-${day}`), { recursive: true });
        await utimes(join(parent, `old-${day}`), day * 86_400, day * 86_400);
      }
    }
    const { log } = await play(playbookInput());
    const kept = await readdir(folder);
    expect(kept).toHaveLength(20);
    expect(kept).not.toContain('old-1');
    expect(await readdir(jobs)).not.toContain('old-1');
    expect(log.startsWith(folder)).toBe(true);
    expect(await readFile(log, 'utf8')).toContain('PLAY RECAP');
  });
});

describe('two clusters on one control host', () => {
  it('share no facts, though their hosts have the same names (T7)', async () => {
    const green = { host: local, cluster: 'green' };
    const repository = join(control.folder, 'repository');
    await runStep(cloneKubespray(control.dependencies), {
      ...{ ...green, jobKey: key('clone'), repository, ref: 'v2.24.1' },
    });
    await runStep(writeInventory(control.dependencies), {
      ...{ ...green, specification: { ...specification(), name: 'green' }, release: 'v2.24.1' },
      sampleInventory,
      hostKeys: { node1: sshd.hostKey('ed25519'), node2: sshd.hostKey('ed25519') },
      privateKey: sshd.address().privateKey,
    });
    await runStep(writeGroupVariables(control.dependencies), {
      ...{ ...green, specification: { ...specification(), name: 'green' }, release: 'v2.24.1', storage: {} },
    });
    await play(playbookInput({ remember: 'blue' }));
    await play(playbookInput({ remember: 'blue' }));
    expect(await told('remembered-node1'), 'a cluster has its own facts again').toBe('blue');
    await play({ ...playbookInput({ remember: 'green' }), cluster: 'green' });
    expect(await told('remembered-node1')).toBe('nothing');
  });
});
