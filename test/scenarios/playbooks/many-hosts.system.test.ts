import { execFile } from 'node:child_process';
import { createServer, type Server, type Socket, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnsibleStage } from './ansible-stage.js';

/** As Kubespray's roles/kubernetes/kubeadm/tasks/main.yml: once for each host that joins, all on the first control plane. */
const token = `
- name: Add Kubernetes nodes
  hosts: all
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Create kubeadm token for joining nodes
      ansible.builtin.command: sleep 0.2
      delegate_to: node1
      changed_when: false
`;

describe('thirty hosts and one sshd as it is by default (MaxSessions 10, MaxStartups 10:30:100)', () => {
  let stage: AnsibleStage;
  beforeAll(async () => {
    stage = await AnsibleStage.start({ playbooks: { 'token.yml': token }, hostCount: 30 });
  });
  afterAll(async () => {
    await stage.remove();
  });

  it('all get through with a task that each of them has on the first control plane', async () => {
    const { hosts } = await stage.play('token.yml');
    expect(Object.values(hosts).filter(({ ok }) => ok === 1)).toHaveLength(30);
  }, 300_000);
});

describe('a connection for ssh', () => {
  const dial = fileURLToPath(new URL('../../../deploy/ansible/ssh_dial.py', import.meta.url));
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function serve(onConnection: (socket: Socket, count: number) => void): Promise<number> {
    let count = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket, (count += 1));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** What ssh says, and the seconds that it took to say it. */
  async function ssh(port: number): Promise<{ said: string; seconds: number }> {
    const options = [
      ...['ControlMaster=auto', 'ControlPersist=5', `ControlPath=/tmp/slipway-dial-${port}`],
      ...['BatchMode=yes', 'ProxyUseFdpass=yes', `ProxyCommand=python3 -IS ${dial} %h %p 2 4`],
    ];
    const words = [
      '-F',
      'none',
      '-p',
      String(port),
      ...options.flatMap((option) => ['-o', option]),
      '127.0.0.1',
    ];
    const began = Date.now();
    // Ansible gives ssh a pipe, Node would give it a socket.
    const { stdout: said } = await promisify(execFile)('sh', [
      '-c',
      '"$@" 2>&1 | cat',
      'sh',
      'ssh',
      ...words,
    ]);
    return { said, seconds: (Date.now() - began) / 1000 };
  }

  it('is tried again while sshd drops it, and given over with all that sshd said first', async () => {
    let dropped = 0;
    const port = await serve((socket, count) => {
      if (count <= 3) {
        dropped += 1;
        socket.end(count === 1 ? 'Exceeded MaxStartups\r\n' : '');
      } else {
        socket.write('A word of welcome\r\n');
        setTimeout(() => socket.end('SSH-1.0-too-old-for-any-ssh\r\n'), 100);
      }
    });
    expect((await ssh(port)).said).toMatch(
      /remote software version too-old-for-any-ssh|major versions differ/,
    );
    expect(dropped).toBe(3);
  });

  it('is given up in time where nobody greets, and where every one is dropped', async () => {
    const silent = await ssh(await serve(() => undefined));
    expect(silent.said).toMatch(/connect to host 127\.0\.0\.1 port \d+: Connection timed out/);
    const dropped = await ssh(await serve((socket) => socket.end()));
    expect(dropped.said).toMatch(/port \d+: sshd dropped every connection before its greeting/);
    for (const { seconds } of [silent, dropped]) {
      expect(seconds).toBeGreaterThan(0.9);
      expect(seconds).toBeLessThan(9);
    }
  });

  it('that is refused is not tried again', async () => {
    const port = await serve(() => undefined);
    await new Promise((resolve) => servers.at(-1)?.close(resolve));
    const { said, seconds } = await ssh(port);
    expect(said).toContain('Connection refused');
    expect(seconds).toBeLessThan(1.5);
  });
});
