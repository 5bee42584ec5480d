import { expect, it } from 'vitest';
import { gatherFacts } from '../../../src/activities/look-at-hosts/gather-facts.js';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import type { PreflightCheck } from '../../../src/cluster/checks/preflight-checks.js';
import { specificationSchema } from '../../../src/cluster/specification/specification.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

/** A clock and a kernel of its own: only a virtual machine has them. */
let machine: LabMachine;

const stage = useLab('test-preflight-vm', async ({ lab }) => {
  machine = await lab.startVm({ name: 'worker1' });
});

const on = (script: string) => onMachine(machine, script);

const look = (): Promise<HostFacts> =>
  runStep(gatherFacts(stage().dependencies), { host: labAddressOf(machine), mountPoint: '/data' });

async function findings(check: PreflightCheck, facts?: HostFacts) {
  const specification = specificationSchema.parse({
    name: 'lab',
    hosts: [{ name: 'worker1', address: '10.0.2.15', roles: ['control-plane', 'worker'] }],
    ephemeralStorage: {},
  });
  const found = preflight({ specification, facts: { worker1: facts ?? (await look()) }, release: 'v2.31.0' });
  return found.filter((finding) => finding.check === check);
}

it('facts tell the system of a virtual machine, and are read in a few seconds even under emulation', async () => {
  await look();
  const begun = Date.now();
  const facts = await look();
  console.log(`gatherFacts on a virtual machine: ${Date.now() - begun} ms`, JSON.stringify(facts.system));
  expect(facts.system).toMatchObject({
    init: 'systemd',
    interfaces: [{ mtu: 1500, addresses: ['10.0.2.15'] }],
    unattendedUpgrades: { enabled: false, reboots: false },
  });
  expect(facts.system?.space.find(({ path }) => path === '/boot')).toMatchObject({ mountedAt: '/' });
});

it('a module that modprobe does not find is told by its name', async () => {
  expect(await findings('kernel-modules')).toEqual([]);
  const hide =
    'module=$(find "/lib/modules/$(uname -r)" -name "raid0.ko*"); mv "$module" "$module.away"; depmod -a';
  const module = (await on(`modprobe -r raid0 2>/dev/null || true; ${hide}; echo "$module"`)).trim();
  expect(await findings('kernel-modules')).toMatchObject([
    { severity: 'error', is: expect.stringMatching(/^no raid0 in Linux 6\./) as string },
  ]);
  await on(`mv ${module}.away ${module}; depmod -a`);
  expect(await findings('kernel-modules')).toEqual([]);
});

it('every module that is not loaded is told where the running kernel’s folder is gone', async () => {
  const folder = '/lib/modules/$(uname -r)';
  const loaded = (await on('ls /sys/module')).split('\n');
  await on(`mv "${folder}" "${folder}.away"`);
  const [finding] = await findings('kernel-modules');
  await on(`mv "${folder}.away" "${folder}"`);
  const names = (/^no (.*) in Linux/.exec(finding?.is ?? '')?.[1] ?? '').split(', ');
  expect(names).toEqual(expect.arrayContaining(['br_netfilter', 'ip_vs']));
  expect(names.filter((name) => loaded.includes(name))).toEqual([]);
  expect(await findings('kernel-modules')).toEqual([]);
});

it('a module that modprobe’s configuration keeps out is told with the line that does it', async () => {
  await on(
    'modprobe -r raid0 2>/dev/null || true; echo "install raid0 /bin/false" > /etc/modprobe.d/cis.conf',
  );
  expect(await findings('kernel-modules')).toMatchObject([
    { is: expect.stringMatching(/^raid0 kept out of Linux 6\.\S+ by install \/bin\/false$/) as string },
  ]);
  await on('rm /etc/modprobe.d/cis.conf');
  expect(await findings('kernel-modules')).toEqual([]);
});

it('a clock that is wrong by seconds is told, one that may be right is not', async () => {
  const right = await look();
  expect(await findings('clock', right)).toEqual([]);
  await on('date -s "+20 seconds" > /dev/null');
  expect(await findings('clock')).toMatchObject([
    {
      severity: 'warning',
      is: expect.stringMatching(/^(19|20|21)\.\d s ahead of the other machines$/) as string,
    },
  ]);
  await on('date -s "-3620 seconds" > /dev/null');
  expect(await findings('clock')).toMatchObject([
    { severity: 'error', is: '60 minutes behind the other machines' },
  ]);
});

it('a clock that nothing keeps right is told', async () => {
  expect(await findings('time-synchronization')).toMatchObject([{ severity: 'warning' }]);
});

/** Nothing takes this back but a restart, so it comes last. */
it('modules that the kernel loads no more are told with the setting', async () => {
  await on('echo 1 > /proc/sys/kernel/modules_disabled');
  const [finding] = await findings('kernel-modules');
  expect(finding?.is).toMatch(
    /^[a-z_0-9, ]*br_netfilter[a-z_0-9, ]* kept out of Linux 6\.\S+ by kernel\.modules_disabled$/,
  );
});
