import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFirewallRules } from '../../../src/activities/step-10-firewall/apply-firewall-rules.js';
import { checkReachability } from '../../../src/activities/look-at-hosts/check-reachability.js';
import type { ReachabilityResult } from '../../../src/protocol/step-inputs.js';
import type { Dependencies } from '../../../src/activities/running/dependencies.js';
import { gatherFacts } from '../../../src/activities/look-at-hosts/gather-facts.js';
import { listenProgram } from '../../../src/probes/reachability-programs.js';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { firewallRuleSet } from '../../../src/cluster/network/firewall.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import type { PreflightCheck } from '../../../src/cluster/checks/preflight-checks.js';
import { specificationSchema, type Specification } from '../../../src/cluster/specification/specification.js';
import { ConnectionLostError } from '../../../src/hosts/errors.js';
import type { Host } from '../../../src/hosts/host.js';
import { quote } from '../../../src/hosts/script.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { local, runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

let machines: LabMachine[] = [];
let specification: Specification;
/** The lab's own. */
let usualMtu: number;

const stage = useLab('test-preflight', async ({ lab }) => {
  machines = await Promise.all(['node1', 'node2', 'node3'].map((name) => lab.startMachine({ name })));
  specification = specificationWith();
  usualMtu = Number(/mtu ([0-9]+)/.exec(await on(0, 'ip -o link show eth0'))?.[1]);
});

const on = (index: number, script: string) => onMachine(machines[index] as LabMachine, script);
/** A firewall of somebody else's on a machine: rules of the chains `in` and `out`. */
const wall = (index: number, ...rules: string[]) =>
  on(
    index,
    `nft add table inet wall
nft 'add chain inet wall in { type filter hook input priority 0; }'
nft 'add chain inet wall out { type filter hook output priority 0; }'
${rules.map((rule) => `nft 'add rule inet wall ${rule}'`).join('\n')}`,
  );
const tearDown = (index: number) => on(index, 'nft delete table inet wall');
const addressOf = (index: number) => machines[index]?.address ?? '';

function specificationWith(more: Readonly<Record<string, object>> = {}): Specification {
  const hosts = machines.map(({ name, address }, index) => ({
    ...{ name, address, ...more[name] },
    roles: index === 0 ? (['control-plane', 'etcd', 'worker'] as const) : (['worker'] as const),
  }));
  return specificationSchema.parse({ name: 'lab', hosts });
}

const lookAt = (machine: LabMachine): Promise<HostFacts> =>
  runStep(gatherFacts(stage().dependencies), { host: labAddressOf(machine), mountPoint: '/data' });

const reach = (
  { hosts }: Pick<Dependencies, 'hosts'> = stage().dependencies,
  cluster = specification,
): Promise<ReachabilityResult> =>
  runStep(checkReachability({ hosts }), {
    host: local,
    hosts: machines.map(labAddressOf),
    specification: cluster,
    jobKey: 'check-reachability-lab-g1',
  });

/** What each blocked host is, in a line. */
const blockedOf = ({ blocked }: ReachabilityResult) =>
  blocked.map(({ host, direction, ports, obstacle, peers }) => {
    const numbers = ports.map(({ protocol, port }) => `${protocol} ${port}`).join(', ');
    return `${host} ${direction}: ${numbers} ${obstacle} ${[...peers].sort().join(', ')}`;
  });

/** What preflight says by this name of what is there now. */
async function findings(check: PreflightCheck) {
  const looked = await Promise.all(
    machines.map(async (machine) => [machine.name, await lookAt(machine)] as const),
  );
  const found = preflight({
    specification,
    facts: Object.fromEntries(looked),
    release: 'v2.31.0',
    reachability: check === 'reachability' ? await reach() : undefined,
  });
  return found
    .filter((finding) => finding.check === check)
    .map(({ host, is }) => `${host ?? 'cluster'}: ${is}`);
}

/** Nothing of the trial is left: no unit, no process. */
async function traces() {
  const script =
    "systemctl list-units --all --plain --no-legend 'slipway-reach-*'; pgrep -f '[s]ignal.alarm' || true";
  return (await Promise.all(machines.map((_, index) => on(index, script)))).join('').trim();
}

describe('machines that nothing is wrong with', () => {
  it('reach each other on every port, and nothing is left behind', async () => {
    await expect(reach()).resolves.toEqual({
      outcome: 'unchanged',
      summary: 'the hosts reach each other on the ports that they need',
      blocked: [],
      narrow: [],
      outdated: [],
    });
    expect(await traces()).toBe('');
  });

  it('tell the facts of their system', async () => {
    const facts = await lookAt(machines[0] as LabMachine);
    expect(facts.system).toMatchObject({ init: 'systemd', missingModules: null, firewalls: [] });
    expect(facts.system?.listeners).toContainEqual({
      ...{ protocol: 'tcp', address: '*', port: 22, process: 'sshd' },
    });
    expect(facts.system?.interfaces).toMatchObject([
      { name: 'eth0', mtu: usualMtu, addresses: [machines[0]?.address] },
    ]);
    expect(facts.system?.space.map(({ path }) => path)).toContain('/var/lib/containerd');
    expect(Math.abs(facts.clock?.milliseconds ?? NaN)).toBeLessThanOrEqual(facts.clock?.uncertainty ?? 0);
  });
});

describe('the control host', () => {
  it('tells whether it has git, how much room there is, and what is installed', async () => {
    const look = async () => {
      const [first] = machines.map(labAddressOf);
      const input = { host: first ?? local, mountPoint: '/data', controlHostOf: 'lab' };
      return (await runStep(gatherFacts(stage().dependencies), input)).controlHost;
    };
    const git = (await on(0, 'command -v git || true')).trim() !== '';
    const mountedAt = expect.stringMatching(/^\//) as string;
    expect(await look()).toEqual({
      ...{ hasGit: git, isInstalled: false, freeBytes: expect.any(Number) as number, mountedAt },
    });
    const folder = '/var/lib/slipway/clusters/lab';
    await on(
      0,
      `mkdir -p ${folder}/kubespray/.git ${folder}/venvs/x; touch ${folder}/venvs/x/.slipway-requirements`,
    );
    expect(await look()).toMatchObject({ isInstalled: true });
    await on(0, `rm -r ${folder}`);
    expect((await lookAt(machines[0] as LabMachine)).controlHost).toBeUndefined();
  });
});

describe('the Kubernetes of a node', () => {
  /** As kubeadm and Kubespray leave a control plane, with a kubelet that runs this shell text. */
  const node = (kubelet: string) => `mkdir -p /opt/bin /etc/kubernetes/manifests /etc/systemd/system
printf '#!/bin/sh\\n%s\\n' ${quote(kubelet)} > /opt/bin/kubelet
chmod 755 /opt/bin/kubelet
printf '[Service]\\nExecStart=/opt/bin/kubelet $KUBELET_ARGS --quiet\\n' > /etc/systemd/system/kubelet.service
printf '    image: registry.k8s.io/kube-apiserver:v1.31.4\\n    imagePullPolicy: IfNotPresent\\n' > /etc/kubernetes/manifests/kube-apiserver.yaml
systemctl daemon-reload
touch /etc/kubernetes/kubelet.conf`;

  it('is told by the kubelet of its unit and by the manifest of the API server', async () => {
    expect((await lookAt(machines[0] as LabMachine)).kubernetes).toBeNull();
    await on(0, node('[ "$*" = --version ] && echo "Kubernetes v1.31.9"'));
    const facts = await lookAt(machines[0] as LabMachine);
    expect(facts.kubernetes).toEqual({ kubelet: '1.31.9', apiServer: '1.31.4' });
    expect(await findings('kubernetes-version')).toEqual(['node1: kubelet 1.31.9, API server 1.31.4']);
  });

  it('is unknown where kubelet does not answer, and nobody waits for it', async () => {
    await on(0, `${node('sleep 1000')}; rm /etc/kubernetes/manifests/kube-apiserver.yaml`);
    expect((await lookAt(machines[0] as LabMachine)).kubernetes).toEqual({ kubelet: null, apiServer: null });
    expect(await findings('kubernetes-version')).toEqual([]);
  });

  it('is nobody’s where a kubelet is installed and the host is no node', async () => {
    await on(0, `${node('echo "Kubernetes v1.31.9"')}; rm /etc/kubernetes/kubelet.conf`);
    expect((await lookAt(machines[0] as LabMachine)).kubernetes).toBeNull();
    await on(
      0,
      'rm -r /opt/bin/kubelet /etc/kubernetes /etc/systemd/system/kubelet.service; systemctl daemon-reload',
    );
  });
});

describe('ports in use', () => {
  const untilListening = (port: number) => `until ss -tln | grep -q :${port}; do sleep 0.1; done`;

  it('by something else are told, and tried as they are', async () => {
    const server = 'systemd-run --quiet --unit=squatter python3 -m http.server 10250';
    await on(1, `${server}; ${untilListening(10250)}`);
    expect(await findings('ports-in-use')).toEqual(['node2: tcp 10250 (kubelet) is in use by python3']);
    expect(blockedOf(await reach())).toEqual([]);
    await on(1, 'systemctl stop squatter');
  });

  it('by Kubernetes itself are right, and are not disturbed', async () => {
    // As Kubespray does it, and with no kubelet.conf yet.
    await on(
      0,
      `cp "$(readlink -f "$(command -v python3)")" /usr/local/bin/etcd
printf '[Service]\\nExecStart=/usr/local/bin/etcd -m http.server 2379\\n' > /etc/systemd/system/etcd.service
systemctl daemon-reload; systemctl start etcd; ${untilListening(2379)}`,
    );
    const state = `python3 -c 'import urllib.request as u; u.urlopen("http://127.0.0.1:2379")'
systemctl show -p MainPID -p ActiveState --value etcd`;
    const before = await on(0, state);
    expect(await findings('ports-in-use')).toEqual([]);
    expect(blockedOf(await reach())).toEqual([]);
    expect(await on(0, state)).toBe(before);
    await on(0, 'systemctl stop etcd; rm /etc/systemd/system/etcd.service; systemctl daemon-reload');
  });

  it('by another Kubernetes are told with its service', async () => {
    const server = 'systemd-run --quiet --unit=k0scontroller /usr/local/bin/etcd -m http.server 2379';
    await on(0, `${server}; ${untilListening(2379)}`);
    expect(await findings('ports-in-use')).toEqual([
      'node1: tcp 2379 (etcd clients) is in use by etcd of k0scontroller.service',
    ]);
    await on(0, 'systemctl stop k0scontroller; rm /usr/local/bin/etcd');
  });
});

describe('firewalls', () => {
  it('that drop packets of one host are told with ports and hosts', async () => {
    const from = `in ip saddr ${addressOf(1)}`;
    await wall(0, `${from} tcp dport { 6443, 10250 } drop`, `${from} udp dport 4789 drop`);
    expect(await findings('reachability')).toEqual([
      'node1: no answer to node2 on tcp 6443 (API server), tcp 10250 (kubelet), udp 4789 (Calico VXLAN)',
    ]);
    await tearDown(0);
    expect(await findings('reachability')).toEqual([]);
  });

  it('that turn packets away are told apart from those that drop them', async () => {
    await wall(2, 'in tcp dport 10250 reject with tcp reset', 'in udp dport 4789 drop');
    expect(blockedOf(await reach())).toEqual([
      'node3 in: tcp 10250 refused node1, node2',
      'node3 in: udp 4789 timed-out node1, node2',
    ]);
    await tearDown(2);
  });

  it('that let a host not out are told of that host, not of those that it does not reach', async () => {
    await wall(1, `out ip daddr { ${addressOf(0)}, ${addressOf(2)} } ct state new drop`);
    expect(blockedOf(await reach())).toEqual([
      'node2 out: tcp 6443, tcp 10250, udp 4789 timed-out node1, node3',
    ]);
    await tearDown(1);
  });

  it('of somebody else that are on are told before step 10 refuses the host', async () => {
    await on(2, 'mkdir -p /etc/ufw; echo ENABLED=yes > /etc/ufw/ufw.conf');
    expect(await findings('other-firewall')).toEqual(['node3: ufw is on']);
    await on(2, 'rm -r /etc/ufw');
  });
});

describe('Slipway’s own firewall of an earlier run', () => {
  const table = 'nft delete table inet slipway; rm -f /etc/nftables.d/slipway.nft';
  /** The cluster before node3 came. */
  const earlier = () => {
    const hosts = specification.hosts.filter(({ name }) => name !== 'node3');
    return { ...specification, hosts };
  };
  const apply = (index: number, cluster: Specification) =>
    runStep(applyFirewallRules(stage().dependencies), {
      host: labAddressOf(machines[index] as LabMachine),
      ruleSet: firewallRuleSet({ specification: cluster, host: `node${index + 1}` }),
    });
  const knowsNot = (host: string, ports: string) =>
    `${host}: Slipway’s own firewall of an earlier run does not know node3 yet, so ${ports} could not be tried from there`;

  beforeAll(async () => {
    await Promise.all([0, 1].map((index) => apply(index, earlier())));
    // As on a node, the kernel has the port of VXLAN, and kubelet its own.
    const server = 'systemd-run --quiet --unit=kubelet-here python3 -m http.server 10250';
    await Promise.all(
      [0, 1].map((index) =>
        on(
          index,
          `ip link add vxlan.calico type vxlan id 4096 dstport 4789 dev eth0; ip link set vxlan.calico up
${server}; until ss -tln | grep -q :10250; do sleep 0.1; done`,
        ),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all(
      [0, 1].map((index) => on(index, `systemctl stop kubelet-here; ip link delete vxlan.calico; ${table}`)),
    );
  });

  it('lets in those that it knows, and is not taken for an obstacle by those that are new', async () => {
    expect(blockedOf(await reach())).toEqual([]);
    expect(await findings('reachability')).toEqual([
      knowsNot('node1', 'tcp 6443 (API server), tcp 10250 (kubelet), udp 4789 (Calico VXLAN)'),
      knowsNot('node2', 'tcp 10250 (kubelet), udp 4789 (Calico VXLAN)'),
    ]);
  });

  it('does not hide somebody else’s, which keeps out a host that Slipway’s lets in', async () => {
    await wall(0, 'in tcp dport 6443 drop');
    expect(blockedOf(await reach())).toEqual(['node1 in: tcp 6443 timed-out node2']);
    await tearDown(0);
  });

  it('lets in the new one when its rules are written anew, and shows what else keeps it out', async () => {
    await Promise.all([0, 1].map((index) => apply(index, specification)));
    expect((await reach()).outdated).toEqual([]);
    await wall(0, `in ip saddr ${addressOf(2)} tcp dport 6443 drop`);
    expect(blockedOf(await reach())).toEqual(['node1 in: tcp 6443 timed-out node3']);
    await tearDown(0);
    expect(await findings('reachability')).toEqual([]);
  });
});

describe('addresses and interfaces', () => {
  it('that are another machine’s are told', async () => {
    const cluster = specificationWith({ node3: { internalAddress: addressOf(1) } });
    const blocked = blockedOf(await reach(undefined, cluster));
    expect(blocked).toContain('node3 in: tcp 10250 other-machine node1, node2');
  });

  it('with another MTU than the others are told, and the ways on which long packets are lost', async () => {
    await on(1, 'ip link set eth0 mtu 1320');
    expect(await findings('mtu')).toContain(
      `node2: an MTU of 1320 on eth0, where most hosts have ${usualMtu}`,
    );
    const { narrow } = await reach();
    expect(narrow).toContainEqual({ from: 'node1', to: 'node2', mtu: usualMtu, arrives: 1280 });
    expect(narrow.every(({ to }) => to === 'node2')).toBe(true);
    await on(1, `ip link set eth0 mtu ${usualMtu}`);
    expect((await reach()).narrow).toEqual([]);
  });
});

describe('name servers', () => {
  it('are told to be missing where there is no resolv.conf, or a link to nothing', async () => {
    await on(2, 'mv /etc/resolv.conf /etc/resolv.conf.away');
    expect(await findings('resolv-conf')).toEqual(['node3: no /etc/resolv.conf']);
    await on(2, 'ln -s nowhere /etc/resolv.conf');
    expect(await findings('resolv-conf')).toEqual([
      'node3: /etc/resolv.conf is a link to nowhere, and nothing is there',
    ]);
    await on(2, 'ln -sf resolv.conf.away /etc/resolv.conf');
    expect(await findings('resolv-conf')).toEqual([]);
    await on(2, 'mv /etc/resolv.conf.away /etc/resolv.conf');
  });
});

describe('the file of systemd-resolved', () => {
  it('is told to be missing where Kubespray gives it to kubelet', async () => {
    const file = '/run/systemd/resolve/resolv.conf';
    await on(
      2,
      `mv /etc/os-release /etc/os-release.away
printf 'ID=ubuntu\\nVERSION_ID="22.04"\\nPRETTY_NAME="Ubuntu 22.04"\\n' > /etc/os-release
mkdir -p /run/systemd/resolve; echo nameserver 10.0.0.1 > ${file}`,
    );
    expect(await findings('resolv-conf')).toEqual([]);
    await on(2, `rm ${file}`);
    expect(await findings('resolv-conf')).toEqual([`node3: no ${file}`]);
    await on(2, 'mv /etc/os-release.away /etc/os-release');
    expect(await findings('resolv-conf')).toEqual([]);
  });
});

describe('upgrades that happen by themselves', () => {
  const timer = 'apt-daily-upgrade.timer';
  const program = '/usr/bin/unattended-upgrade';
  const settings = (name: string, line: string) => `echo ${quote(line)} > /etc/apt/apt.conf.d/${name}`;
  /** Whether apt's own script comes to the program, as it does when the timer is up; as if it never had. */
  const upgrades = async () => {
    const script = `rm -f /run/upgraded /var/lib/apt/periodic/*; systemctl start apt-daily-upgrade.service; ls /run/upgraded 2>&1 || true`;
    return (await on(1, script)).trim() === '/run/upgraded';
  };

  // The timer, its service and their script are apt's own; the program only leaves a trace.
  beforeAll(async () => {
    await on(
      1,
      `printf '%s\\n' '#!/bin/sh' 'echo upgraded > /run/upgraded' > ${program}
chmod 755 ${program}; systemctl unmask apt-daily-upgrade.timer; systemctl enable --now ${timer}
${settings('20auto-upgrades', 'APT::Periodic::Unattended-Upgrade "1";')}`,
    );
  });

  afterAll(async () => {
    await on(
      1,
      `systemctl disable --now ${timer}; systemctl mask ${timer}
rm -f ${program} /etc/cron.d/upgrades; cd /etc/apt/apt.conf.d; rm -f 20auto-upgrades 50unattended-upgrades 99-no-unattended-upgrades`,
    );
  });

  it('are told where apt’s timer starts them, and whether the host is restarted after them', async () => {
    expect(await upgrades()).toBe(true);
    expect(await findings('unattended-upgrades')).toEqual(['node2: upgrades by itself']);
    await on(1, settings('20auto-upgrades', 'APT::Periodic::Unattended-Upgrade "7d";'));
    await on(1, settings('50unattended-upgrades', 'Unattended-Upgrade::Automatic-Reboot "true";'));
    expect(await upgrades()).toBe(true);
    expect(await findings('unattended-upgrades')).toEqual([
      'node2: upgrades by itself, and restarts by itself after them',
    ]);
  });

  it('are told no longer where the value of the advice has ended them', async () => {
    await on(1, settings('99-no-unattended-upgrades', 'APT::Periodic::Unattended-Upgrade "0";'));
    expect(await upgrades()).toBe(false);
    expect(await findings('unattended-upgrades')).toEqual([]);
    await on(1, 'rm /etc/apt/apt.conf.d/99-no-unattended-upgrades');
    expect(await upgrades()).toBe(true);
  });

  it('are told no longer where the timer is off, and told again where cron starts them', async () => {
    await on(1, `systemctl disable --now ${timer}`);
    expect(await findings('unattended-upgrades')).toEqual([]);
    await on(1, 'echo "0 4 * * * root unattended-upgrade -v" > /etc/cron.d/upgrades');
    expect(await findings('unattended-upgrades')).toEqual([
      'node2: upgrades by itself, and restarts by itself after them',
    ]);
    await on(1, 'echo "# root unattended-upgrade" > /etc/cron.d/upgrades');
    expect(await findings('unattended-upgrades')).toEqual([]);
  });
});

describe('a worker that dies in the middle', () => {
  it('leaves listeners whose time is bounded; the next attempt puts its own in their place', async () => {
    const never = ['connect to the ports of the other hosts', 'end the listening on ports'];
    await expect(reach({ hosts: poolThatFails(stage().dependencies.hosts, never) })).rejects.toMatchObject({
      type: 'ConnectionLostError',
      nonRetryable: false,
    });
    const unit = 'slipway-reach-check-reachability-lab-g1.service';
    const state = await on(0, `systemctl show -p ActiveState -p RuntimeMaxUSec --value ${unit}`);
    expect(state.trim().split('\n').sort()).toEqual(['1min 3s', 'active']);
    await expect(reach()).resolves.toMatchObject({ blocked: [], narrow: [] });
    expect(await traces()).toBe('');
  });

  it('leaves nothing, when nobody comes', async () => {
    const run = `systemd-run --quiet --collect --unit=slipway-reach-alone --service-type=notify`;
    await on(0, `${run} "$(command -v python3)" -c ${quote(listenProgram)} 2 token tcp:10250`);
    expect(await traces()).toContain('slipway-reach-alone.service');
    // By this name preflight knows it from a program that is in the way.
    expect(await on(0, "ss -Hltnp 'sport = :10250'")).toContain('(("slipway-reach",');
    await on(0, 'while systemctl --quiet is-active slipway-reach-alone; do sleep 0.2; done');
    expect(await on(0, 'ss -tln')).not.toContain(':10250');
  });
});

/** Scripts of these names never come to a host. */
function poolThatFails(pool: HostPool, names: readonly string[]): HostPool {
  return {
    closeAll: () => pool.closeAll(),
    connect: async (address, options) => {
      const host = await pool.connect(address, options);
      const { name, stateFolder } = host;
      const run: Host['run'] = (script, how) =>
        names.includes(how?.what ?? '')
          ? Promise.reject(new ConnectionLostError('The connection broke.', { host: name }))
          : host.run(script, how);
      return { name, stateFolder, run, close: () => host.close() } as Host;
    },
  };
}
