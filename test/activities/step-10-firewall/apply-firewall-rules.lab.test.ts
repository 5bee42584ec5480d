import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { applyFirewallRules } from '../../../src/activities/step-10-firewall/apply-firewall-rules.js';
import { firewallFolder } from '../../../src/probes/firewall-state.js';
import { armAndLoad, firewallUndoScript } from '../../../src/activities/step-10-firewall/firewall-undo.js';
import { verifyHost } from '../../../src/activities/step-09-confirm/verify-host.js';
import { firewallRuleSet } from '../../../src/cluster/network/firewall.js';
import { specificationSchema } from '../../../src/cluster/specification/specification.js';
import { ConnectionLostError } from '../../../src/hosts/errors.js';
import type { Host } from '../../../src/hosts/host.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

/** Rules that let nobody in: no port of ssh, and connections that stand are cut too. */
const lockOut = `table inet slipway
delete table inet slipway
table inet slipway {
	chain input {
		type filter hook input priority filter; policy drop;
	}
}
`;
/** A table of somebody else, which must be there at the end. */
const foreignTable =
  'table inet operator { chain input { type filter hook input priority 10; policy accept; }; }';

/** Something listens on each of them besides sshd. */
const ports = [2379, 6443, 8443, 10250, 30080];

let machine: LabMachine;
/** Another node of the cluster: a worker. */
let neighbour: LabMachine;

const on = (script: string) => onMachine(machine, script);

const stage = useLab('test-firewall', async ({ lab }) => {
  machine = await lab.startMachine({ name: 'node1' });
  neighbour = await lab.startMachine({ name: 'node2' });
  await on(`nft '${foreignTable}'
for port in ${ports.join(' ')}; do
  systemd-run --quiet --unit=listen-$port python3 -m http.server $port
done`);
});

/** The specification names another ssh port than sshd has, as behind a port forwarding. */
function ruleSet(openPorts: { port: number }[] = []): string {
  const specification = specificationSchema.parse({
    name: 'lab',
    hosts: [
      { name: 'node1', address: machine.address, port: 2299, roles: ['control-plane', 'etcd'] },
      { name: 'node2', address: neighbour.address, roles: ['worker'] },
    ],
    firewall: { openPorts },
  });
  return firewallRuleSet({ specification, host: 'node1' });
}

const apply = (rules: string, undoAfterSeconds = 20) =>
  runStep(applyFirewallRules({ ...stage().dependencies, undoAfterSeconds }), {
    host: labAddressOf(machine),
    ruleSet: rules,
  });

function getsIn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: machine.address, port, timeout: 1500 });
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });
}

/** Those of the ports at which a new connection from outside the cluster gets in. */
async function openOf(tried: readonly number[]): Promise<number[]> {
  const open = await Promise.all(tried.map(getsIn));
  return tried.filter((_, index) => open[index]);
}

describe('the firewall of a real machine', () => {
  it('is open before', async () => {
    await expect
      .poll(() => Promise.all([22, 2379, 8443, 30080].map(getsIn)))
      .toEqual([true, true, true, true]);
  });

  it('lets in what the rules say and nothing else; ssh stays on the port that sshd has', async () => {
    await expect(apply(ruleSet([{ port: 8443 }]))).resolves.toMatchObject({ outcome: 'changed' });
    expect(await openOf([22, ...ports])).toEqual([22, 8443]);
  });

  it('lets a worker of the cluster reach the API server and kubelet, but not etcd, and answers pings', async () => {
    const { stdout } = await neighbour.run(`ping -c 1 -W 2 ${machine.address} > /dev/null && echo pong
for port in ${[22, ...ports].join(' ')}; do
  if timeout 2 bash -c "< /dev/tcp/${machine.address}/$port" 2> /dev/null; then echo $port; fi
done`);
    expect(stdout.trim().split('\n')).toEqual(['pong', '22', '6443', '8443', '10250']);
  });

  it('is unchanged the second time', async () => {
    await expect(apply(ruleSet([{ port: 8443 }]))).resolves.toMatchObject({ outcome: 'unchanged' });
  });

  it('leaves other tables alone, and no undo armed', async () => {
    expect(await on('nft list tables')).toContain('table inet operator');
    expect(await on('systemctl list-units --all --plain')).not.toContain('slipway-firewall-undo');
  });

  it('is there again after a restart, before anybody does anything', async () => {
    await machine.powerCut();
    await machine.start();
    await on('systemd-run --quiet --unit=listen-30080 python3 -m http.server 30080');
    await on('until ss -tln | grep -q :30080; do sleep 0.2; done');
    expect(await openOf([22, 30080])).toEqual([22]);
    await expect(apply(ruleSet([{ port: 8443 }]))).resolves.toMatchObject({ outcome: 'unchanged' });
  });

  it('is put back when somebody has taken rules away, and verification says so before', async () => {
    const verify = async () => {
      const input = { host: labAddressOf(machine), units: [], kernelParameters: false, firewall: true };
      return (await runStep(verifyHost(stage().dependencies), input)).checks;
    };
    expect(await verify()).toMatchObject([{ check: 'firewall-rules', passed: true }]);
    await on('nft flush chain inet slipway input; nft add rule inet slipway input accept');
    expect(await verify()).toMatchObject([{ check: 'firewall-rules', passed: false }]);
    await expect(apply(ruleSet([{ port: 8443 }]))).resolves.toMatchObject({ outcome: 'changed' });
    expect(await getsIn(30080)).toBe(false);
    expect(await verify()).toMatchObject([{ check: 'firewall-rules', passed: true }]);
  });
});

describe('rules that lock the worker out', () => {
  it('are undone by the host itself, and the step says so', async () => {
    const before = await on('nft -s list table inet slipway');
    await expect(apply(lockOut, 5)).rejects.toMatchObject({
      type: 'LockedOutError',
      nonRetryable: true,
      message:
        'The firewall rules kept this worker from connecting to node1 anew within 5 s; its previous rules are back.',
    });
    expect(await on('nft -s list table inet slipway')).toBe(before);
    expect(await on('cat /etc/nftables.d/slipway.nft')).toBe(ruleSetWithSsh());
  });

  it('do not come back with a restart', async () => {
    await machine.powerCut();
    await machine.start();
    expect(await getsIn(22)).toBe(true);
    await expect(apply(ruleSet([{ port: 8443 }]))).resolves.toMatchObject({ outcome: 'unchanged' });
  });

  const ruleSetWithSsh = () => ruleSet([{ port: 8443 }]).replace('{ 2299 }', '{ 2299, 22 }');
});

describe('an attempt whose worker died after loading', () => {
  it('does not undo what a later attempt has proven', async () => {
    const host = await stage().dependencies.hosts.connect(labAddressOf(machine));
    const folder = firewallFolder(host);
    await host.writeFile(folder.wanted, ruleSet([{ port: 1 }]));
    await host.writeFile(folder.undo, firewallUndoScript(folder).text);
    await host.run(armAndLoad(folder, 'dead', 6));
    await host.close();

    await expect(apply(ruleSet([{ port: 30080 }]))).resolves.toMatchObject({ outcome: 'changed' });
    await on(
      'while systemctl --quiet is-active slipway-firewall-undo-dead.timer; do sleep 0.5; done; sleep 1',
    );
    expect(await on('nft list table inet slipway')).toContain('tcp dport 30080 accept');
    await expect(apply(ruleSet([{ port: 30080 }]))).resolves.toMatchObject({ outcome: 'unchanged' });
  });

  it('is undone when nobody comes back', async () => {
    const host = await stage().dependencies.hosts.connect(labAddressOf(machine));
    const folder = firewallFolder(host);
    const before = await on('nft -s list table inet slipway');
    await host.writeFile(folder.wanted, ruleSet([{ port: 1 }]));
    await host.run(armAndLoad(folder, 'alone', 2));
    await host.close();
    expect(await on('nft list table inet slipway')).toContain('tcp dport 1 accept');
    await expect
      .poll(() => on('nft -s list table inet slipway'), { timeout: 15_000, interval: 500 })
      .toBe(before);
  });
});

describe('a connection that breaks as the rules are being loaded', () => {
  it('before the host has heard of it: nothing is loaded or kept, and the next attempt does it', async () => {
    const { hosts } = stage().dependencies;
    let cuts = 1;
    const cutting: HostPool = {
      connect: async (address, options) =>
        cutWhileLoading(await hosts.connect(address, options), () => cuts-- > 0),
      closeAll: () => hosts.closeAll(),
    };
    const before = await on('nft -s list table inet slipway; cat /etc/nftables.d/slipway.nft');
    const attempt = () =>
      runStep(applyFirewallRules({ ...stage().dependencies, hosts: cutting, undoAfterSeconds: 20 }), {
        host: labAddressOf(machine),
        ruleSet: ruleSet([{ port: 6443 }]),
      });
    await expect(attempt()).rejects.toMatchObject({ type: 'ConnectionLostError', nonRetryable: false });
    expect(await on('nft -s list table inet slipway; cat /etc/nftables.d/slipway.nft')).toBe(before);
    await expect(attempt()).resolves.toMatchObject({ outcome: 'changed' });
  });

  function cutWhileLoading(host: Host, isCut: () => boolean): Host {
    const run: Host['run'] = (script, options) => {
      if (options?.what !== 'load the firewall rules' || !isCut()) return host.run(script, options);
      return Promise.reject(new ConnectionLostError('The connection broke.', { host: host.name }));
    };
    return new Proxy(host, {
      get: (target, name) => {
        if (name === 'run') return run;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
});

describe('what the step refuses', () => {
  it('rules that nft does not accept: nothing changes', async () => {
    const before = await on('nft list ruleset');
    await expect(apply('table inet slipway {\n\tnonsense\n}\n')).rejects.toMatchObject({
      type: 'RefusedError',
    });
    expect(await on('nft list ruleset')).toBe(before);
  });

  it('a host on which ufw is active, with the list of what to let in', async () => {
    await on('mkdir -p /etc/ufw; echo ENABLED=yes > /etc/ufw/ufw.conf');
    await expect(apply(ruleSet())).rejects.toMatchObject({
      type: 'RefusedError',
      message: 'ufw is active on node1, and Slipway changes no firewall that somebody else set up.',
      details: [{ advice: expect.stringContaining('tcp 2379 (etcd clients)') as string }],
    });
    await on('echo ENABLED=no > /etc/ufw/ufw.conf');
  });
});
