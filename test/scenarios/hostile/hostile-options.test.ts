import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absolutePath,
  hostAddress,
  hostKey,
  ipAddress,
  keyPath,
  linuxUser,
  localPath,
  nodeName,
} from '../../../src/cluster/specification/fields.js';
import {
  specificationSchema,
  type SpecificationInput,
} from '../../../src/cluster/specification/specification.js';
import { jobFolder } from '../../../src/hosts/jobs/job-folder.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { commands } from './hostile-inputs.js';
import { documentHosts } from '../../support/builders.js';
import { hostile } from '../../support/hostile.js';

/**
 * What scripts put where a command looks for names and paths, without `--` before it, cannot begin as an option does:
 * its form is checked before it comes there.
 */

const option = fc.oneof(
  fc.stringMatching(/^-{1,2}[a-zA-Z0-9=,./:@-]{0,20}$/),
  hostile.map((text) => `-${text}`),
);
const kubespray = (key: string) => (value: string) => {
  const input = { name: 'akash', hosts: documentHosts, kubespray: { [key]: value } } as SpecificationInput;
  return specificationSchema.safeParse(input).success;
}; // prettier-ignore

const job = (key: string) => {
  try {
    jobFolder(new FakeHost(), { key });
    return true;
  } catch {
    return false;
  }
};

describe('a text that begins as an option', () => {
  it.each<[string, (value: string) => boolean]>([
    ['the name of a host or cluster', (value) => nodeName.safeParse(value).success],
    ['an address', (value) => hostAddress.safeParse(value).success],
    ['an IP address', (value) => ipAddress.safeParse(value).success],
    ['a user', (value) => linuxUser.safeParse(value).success],
    ['a mount point', (value) => absolutePath.safeParse(value).success],
    ['a local path', (value) => localPath.safeParse(value).success],
    ['the path of a key', (value) => keyPath.safeParse(value).success],
    ['a host key', (value) => hostKey.safeParse(value).success],
    ['a repository', kubespray('repository')],
    ['a branch or tag', kubespray('ref')],
    ['a release', kubespray('release')],
    ['the key of a job', job],
  ])('is not %s', (_, isTaken) => {
    fc.assert(
      fc.property(option, (text) => {
        expect(isTaken(text)).toBe(false);
      }),
    );
  });
});

/** Activities are given the key as it is, and folders and units are named by it. */
it('no text that a shell would read as more than a word is the key of a job', () => {
  fc.assert(
    fc.property(fc.oneof(commands, hostile), (text) => {
      fc.pre(!/^[a-z0-9][a-z0-9-]*$/.test(text));
      expect(job(text)).toBe(false);
    }),
  );
});
