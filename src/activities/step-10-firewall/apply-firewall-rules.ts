import { randomBytes } from 'node:crypto';
import { admitSshPort, firewallUnit, policiesOf, ruleSetFile } from '../../cluster/network/firewall.js';
import { counted } from '../../cluster/text/quantities.js';
import { ConnectionLostError, NotProvenError, RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import type { Dependencies } from '../running/dependencies.js';
import {
  firewallFolder,
  firewallUnitFile,
  firewallUnitText,
  isAsProven,
  readFirewallState,
} from '../../probes/firewall-state.js';
import { armAndLoad, firewallUndoScript } from './firewall-undo.js';
import { proveWayIn, type Attempt } from './prove-way-in.js';
import { wayIn } from './way-in.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { syncUnits } from '../../probes/units.js';

/** Settings that only tests change. */
export interface FirewallSettings {
  /** Seconds after which the host puts the previous rules back unless the worker has got in again. Default 30. */
  readonly undoAfterSeconds?: number;
}

/**
 * Step 10: the firewall's rules. They are loaded with an undo armed on the host itself, proven by a new connection, and
 * only then kept for the next boot: rules that lock the worker out last for seconds, and no restart brings them back.
 */
export const applyFirewallRules = hostStep(
  'applyFirewallRules',
  async (host, input, { hosts, undoAfterSeconds = 30 }: Pick<Dependencies, 'hosts'> & FirewallSettings) => {
    await refuseOtherFirewall(host, input.ruleSet);
    const cameBy = input.host.kind === 'ssh' ? await wayIn(host) : undefined;
    const ruleSet = cameBy ? admitSshPort(input.ruleSet, cameBy.port) : input.ruleSet;
    const summary = `${counted(policiesOf(ruleSet).length, 'policy', 'policies')} in the table inet slipway`;
    if (await isInForce(host, ruleSet)) return unchanged(summary);

    await stage(host, ruleSet);
    const begun = Date.now();
    const attempt = { name: randomBytes(4).toString('hex'), host, cameBy, undoAfterSeconds, begun };
    await load(attempt);
    await proveWayIn({ hosts }, input.host, attempt);
    await keep(host, ruleSet);

    if (!(await isInForce(host, ruleSet))) {
      throw new NotProvenError(`The firewall of ${host.name} is not as it was left a moment ago.`, {
        host: host.name,
        advice: `Look whether something else on ${host.name} changes nftables or ${firewallUnit}.`,
      });
    }
    return changed(`${summary}; a new connection got in`);
  },
);

async function refuseOtherFirewall(host: Host, ruleSet: string): Promise<void> {
  const { stdout } = await host.run(
    sh`command -v nft > /dev/null || echo nft-missing
if systemctl is-active --quiet firewalld; then echo firewalld; fi
if grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then echo ufw; fi`,
    { what: 'look for other firewalls' },
  );
  const [found] = stdout.trim().split('\n');
  if (found === 'nft-missing') {
    throw new RefusedError(`nftables is not installed on ${host.name}.`, {
      host: host.name,
      advice: `Run "apt-get install nftables" on ${host.name}.`,
    });
  }
  if (found) {
    throw new RefusedError(
      `${found} is active on ${host.name}, and Slipway changes no firewall that somebody else set up.`,
      {
        host: host.name,
        advice:
          `Either let in with ${found}: ${policiesOf(ruleSet).join(', ')}, and set firewall.enabled to false; ` +
          `or turn ${found} off and try again.`,
      },
    );
  }
}

async function isInForce(host: Host, ruleSet: string): Promise<boolean> {
  const state = await readFirewallState(host);
  return state.kept === ruleSet && state.unit && isAsProven(state);
}

/** Puts the rules and the undo on the host, and has nft check them; nothing is in force yet. */
async function stage(host: Host, ruleSet: string): Promise<void> {
  const folder = firewallFolder(host);
  await host.writeFile(folder.wanted, ruleSet, { mode: 0o600 });
  await host.writeFile(folder.undo, firewallUndoScript(folder).text, { mode: 0o600 });
  const script = sh`chmod 700 ${folder.path}
nft -c -f ${folder.wanted} 2>&1`;
  const { exitCode, stdout } = await host.run(script, { accept: 'any', what: 'check the firewall rules' });
  if (exitCode === 0) return;
  throw new RefusedError(`nft on ${host.name} does not accept the firewall rules.`, {
    host: host.name,
    command: `nft -c -f ${folder.wanted}`,
    output: stdout.slice(-4096),
    advice: `Look at ${folder.wanted} on ${host.name}; "Operation not permitted" means a container without its own network.`,
  });
}

/** A lost answer says nothing: whether the rules stand is for {@link proveWayIn} to find out. */
async function load({ host, name, undoAfterSeconds }: Attempt): Promise<void> {
  try {
    await host.run(armAndLoad(firewallFolder(host), name, undoAfterSeconds), {
      what: 'load the firewall rules',
      timeout: undoAfterSeconds * 1000,
    });
  } catch (error) {
    if (!(error instanceof ConnectionLostError)) throw error;
  }
}

/** Keeps proven rules for the next boot. The start comes last: a unit that runs has been synced as enabled. */
async function keep(host: Host, ruleSet: string): Promise<void> {
  await host.writeFile(ruleSetFile, ruleSet, { mode: 0o600 });
  await host.writeFile(firewallUnitFile, firewallUnitText);
  await host.run(
    sh`systemctl daemon-reload
systemctl --quiet enable ${firewallUnit}
${syncUnits}
systemctl start ${firewallUnit}`,
    { what: 'enable the firewall unit' },
  );
}
