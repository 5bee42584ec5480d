import { expect, it } from 'vitest';
import { mdForm, sameMdUuid } from '../../../src/cluster/storage/md-uuid.js';

const byMdadm = 'a96501a3:955faf1e:06f8087d:503e8c36';
const byBlkid = 'A96501A3-955F-AF1E-06F8-087D503E8C36';

it('is the same UUID whichever tool has written it', () => {
  expect(sameMdUuid(byMdadm, byBlkid)).toBe(true);
  expect(sameMdUuid(byMdadm, byMdadm.replace(/6$/, '7'))).toBe(false);
  expect(mdForm(byBlkid)).toBe(byMdadm);
});

it.each([null, '', 'a96501a3', `${byMdadm}:00`])(
  'is none that equals anything, itself neither: %j',
  (uuid) => {
    expect(sameMdUuid(uuid, uuid)).toBe(false);
  },
);
