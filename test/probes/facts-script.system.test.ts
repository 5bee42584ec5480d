import { mkdirSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFacts } from '../../src/probes/read-facts.js';
import { SealedMachine } from '../support/sealed-machine.js';

/** What the script reads of a machine's files, by a real `sh` with the real tools for files, up to the facts. */

let machine: SealedMachine;
beforeEach(() => {
  machine = SealedMachine.open();
});
afterEach(() => {
  machine.remove();
});

const facts = () => readFacts(machine, '/data', { forPreflight: true });

describe('kernel modules', () => {
  const names = [
    ...['overlay', 'br_netfilter', 'nf_conntrack', 'nf_tables', 'vxlan', 'dummy'],
    ...['ipip', 'ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'ip_vs_wlc', 'ip_vs_lc'],
    ...['raid0', 'raid1', 'raid10'],
  ];

  /**
   * Says what kmod's says with --dry-run --verbose: nothing of a module that is built in, and of the others what it would
   * do for them and for those before them. One that the folder lacks, as all do where the folder is gone, is an error.
   */
  const modprobe = `code=0
for name in "$@"; do
  case $name in -*) continue ;; esac
  if [ -e "/etc/modprobe.d/$name" ]; then /real/cat "/etc/modprobe.d/$name"
  elif [ -e "/lib/modules/$name.ko" ]; then echo "insmod /lib/modules/kernel/x.ko "; echo "insmod /lib/modules/$name.ko "
  elif [ ! -e "/lib/modules/$name.builtin" ]; then
    echo "modprobe: FATAL: Module $name not found in directory /lib/modules/6.1.0" >&2; code=1
  fi
done
exit $code`;
  const withFile = (of: readonly string[], file: (name: string) => string, text = '') => {
    for (const name of of) machine.put(file(name), text);
  };
  const loadable = (of = names) => withFile(of, (name) => `/lib/modules/${name}.ko`);
  const builtIn = (of: readonly string[]) => withFile(of, (name) => `/lib/modules/${name}.builtin`);
  const loaded = (of: readonly string[]) => withFile(of, (name) => `/sys/module/${name}/refcnt`, '1\n');
  const refused = async () => {
    const { missingModules, refusedModules } = (await facts()).system ?? {};
    return { missing: missingModules, refused: refusedModules };
  };
  beforeEach(() => {
    machine.program('/bin/modprobe', modprobe);
  });

  it('that modprobe finds are not missing, and it is asked once for all of them', async () => {
    loadable();
    await refused();
    machine.calls();
    machine.program('/bin/modprobe', `printf '%s\\0' modprobe "$@" '\u001e' >> /record\n${modprobe}`);
    expect(await refused()).toEqual({ missing: [], refused: [] });
    expect(machine.calls().filter(([name]) => name === 'modprobe')).toHaveLength(1);
  });

  it('are missing one by one', async () => {
    loadable(names.filter((name) => name !== 'ip_vs_sh' && name !== 'raid0'));
    expect(await refused()).toEqual({ missing: ['ip_vs_sh', 'raid0'], refused: [] });
  });

  it('are missing all but those that are loaded, where the running kernel’s folder is gone', async () => {
    loaded(['overlay', 'nf_tables']);
    expect(await refused()).toEqual({
      missing: names.filter((name) => name !== 'overlay' && name !== 'nf_tables'),
      refused: [],
    });
  });

  it.each(['/bin/false', '/bin/true', '/usr/bin/false', '/usr/bin/true', 'true "by CIS"'])(
    'that modprobe.d gives %s in place of loading them are refused',
    async (command) => {
      loadable();
      machine.put('/etc/modprobe.d/overlay', `install ${command} \n`);
      machine.put('/etc/modprobe.d/ip_vs_rr', `insmod /lib/modules/ip_vs.ko \ninstall ${command} \n`);
      expect(await refused()).toEqual({
        missing: [],
        refused: [
          { name: 'overlay', by: `install ${command}` },
          { name: 'ip_vs_rr', by: `install ${command}` },
        ],
      });
    },
  );

  it('are right where modprobe.d loads them another way, and where they are there already', async () => {
    loadable(names.filter((name) => name !== 'dummy'));
    machine.put('/etc/modprobe.d/ip_vs', 'install /sbin/modprobe --ignore-install ip_vs && /bin/true \n');
    machine.put('/etc/modprobe.d/overlay', 'install /bin/false \n');
    loaded(['overlay']);
    builtIn(['dummy']);
    expect(await refused()).toEqual({ missing: [], refused: [] });
  });

  it('are refused where the kernel loads none any more, but for those that it has', async () => {
    machine.put('/proc/sys/kernel/modules_disabled', '1\n');
    loaded(names.filter((name) => !['vxlan', 'dummy', 'raid0'].includes(name)));
    loadable(['vxlan']);
    builtIn(['dummy']);
    expect(await refused()).toEqual({
      missing: ['raid0'],
      refused: [{ name: 'vxlan', by: 'kernel.modules_disabled' }],
    });
    machine.put('/proc/sys/kernel/modules_disabled', '0\n');
    expect(await refused()).toMatchObject({ refused: [] });
  });

  it('are nobody’s concern in a container', async () => {
    machine.program('/bin/systemd-detect-virt', 'exit 0');
    expect(await refused()).toEqual({ missing: null, refused: undefined });
  });
});

describe('/etc/resolv.conf', () => {
  const seen = async () => {
    const { hasResolvConf, resolvConfLink } = (await facts()).system ?? {};
    return { hasResolvConf, resolvConfLink };
  };

  it('is a file, or a link to one', async () => {
    expect(await seen()).toEqual({ hasResolvConf: false, resolvConfLink: undefined });
    machine.put('/etc/other', 'search lan\n');
    symlinkSync('other', machine.within('/etc/resolv.conf'));
    expect(await seen()).toEqual({ hasResolvConf: true, resolvConfLink: undefined });
  });

  it('is not there where it is a link to nothing, which is told apart', async () => {
    symlinkSync('search no where', machine.within('/etc/resolv.conf'));
    expect(await seen()).toEqual({ hasResolvConf: false, resolvConfLink: 'search no where' });
    expect((await facts()).searchDomains).toEqual([]);
  });
});

describe('the file of systemd-resolved', () => {
  it('is there or not', async () => {
    expect((await facts()).system?.hasResolvedFile).toBe(false);
    machine.put('/run/systemd/resolve/resolv.conf', '');
    expect((await facts()).system?.hasResolvedFile).toBe(true);
  });
});

describe('search domains', () => {
  const resolved = '/run/systemd/resolve/resolv.conf';
  const domains = async () => (await facts()).searchDomains;

  it('are those of /etc/resolv.conf, and on Ubuntu those of systemd-resolved, which kubelet gets there', async () => {
    machine.put('/etc/os-release', 'ID=ubuntu\nVERSION_ID="24.04"\n');
    expect(await domains()).toEqual([]);
    machine.put('/etc/resolv.conf', '# search not.this\nnameserver 10.0.0.1\nsearch lan example.org\n');
    expect(await domains()).toEqual(['lan', 'example.org']);
    machine.put(resolved, 'nameserver 10.0.0.1\nsearch example.org dhcp.example.net\n');
    expect(await domains()).toEqual(['lan', 'example.org', 'dhcp.example.net']);
    machine.put('/etc/resolv.conf', 'nameserver 10.0.0.1\n');
    expect(await domains()).toEqual(['example.org', 'dhcp.example.net']);
    machine.put(resolved, 'search .\n');
    expect(await domains()).toEqual([]);
  });

  it('of systemd-resolved are nobody’s where kubelet gets /etc/resolv.conf', async () => {
    machine.put('/etc/os-release', 'ID=debian\n');
    machine.put('/etc/resolv.conf', 'domain lan\n');
    machine.put(resolved, 'search dhcp.example.net\n');
    expect(await domains()).toEqual(['lan']);
  });
});

describe('what listens', () => {
  it('is told with its service where it is a part of Kubernetes', async () => {
    machine.answer(
      { text: '', code: 0 },
      {
        pgrep: { text: '9\n12\n13\n', code: 0 },
      },
    );
    machine.program(
      '/bin/ss',
      `echo 'tcp LISTEN 0 4096 *:10250 *:* users:(("kubelet",pid=9,fd=20))'
echo 'tcp LISTEN 0 4096 *:6443 *:* users:(("kube-apiserver",pid=12,fd=3))'`,
    );
    machine.put('/proc/9/cgroup', '1:name=systemd:/\n0::/system.slice/rke2-server.service\n');
    machine.put('/proc/12/cgroup', '0::/kubepods.slice/cri-containerd-1f.scope\n');
    const common = { protocol: 'tcp', address: '*' };
    expect((await facts()).system?.listeners).toEqual([
      { ...common, port: 10250, process: 'kubelet', unit: 'rke2-server.service' },
      { ...common, port: 6443, process: 'kube-apiserver' },
    ]);
  });
});

describe('GPUs', () => {
  const device = (address: string, vendor: string, kind: string) => {
    machine.put(`/sys/bus/pci/devices/${address}/vendor`, `${vendor}\n`);
    machine.put(`/sys/bus/pci/devices/${address}/class`, `${kind}\n`);
  };

  it('of NVIDIA are counted, not its other devices, and nobody else’s', async () => {
    expect((await facts()).nvidia).toEqual({ devices: 0, driver: false, runtime: false });
    device('0000:01:00.0', '0x10de', '0x030000');
    device('0000:02:00.0', '0x10de', '0x030200');
    device('0000:01:00.1', '0x10de', '0x040300');
    device('0000:00:02.0', '0x8086', '0x030000');
    mkdirSync(machine.within('/sys/bus/pci/devices/0000:00:1f.0'), { recursive: true });
    expect((await facts()).nvidia).toEqual({ devices: 2, driver: false, runtime: false });
  });

  it('have a driver, and a runtime that can be started', async () => {
    machine.put('/proc/driver/nvidia/version', 'NVRM version: 550\n');
    machine.put('/usr/bin/nvidia-container-runtime', '');
    expect((await facts()).nvidia).toEqual({ devices: 0, driver: true, runtime: false });
    machine.program('/usr/bin/nvidia-container-runtime', 'exit 0');
    expect((await facts()).nvidia).toEqual({ devices: 0, driver: true, runtime: true });
  });
});
