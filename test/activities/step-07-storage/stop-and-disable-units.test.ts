import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { StepResult, StorageInput } from '../../../src/protocol/step-inputs.js';
import { startAndEnableUnits } from '../../../src/activities/step-07-storage/start-and-enable-units.js';
import { stopAndDisableUnits } from '../../../src/activities/step-07-storage/stop-and-disable-units.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { aTarget } from '../../support/builders.js';

const moves = [{ from: '/var/lib/kubelet', to: '/data/kubelet', unit: 'kubelet' }];
const input: StorageInput = {
  host: { kind: 'local', name: 'worker1', cluster: 'akash' },
  target: aTarget({ layout: 'bind', path: 'migrate', moves }),
  jobKey: 'units-1',
};

const sync = /^sync -f \/etc\/systemd\/system$/;

/** A worker with a kubelet, whose units obey. */
function worker(state: 'on' | 'off') {
  let now = state;
  const turn = (to: 'on' | 'off') => () => {
    now = to;
    return '';
  };
  return new FakeHost('worker1')
    .when(/^on_array|moved\(\)/, '')
    .when(/systemctl show -p Id,/, () => {
      const [active, enabled] = now === 'on' ? ['active', 'enabled'] : ['inactive', 'disabled'];
      return `3600.00\n\nId=kubelet.service\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${enabled}\n`;
    })
    .when(sync, '')
    .when(/systemctl enable --now/, turn('on'))
    .when(/systemctl disable --now/, turn('off'));
}

describe.each([
  ['stopAndDisableUnits', stopAndDisableUnits, 'on', /systemctl disable --now/],
  ['startAndEnableUnits', startAndEnableUnits, 'off', /systemctl enable --now/],
] as const)('%s', (_name, make, before, command) => {
  const runOn = (host: FakeHost): Promise<StepResult> =>
    new MockActivityEnvironment().run(make({ hosts: new FakeHostPool([host]) }), input);

  it('keeps through a power cut what systemctl changed', async () => {
    const host = worker(before);
    expect(await runOn(host)).toMatchObject({ outcome: 'changed' });
    const texts = host.scripts();
    const changing = texts.findIndex((text) => command.test(text));
    expect(changing).toBeGreaterThan(-1);
    expect(texts.findIndex((text, index) => index > changing && sync.test(text))).toBeGreaterThan(changing);
  });

  it('keeps what an attempt changed that did not live to say so', async () => {
    const host = worker(before === 'on' ? 'off' : 'on');
    expect(await runOn(host)).toMatchObject({ outcome: 'unchanged' });
    expect(host.scripts(command)).toEqual([]);
    expect(host.scripts(sync)).not.toEqual([]);
  });
});
