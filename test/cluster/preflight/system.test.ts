import { describe, expect, it } from 'vitest';
import type { SystemFacts } from '../../../src/cluster/facts/system-facts.js';
import { type Scene, found } from '../../support/preflight-scene.js';

describe('upgrades that happen by themselves', () => {
  const adviceOf = (unattendedUpgrades: SystemFacts['unattendedUpgrades']) =>
    found({ system: { unattendedUpgrades } }).map(({ advice }) => advice);

  it('are ended by what starts them: the timer, or the value that it asks for', () => {
    const timer = { enabled: true, reboots: false, startedBy: ['apt-daily-upgrade.timer'] };
    expect(adviceOf(timer)).toEqual([
      'systemctl disable --now apt-daily-upgrade.timer, or write APT::Periodic::Unattended-Upgrade "0"; into ' +
        '/etc/apt/apt.conf.d/99-no-unattended-upgrades, which apt reads after its other files.',
    ]);
    expect(adviceOf({ enabled: true, reboots: false })).toEqual(adviceOf(timer));
    expect(adviceOf({ ...timer, reboots: true })[0]).toContain(
      'Unattended-Upgrade::Automatic-Reboot "false";',
    );
  });

  it('are ended in the table of cron where they are started, because it asks for no value', () => {
    const [advice] = adviceOf({ enabled: true, reboots: false, startedBy: ['/etc/cron.d/upgrades'] });
    expect(advice).toBe('Take unattended-upgrade out of /etc/cron.d/upgrades.');
  });
});

describe('swap', () => {
  const facts = { swaps: ['/dev/sda2'] };
  const swap = (variables: Scene['variables'] = {}) =>
    found({ facts, variables }).find(({ check }) => check === 'swap');

  it('is turned off by Kubespray, unless it is told not to', () => {
    expect(swap()?.advice).toContain('Nothing is to be done: Kubespray turns it off');
    const kept = swap({ kubelet_fail_swap_on: false });
    expect(kept?.severity).toBe('warning');
    expect(kept?.advice).not.toContain('Kubespray turns it off');
    expect(kept?.shouldBe).not.toContain('does not start');
    expect(`${kept?.shouldBe} ${kept?.advice}`).toContain('kubelet_fail_swap_on');
  });
});
