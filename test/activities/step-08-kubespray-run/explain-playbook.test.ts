import { describe, expect, it } from 'vitest';
import { explainPlaybook } from '../../../src/activities/step-08-kubespray-run/explain-playbook.js';
import { PlaybookEventReader } from '../../../src/cluster/playbook/events.js';
import { CommandFailedError } from '../../../src/hosts/errors.js';
import { FakeHost } from '../../fakes/fake-host.js';

const play = { event: 'play', time: 1, play: 'Add nodes' };
const task = { event: 'task', time: 1, task: 'Create token' };
const counts = { ok: 0, changed: 0, failures: 0, unreachable: 0, skipped: 0 };
const result = (host: string, status: string, more: object = {}) => ({
  ...{ event: 'result', time: 2, host, task: 'Create token', status },
  ...more,
});
const stats = (hosts: Record<string, Partial<typeof counts>>) => ({
  event: 'stats',
  hosts: Object.fromEntries(Object.entries(hosts).map(([host, some]) => [host, { ...counts, ...some }])),
});

interface End {
  readonly exitCode?: number;
  readonly output?: string;
}

/** What a person reads of a run whose events these are. */
function explain(events: readonly object[], { exitCode = 2, output = '' }: End = {}) {
  const reader = new PlaybookEventReader();
  for (const event of [{ event: 'run' }, ...events]) reader.push(`${JSON.stringify(event)}\n`);
  const error = new CommandFailedError('it failed', { host: 'control', output }, exitCode);
  const failure = { playbook: 'cluster.yml', progress: reader.progress, log: '/log' };
  const explained = explainPlaybook(error, { ...failure, host: new FakeHost('control') });
  return { message: explained.message, advice: explained.context.advice, output: explained.context.output };
}

describe('a task that is delegated to another machine', () => {
  const refused = {
    delegate: 'node1',
    message:
      'mux_client_request_session: session request failed: Session open refused by peer\r\nConnection reset',
  };
  const end = stats({ node1: { ok: 1 }, node8: { unreachable: 1 }, node9: { unreachable: 1 } });

  it('is told of with both, and the machine to look at is the one that could not be reached', () => {
    const unreachable = ['node8', 'node9'].map((host) => result(host, 'unreachable', refused));
    const { message, advice } = explain([play, task, result('node1', 'ok'), ...unreachable, end]);
    expect(message).toMatch(/^cluster\.yml could not reach node1, for node8, in play "Add nodes"/);
    expect(message).toContain('(also on node1 for node9)');
    expect(message).toContain('Session open refused by peer');
    expect(message).toMatch(/Connection reset/);
    expect(advice).toMatch(/^See that node1 is up/);
    expect(advice).not.toContain('node8');
  });

  it('may be one on the control host, which has a name', () => {
    const failed = result('node1', 'failed', { delegate: 'localhost', message: 'no', url: 'https://x/runc' });
    const { message, advice } = explain([play, task, failed, stats({ node1: { failures: 1 } })]);
    expect(message).toMatch(/failed on control, for node1, in play/);
    expect(advice).toContain('"curl -I https://x/runc" on control');
  });
});

describe('a service that Kubespray waits for in vain', () => {
  it.each([
    [
      'https://10.0.0.1:2379/health',
      'Wait for etcd up',
      /^etcd, which node1 asked at https:\S+, does not answer .*"journalctl -u etcd -n 100"/,
    ],
    ['https://10.0.0.1:2383/health', 'Wait for etcd-events up', /"journalctl -u etcd-events -n 100"/],
    ['https://127.0.0.1:10259/healthz', 'wait for kube-scheduler', /--name kube-scheduler\)/],
    ['https://127.0.0.1:10257/healthz', 'wait for it', /--name kube-controller-manager\)/],
    [
      'https://10.0.0.1:6443/healthz',
      'Kubeadm | Check api is up',
      /--name kube-apiserver\).*journalctl -u kubelet/,
    ],
    ['https://lb:8443/healthz', 'Wait for kube-apiserver', /--name kube-apiserver\)/],
    ['https://10.0.0.1:9/x', 'Wait', /What listens at .* answer node1 .*its journal/],
  ])('%s is no download', (endpoint, name, advised) => {
    const failed = result('node1', 'failed', { task: name, endpoint, message: 'Status code was -1' });
    const { message, advice } = explain([play, failed, stats({ node1: { failures: 1 } })]);
    expect(message).toContain(`Status code was -1 (${endpoint})`);
    expect(advice).toMatch(advised);
    expect(advice).not.toMatch(/curl|proxy|files_repo/);
  });
});

describe('a host that is lost in mid-playbook', () => {
  it.each([
    [
      'Data could not be sent to remote host "10.77.0.33". Make sure this host can be reached over ssh: ' +
        'debug1: mux_client_request_session: master session id: 2\r\n',
      'Data could not be sent to remote host "10.77.0.33".',
    ],
    [
      'Failed to connect to the host via ssh: OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.11\r\ndebug1: Reading configuration\r\n' +
        'ssh: connect to host 10.77.0.33 port 22: No route to host\r\ndebug1: Exit status 255\r\n',
      'ssh: connect to host 10.77.0.33 port 22: No route to host',
    ],
    ['debug1: only this', 'debug1: only this'],
  ])('is told of by the reason, not by what ssh says of its own work', (message, reason) => {
    const events = [
      play,
      task,
      result('node33', 'unreachable', { message }),
      stats({ node33: { unreachable: 1 } }),
    ];
    expect(explain(events).message).toBe(
      `cluster.yml could not reach node33 in play "Add nodes", task "Create token": ${reason}`,
    );
  });
});

describe('what could not be had', () => {
  const adviceFor = (failure: object) =>
    explain([play, result('node1', 'failed', failure), stats({ node1: { failures: 1 } })]).advice;

  it('is another file than the checksum is for', () => {
    const advice = adviceFor({
      url: 'https://x/runc.amd64',
      message: 'The checksum for /tmp/releases/runc.amd64 did not match sha256:00aa; it was 11bb.',
    });
    expect(advice).toMatch(/^https:\/\/x\/runc\.amd64 is another file than its checksum is for/);
    expect(advice).not.toMatch(/curl|proxy/);
  });

  it.each([
    [
      'failed to pull and unpack image "docker.io/library/nginx:1.28": failed to resolve reference',
      'docker.io/library/nginx:1.28',
      'docker_image_repo',
    ],
    [
      'pulling image failed: rpc error: failed to pull image \\"registry.k8s.io/pause:3.10\\": dial tcp',
      'registry.k8s.io/pause:3.10',
      'kube_image_repo',
    ],
    [
      'ctr: failed to resolve reference "quay.io/calico/node:v3.30": 403',
      'quay.io/calico/node:v3.30',
      'quay_image_repo',
    ],
  ])('is an image: %s', (message, image, variable) => {
    const advice = adviceFor({ message });
    expect(advice).toContain(`See on node1 by "crictl pull ${image}" what`);
    expect(advice).toContain(`containerd_registries_mirrors, or ${variable} where`);
  });

  it('is an image of a registry that has no variable', () => {
    const advice = adviceFor({ message: 'failed to pull image "10.0.0.1:5000/x:1": EOF' });
    expect(advice).toContain('what 10.0.0.1:5000 answers');
    expect(advice).toContain('containerd_registries_mirrors, in kubespray.variables');
  });
});

describe('a run without a recap', () => {
  const rescued = result('node1', 'failed', { task: 'Initialize first', message: 'first try' });
  const killed = { exitCode: 137, output: 'TASK [Install etcd]\nok: [node1]\nKilled\n' };

  it('is not put down to a failure that may have been rescued', () => {
    const { message, advice, output } = explain([play, rescued, task, result('node1', 'ok')], killed);
    expect(message).toBe('cluster.yml ended on control with exit code 137: Killed');
    expect(advice).toMatch(/signal 9.*"journalctl -k" on control/);
    expect(output).toMatch(/Killed[^]*Before that.*\n.*failed on node1 .*first try/);
  });

  it('gives what Ansible itself said last', () => {
    const output = 'ERROR! no such role\n\nThe offending line appears to be\n';
    expect(explain([play, task], { exitCode: 4, output }).message).toContain('ERROR! no such role');
  });
});
