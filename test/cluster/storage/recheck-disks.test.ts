import { describe, expect, it } from 'vitest';
import type { BlockDevice, HostFacts } from '../../../src/cluster/facts/facts.js';
import { recheckDisks } from '../../../src/cluster/storage/recheck-disks.js';
import { aDisk, aTarget, someFacts } from '../../support/builders.js';

const target = aTarget();
/** The planned disks as they were when they were approved; `change` is the first one's. */
const disks = (change: Partial<BlockDevice> = {}) =>
  target.disks.map(({ serial, bytes, byId, nameThen }, index) =>
    aDisk({ ...{ name: nameThen, serial, size: bytes, byId: [byId] }, ...(index === 0 ? change : {}) }),
  );
const look = (blockDevices: BlockDevice[], facts: Partial<HostFacts> = {}) =>
  recheckDisks(someFacts({ blockDevices, ...facts }), target);
const problems = (...seen: Parameters<typeof look>) => look(...seen)[0]?.problems;
const member = { signature: 'linux_raid_member', uuid: 'a96501a3-955f-af1e-06f8-087d503e8c36' };
const running = {
  ...{ device: '/dev/md127', level: 'raid0', uuid: target.array.uuid, name: '', members: [], state: 'clean' },
};

describe('the disks of an approved plan', () => {
  it('are found by their serial numbers, whatever the kernel calls them now', () => {
    const renamed = disks({ name: 'nvme7n1' }).reverse();
    expect(look(renamed).map(({ name, problems: found }) => [name, found])).toEqual([
      ['nvme7n1', []],
      ['nvme1n1', []],
    ]);
  });

  it('are missed where they are gone, or only a partition of another has the number', () => {
    expect(look(disks().slice(1))[0]).toMatchObject({ name: null, problems: ['It is not there any more.'] });
    expect(problems(disks({ type: 'part' }))).toEqual(['It is not there any more.']);
  });

  it.each<[Partial<BlockDevice>, RegExp]>([
    [{ wwn: 'eui.2' }, /^Its WWN is eui\.2, not none\.$/],
    [{ size: 1 }, /^It has 1 bytes, not 1600321314816\.$/],
    [{ byId: [] }, /^\/dev\/disk\/by-id\/nvme-S0 does not point to it\.$/],
    [{ readOnly: true }, /^It is read-only\.$/],
    [{ signature: 'ext4', uuid: 'u' }, /^It has a signature: ext4 u\.$/],
    [{ signature: 'linux_raid_member', uuid: 'another' }, /that Slipway did not plan/],
  ])('are not those any more with %j', (change, problem) => {
    expect(problems(disks(change))).toEqual([expect.stringMatching(problem)]);
  });

  it('are refused where there are two of one number', () => {
    expect(problems([...disks(), aDisk({ ...disks()[0], name: 'sdz' })])).toEqual([
      'There is more than one disk with this serial number.',
    ]);
  });

  it('may be in the planned array already, and in nothing else', () => {
    expect(problems(disks(member))).toEqual([]);
    const held = { ...member, holders: ['md127'] };
    expect(problems(disks(held), { arrays: [running] })).toEqual([]);
    expect(problems(disks(held))).toContain('Something is built upon it: md127.');
    expect(problems(disks({ ...held, holders: ['md127', 'dm-0'] }), { arrays: [running] })).toContain(
      'Something is built upon it: md127, dm-0.',
    );
  });
});
