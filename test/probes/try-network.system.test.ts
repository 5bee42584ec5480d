import { readFileSync, rmSync, mkdtempSync, writeFileSync, chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkProbes, type NetworkProbes } from '../../src/cluster/verification/network-trial.js';
import type { RunOptions, RunResult } from '../../src/hosts/host.js';
import { judgeEnd } from '../../src/hosts/run-errors.js';
import type { Script } from '../../src/hosts/script.js';
import { ScriptHost } from '../../src/hosts/script-host.js';
import { shellCommand } from '../../src/hosts/shell-command.js';
import { tryNetworkFromHost, tryNetworkFromPod } from '../../src/probes/try-network.js';
import { nodeNetwork } from '../support/node-network.js';

/**
 * The probes against real listeners, in network namespaces that nothing else is connected to: the node node1, a pod on it,
 * and the node node2 at the other end of a cable. node2 has every address that is tried.
 */

const own = `slw${process.pid}`;
const [node1, node2, pod] = [`${own}-1`, `${own}-2`, `${own}-p`];
const inside = (namespace: string, command: string) =>
  execa('ip', ['netns', 'exec', namespace, 'sh', '-euc', command]);

/** Starts a program there; it is ended at the end. */
const start = (namespace: string, words: readonly string[]) =>
  execa('ip', ['netns', 'exec', namespace, ...words], { reject: false });

/** Answers DNS as the words say, and takes TCP connections. `silent` only takes packets. */
const server = `
import select, socket, struct, sys
kinds = {}
def listen(family, kind, address, manner):
    one = socket.socket(family, kind)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((address, 443 if manner == "api" else 53))
    if kind == socket.SOCK_STREAM:
        one.listen(16)
    kinds[one] = manner
for word in sys.argv[1:]:
    manner, address = word.split("=")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listen(family, socket.SOCK_STREAM, address, manner)
    if manner != "api":
        listen(family, socket.SOCK_DGRAM, address, manner)
print("ready", flush=True)
def reply(data, manner):
    head, question = data[:2], data[12:]
    if manner == "noise":
        return head + b"\\x80" + b"\\xff" * 9
    if manner == "nxdomain":
        return head + struct.pack("!5H", 0x8183, 1, 0, 0, 0) + question
    (kind,) = struct.unpack("!H", question[-4:-2])
    rest = b"\\x0a\\xe9\\0\\1" if kind == 1 else socket.inet_pton(socket.AF_INET6, "fd00::1")
    alias = b"\\xc0\\x0c" + struct.pack("!2HIH", 5, 1, 30, 2) + b"\\xc0\\x0c"
    record = b"\\xc0\\x0c" + struct.pack("!2HIH", kind, 1, 30, len(rest)) + rest
    return head + struct.pack("!5H", 0x8180, 1, 2, 0, 0) + question + alias + record
while True:
    for one in select.select(list(kinds), [], [])[0]:
        if one.type == socket.SOCK_STREAM:
            one.accept()[0].close()
        else:
            data, sender = one.recvfrom(2000)
            if kinds[one] != "silent":
                one.sendto(b"\\0\\0 nobody's", sender)
                one.sendto(reply(data, kinds[one]), sender)
`;

/** Every address of node2: the pod of CoreDNS, the services, the caches. */
const addresses = {
  '10.233.65.2': 'dns',
  'fd00::2': 'dns',
  '10.233.0.3': 'dns',
  '10.233.0.1': 'api',
  '169.254.25.10': 'dns',
  '169.254.25.11': 'silent',
  '169.254.25.12': 'noise',
  '169.254.25.13': 'nxdomain',
};

let folder: string;
let listening: ReturnType<typeof start>;

/** The node node1: scripts run in its network, and find the test's crictl. */
class NodeInNamespace extends ScriptHost {
  readonly name = 'node1';
  readonly stateFolder = '/nowhere';

  async run(script: Script, options: RunOptions = {}): Promise<RunResult> {
    const { words, input } = shellCommand(script, options.stdin);
    const { exitCode, stdout, stderr } = await execa('ip', ['netns', 'exec', node1, ...words], {
      ...{ input: input ?? '', reject: false, stripFinalNewline: false },
      env: { PATH: `${folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
    return judgeEnd({ host: this.name, script, options }, { exitCode, stdout, stderr });
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

const host = new NodeInNamespace();

/** Answers as crictl does for a pod whose process is the one given. */
function putCrictl(pid: number | string): void {
  const script = `#!/bin/sh
case "$*" in
  'pods --namespace kube-system --name ^dns-autoscaler-1$ --state ready --quiet') echo 0123abcd ;;
  'inspectp --output go-template --template {{.info.pid}} 0123abcd') printf %s '${pid}' ;;
  *) echo "$*" >&2; exit 1 ;;
esac
`;
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', 'crictl'), script);
  chmodSync(join(folder, 'bin', 'crictl'), 0o755);
}

let podProcess: ReturnType<typeof start>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-network-'));
  for (const namespace of [node1, node2, pod]) {
    await execa('ip', ['netns', 'add', namespace]);
    await inside(namespace, 'ip link set lo up; sysctl -qw net.ipv6.conf.default.accept_dad=0');
  }
  await inside(
    node1,
    `ip link add cable type veth peer name cable netns ${node2}
ip link add pod type veth peer name eth0 netns ${pod}
ip address add 192.0.2.1/24 dev cable; ip address add 198.51.100.1/24 dev pod
ip -6 address add fd01::1/64 dev cable nodad; ip link set cable up; ip link set pod up
ip route add 10.233.0.0/16 via 192.0.2.2; ip route add 169.254.25.0/24 via 192.0.2.2
ip -6 route add fd00::/64 via fd01::2; sysctl -qw net.ipv4.ip_forward=1`,
  );
  await inside(
    pod,
    'ip address add 198.51.100.2/24 dev eth0; ip link set eth0 up; ip route add default via 198.51.100.1',
  );
  const mine = Object.keys(addresses).map((one) => `ip address add ${one} dev lo`);
  await inside(
    node2,
    `ip address add 192.0.2.2/24 dev cable; ip -6 address add fd01::2/64 dev cable nodad; ip link set cable up
${mine.join('\n').replace(/fd00::2/, 'fd00::2/128 nodad')}
ip route add 198.51.100.0/24 via 192.0.2.1`,
  );
  const words = Object.entries(addresses).map(([address, manner]) => `${manner}=${address}`);
  listening = start(node2, ['python3', '-c', server, ...words]);
  await new Promise((resolve) => listening.stdout?.once('data', resolve));
  podProcess = start(pod, ['sleep', '600']);
  putCrictl(podProcess.pid ?? 0);
}, 60_000);

afterAll(async () => {
  listening.kill('SIGKILL');
  podProcess.kill('SIGKILL');
  await Promise.all([listening, podProcess]);
  for (const namespace of [node1, node2, pod])
    await execa('ip', ['netns', 'del', namespace], { reject: false });
  rmSync(folder, { recursive: true });
});

const network = nodeNetwork({
  dnsPods: [{ name: 'coredns-2', node: 'node2', addresses: ['10.233.65.2'] }],
  api: { name: 'default/kubernetes', addresses: ['10.233.0.1'], port: 443 },
});
const all = networkProbes(network, 'host');
const answered = { obstacle: null, code: 0, addresses: ['10.233.0.1'] };
const allWell = { connections: [null, null, null], answers: [answered, answered] };

/** Drops packets by a rule at one place for the time of the look. */
async function dropping<Seen>(namespace: string, rule: string, look: () => Promise<Seen>): Promise<Seen> {
  const [chain = '', ...match] = rule.split(' ');
  const script = `nft add table inet test
nft 'add chain inet test ${chain} { type filter hook ${chain} priority 0; }'
nft add rule inet test ${chain} ${match.join(' ')}`;
  await inside(namespace, script);
  try {
    return await look();
  } finally {
    await inside(namespace, 'nft delete table inet test');
  }
}

describe('the network, tried by the real program', { timeout: 120_000 }, () => {
  it('is well from the host and from the pod, by IPv4', async () => {
    expect(await tryNetworkFromHost(host, all)).toEqual(allWell);
    expect(await tryNetworkFromPod(host, all, 'dns-autoscaler-1')).toEqual(allWell);
  });

  it('is well by IPv6', async () => {
    const six = networkProbes(
      {
        ...network,
        ...{ pod: null, nodeLocalDns: null },
        dnsPods: [{ name: 'coredns-2', node: 'node2', addresses: ['fd00::2'] }],
        dnsServices: [{ name: 'kube-system/coredns', addresses: ['fd00::2'], port: 53 }],
        api: { name: 'default/kubernetes', addresses: ['fd00::1'], port: 443 },
      },
      'host',
    );
    expect(await tryNetworkFromHost(host, six)).toEqual({
      connections: [null, null, expect.stringMatching(/unreachable|refused|timed-out/)],
      answers: [{ obstacle: null, code: 0, addresses: ['fd00::1'] }],
    });
  });

  it('is lost where packets are dropped on the way, within ten seconds, and well again after that', async () => {
    const began = Date.now();
    const seen = await dropping(node2, 'input iifname cable drop', () => tryNetworkFromHost(host, all));
    const lost = { obstacle: 'timed-out', code: 0, addresses: [] };
    expect(seen).toEqual({ connections: ['timed-out', 'timed-out', 'timed-out'], answers: [lost, lost] });
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await tryNetworkFromHost(host, all)).toEqual(allWell);
  });

  it('is lost for the pod only where its packets are not forwarded, as by Docker’s policy', async () => {
    await dropping(node1, 'forward drop', async () => {
      expect(await tryNetworkFromHost(host, all)).toEqual(allWell);
      expect(await tryNetworkFromPod(host, all, 'dns-autoscaler-1')).toMatchObject({
        connections: ['timed-out', 'timed-out', 'timed-out'],
      });
    });
  });

  it('tells what refuses, and what answers with something else', async () => {
    const question = (address: string) => ({
      to: address,
      address,
      port: 53,
      name: 'a.b',
      wanted: '10.233.0.1',
    });
    const probes: NetworkProbes = {
      connections: [{ of: 'service', to: 'x', purpose: 'x', address: '10.233.0.1', port: 444 }],
      questions: ['10.233.0.1', '169.254.25.11', '169.254.25.12', '169.254.25.13', '203.0.113.1'].map(
        question,
      ),
    };
    const none = { code: 0, addresses: [] };
    expect(await tryNetworkFromHost(host, probes)).toEqual({
      connections: ['refused'],
      answers: [
        { ...none, obstacle: 'refused' },
        { ...none, obstacle: 'timed-out' },
        { ...none, obstacle: 'not-understood' },
        { obstacle: null, code: 3, addresses: [] },
        { ...none, obstacle: 'unreachable' },
      ],
    });
  });

  it.each(['é.example', 'x'.repeat(300), '-', 'a..b'])('is not stopped by the odd name %j', async (name) => {
    const probes = {
      connections: [],
      questions: [{ to: '', address: '10.233.0.3', port: 53, name, wanted: '10.0.0.1' }],
    };
    const outcome = await tryNetworkFromHost(host, probes);
    expect(outcome).toMatchObject({ answers: [{ addresses: expect.any(Array) as unknown }] });
  });

  it('has nothing to enter where crictl knows no process, or there is no crictl', async () => {
    expect(await tryNetworkFromPod(host, all, 'another')).toBe('the pod is not there');
    putCrictl('<no value>');
    expect(await tryNetworkFromPod(host, all, 'dns-autoscaler-1')).toBe('the pod is not there');
    putCrictl(0);
    expect(await tryNetworkFromPod(host, all, 'dns-autoscaler-1')).toBe('the pod is not there');
    rmSync(join(folder, 'bin', 'crictl'));
    expect(await tryNetworkFromPod(host, all, 'dns-autoscaler-1')).toBe('no crictl');
    putCrictl(podProcess.pid ?? 0);
  });

  it('ends by itself when nobody waits for it any more', async () => {
    const { networkProgram } = await import('../../src/probes/network-program.js');
    expect(networkProgram).toContain('signal.alarm(60)');
    const impatient = networkProgram.replace('signal.alarm(60)', 'signal.alarm(1)');
    const lost = Array.from({ length: 200 }, () => ['169.254.25.11', 53, 'a.b', 1]);
    const input = JSON.stringify({ connections: [], questions: lost });
    const words = ['netns', 'exec', node1, 'python3', '-c', impatient];
    const began = Date.now();
    const { signal } = await execa('ip', words, { input, reject: false });
    expect(signal).toBe('SIGALRM');
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('leaves nothing behind', async () => {
    await tryNetworkFromHost(host, all);
    const { stdout } = await inside(node1, 'ss -Htuanp state all | grep -v TIME-WAIT || true');
    expect(stdout).toBe('');
    expect(readFileSync('/proc/self/net/dev', 'utf8')).not.toContain(own);
  });
});
