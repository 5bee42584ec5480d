import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ansibleConfig, knownHostsText } from '../../../src/cluster/kubespray/ansible-config.js';
import { clusterFolders } from '../../../src/cluster/kubespray/folders.js';
import { editFstab } from '../../../src/cluster/storage/fstab.js';
import { absolutePath, hostAddress, hostKey } from '../../../src/cluster/specification/fields.js';
import { fingerprint, hostKeyFromWire, hostKeyText } from '../../../src/hosts/host-key.js';
import { KnownHosts } from '../../../src/hosts/ssh/known-hosts.js';
import { aTarget } from '../../support/builders.js';
import { hostile } from '../../support/hostile.js';
import { mountLinesOf, pathsByPython, settingsByPython } from './real-parsers.js';

/** The files that are not YAML, read by the programs that they are written for. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-written-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const many = (size: number) => ({ minLength: size, maxLength: size });
const once = { numRuns: 1, endOnFailure: true };

/** Kubespray's own file may say anything; names of settings in any case, and sections that mean something elsewhere. */
const kubesprayLine = fc.oneof(
  fc.constantFrom('[defaults]', '[ssh_connection]', '[inventory]', '[__proto__]', '[constructor]', '[DEFAULTS]'),
  fc.constantFrom('Private_Key_File = /x', 'SSH_ARGS=-o x', 'fact_caching_connection : /tmp', '__proto__ = x', 'Library = x'),
  fc.tuple(fc.stringMatching(/^[a-z_]{1,8}$/), hostile).map(([key, value]) => `${key} = ${value.replace(/[\p{Surrogate}\r]/gu, '')}`),
  hostile.map((text) => `# ${text.replace(/\s|\p{Surrogate}/gu, ' ')}`),
); // prettier-ignore
const path = fc.stringMatching(/^(\/[A-Za-z0-9@._+=,-][A-Za-z0-9@~._+=,-]{0,8}){1,4}$/);

describe('ansible.cfg, read by ConfigParser', () => {
  it('has every setting of Slipway’s as it was meant, whatever Kubespray’s own file says (500 files)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(path, path, fc.array(kubesprayLine, { maxLength: 12 })), many(500)),
        (all) => {
          const folders = all.map(([home]) => clusterFolders(home, 'akash'));
          const texts = all.map(([home, privateKey, lines], index) =>
            ansibleConfig({
              kubespray: lines.join('\n'),
              folders: folders[index] ?? clusterFolders(home, 'akash'),
              controlPath: `${home}/cp`,
              privateKey,
              hostCount: 3,
            }),
          );
          const read = settingsByPython(texts);
          const words = pathsByPython(read.map((each) => each['ssh_connection']?.['ssh_args'] ?? ''));
          const paths = pathsByPython(all.flatMap(([home, privateKey]) => [home, privateKey]));
          all.forEach(([home, privateKey], index) => {
            expect(read[index]).toMatchObject({
              defaults: {
                host_key_checking: 'True',
                private_key_file: privateKey,
                fact_caching_connection: folders[index]?.factCache,
                callback_plugins: folders[index]?.callbackPlugins,
                callbacks_enabled: 'slipway_events',
              },
              ssh_connection: { control_path_dir: `${home}/cp` },
            });
            expect(words[index]?.words).toEqual(
              expect.arrayContaining([
                'StrictHostKeyChecking=yes',
                `UserKnownHostsFile=${folders[index]?.knownHosts ?? ''}`,
              ]),
            );
          });
          expect(paths.map((each) => each.path)).toEqual(
            all.flatMap(([home, privateKey]) => [home, privateKey]),
          );
        },
      ),
      once,
    );
    expect(({} as Record<string, unknown>)['private_key_file']).toBeUndefined();
  });
});

describe('fstab, read by findmnt', () => {
  const mountPoint = fc
    .stringMatching(/^(\/[A-Za-z0-9._+-]{1,8}){1,3}$/)
    .filter((each) => absolutePath.safeParse(each).success);
  const present = fc.array(
    fc.oneof(
      fc.constantFrom('UUID=1 / ext4 defaults 0 1', '/dev/sdb1\t/mnt\\040x ext4 rw 0 2', '# a comment', '', '  ', 'none swap swap sw'),
      hostile.map((text) => `/dev/x ${text.replace(/[\n\r\0]|\p{Surrogate}/gu, '')}`),
    ),
    { maxLength: 6 },
  ); // prettier-ignore

  it('mounts the array where it was meant, and everything else as before (300 files)', () => {
    const runs = fc.property(present, mountPoint, fc.constantFrom('', '\n'), (lines, place, end) => {
      const moves = [{ from: '/var/lib/kubelet', to: `${place}/kubelet`, unit: 'kubelet' }];
      const target = aTarget({ mountPoint: place, moves });
      const file = join(folder, 'fstab');
      const before = lines.join('\n') + end;
      const edited = editFstab({ fstab: before, target, binds: true });
      fc.pre(edited.kind === 'text');
      writeFileSync(file, `${before}\nUUID=last /last ext4 rw\n`);
      const wanted = mountLinesOf(file).slice(0, -1);
      writeFileSync(file, edited.text);
      const options = { array: 'defaults,discard,nofail', bind: 'bind,nofail' };
      expect(mountLinesOf(file)).toEqual([
        ...wanted,
        { source: `UUID=${target.fileSystem.uuid}`, target: place, fstype: 'ext4', options: options.array },
        {
          source: `${place}/kubelet`,
          target: '/var/lib/kubelet',
          fstype: 'none',
          options: `${options.bind},x-systemd.requires-mounts-for=${place}`,
        },
      ]);
    });
    fc.assert(runs, { numRuns: 300 });
  });
});

describe('known_hosts, read by ssh-keygen', () => {
  const wire = fc.uint8Array(many(32)).map((bytes) => {
    const part = (data: Uint8Array) => Buffer.concat([Buffer.from([0, 0, 0, data.length]), data]);
    return hostKeyFromWire(Buffer.concat([part(Buffer.from('ssh-ed25519')), part(bytes)]));
  });
  const address = fc
    .oneof(fc.ipV4(), fc.domain(), fc.constantFrom('Node2.Example', '::1', 'fe80::1', 'x'))
    .filter((each) => hostAddress.safeParse(each).success);
  const host = fc.record({ address, port: fc.constantFrom(22, 2222, 65535), key: wire });

  it('tells the key of each host, and no other, in the worker’s file and in Ansible’s (100 hosts)', async () => {
    const selector = (each: { address: string }) => each.address.toLowerCase();
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(host, { selector, ...many(100) }), async (hosts) => {
        const [own, ansible] = [join(folder, 'own'), join(folder, 'ansible')];
        for (const { key, ...at } of hosts) await new KnownHosts(own).pin(at, key);
        const lines = hosts.map(({ key, ...at }) => ({ ...at, hostKey: hostKeyText(key) }));
        expect(lines.every((each) => hostKey.safeParse(each.hostKey).success)).toBe(true);
        writeFileSync(ansible, knownHostsText(lines));
        for (const file of [own, ansible]) {
          hosts.forEach(({ address: name, port, key }) => {
            const words = ['-F', port === 22 ? name : `[${name}]:${port}`, '-l', '-f', file];
            const found = execFileSync('ssh-keygen', words).toString('utf8').split('\n');
            expect(found.filter((line) => line !== '' && !line.startsWith('#'))).toHaveLength(1);
            expect(found.join(' ')).toContain(` ${fingerprint(key)} `);
          });
        }
      }),
      once,
    );
  });
});
