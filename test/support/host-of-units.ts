import type { StorageInput } from '../../src/protocol/step-inputs.js';
import { FakeHost } from '../fakes/fake-host.js';
import { aTarget } from './builders.js';

const moves = [{ from: '/var/lib/kubelet', to: '/data/kubelet', unit: 'kubelet' }];

/** What the steps that stop and start units are asked for. */
export const input: StorageInput = {
  host: { kind: 'local', name: 'worker1', cluster: 'akash' },
  target: aTarget({ layout: 'bind', path: 'migrate', moves }),
  jobKey: 'units-1',
};

/** What makes a change of units outlive a power cut. */
export const sync = /^sync -f \/etc\/systemd\/system$/;

/** A worker with a kubelet, whose units obey. */
export function worker(state: 'on' | 'off') {
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
