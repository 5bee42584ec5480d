import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  clientCertificateIn,
  parseKubeletIdentity,
  type KubeletIdentity,
} from '../../src/cluster/facts/kubelet-identity.js';
import { splitSections } from '../../src/cluster/facts/sections.js';
import { kubeletIdentityScript } from '../../src/probes/kubelet-identity.js';

/** The real script by a real `sh`, on folders with real certificates, up to what is known of the kubelet. */

let folder: string;
const at = (...parts: readonly string[]) => join(folder, ...parts);
const text = (name: string) => readFile(at(name), 'utf8');
const base64 = (of: string) => Buffer.from(of).toString('base64');
let ca: string;
let client: string;
let key: string;
let expired: string;
const token = 'abcdef.0123456789abcdef';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-identity-'));
  const openssl = (...words: readonly string[]) => execa('openssl', words, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'];
  for (const name of ['ca', 'root']) {
    await openssl('req', '-x509', ...newKey, `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`);
  }
  await openssl('req', ...newKey, 'c.key', '-out', 'c.csr', '-subj', '/O=system:nodes/CN=system:node:node4');
  await openssl('x509', '-req', '-in', 'c.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-out', 'c.crt');
  await openssl('x509', '-req', '-in', 'c.csr', '-signkey', 'c.key', '-days', '-1', '-out', 'old.crt');
  await writeFile(at('current.pem'), (await text('c.crt')) + (await text('c.key')));
  await writeFile(at('own.pem'), (await text('c.key')) + (await text('c.crt')));
  await writeFile(at('nonsense.pem'), 'stand-in');
  await writeFile(at('bundle.crt'), (await text('root.crt')) + (await text('ca.crt')));
  await writeFile(at('cut.crt'), (await text('ca.crt')).trimEnd());
  [ca, client, key, expired] = (await Promise.all(['ca.crt', 'c.crt', 'c.key', 'old.crt'].map(text))) as [
    ...[string, string, string, string],
  ];
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  for (const name of ['kubernetes', 'kubelet', 'processes', 'bin']) {
    await rm(at(name), { recursive: true, force: true });
    await mkdir(at(name));
  }
});

const put = async (path: string, content: string) => {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), content);
};
const conf = (content: string) => put('kubernetes/kubelet.conf', content);

/** As kubeadm writes it after a join. Parts are the lines of the cluster and of the user. */
const kubeconfig = ({
  authority = `certificate-authority-data: ${base64(ca)}`,
  server = 'https://10.9.9.9:6443',
  user = `client-certificate: ${at('current.pem')}\n    client-key: ${at('current.pem')}`,
} = {}) => `apiVersion: v1
clusters:
- cluster:
    ${authority}
    server: ${server}
  name: default-cluster
contexts:
- context:
    cluster: default-cluster
    namespace: default
    user: default-auth
  name: default-context
current-context: default-context
kind: Config
preferences: {}
users:
- name: default-auth
  user:
    ${user}
`;

interface Options {
  /** Where programs are looked for before all others, or alone. */
  readonly path?: string;
}

async function answer({ path = `${at('bin')}:${process.env['PATH']}` }: Options = {}): Promise<string> {
  const script = kubeletIdentityScript({
    kubernetes: at('kubernetes'),
    kubelet: at('kubelet'),
    processes: at('processes'),
  }).text;
  const section = `section() { printf '\n@@ %s\n' "$1"; }`;
  const { stdout } = await execa('/bin/sh', ['-eu', '-c', `${section}\n${script}\nsection end`], {
    ...{ env: { PATH: path }, extendEnv: false, stdin: 'ignore' },
  });
  return stdout;
}
async function identity(options?: Options): Promise<KubeletIdentity | undefined> {
  return parseKubeletIdentity(splitSections(await answer(options), '@@'));
}
const named = async () => clientCertificateIn(splitSections(await answer(), '@@'));
const fingerprint = async (name: string) => {
  const { stdout } = await execa('openssl', ['x509', '-in', at(name), '-noout', '-fingerprint', '-sha256']);
  return stdout.replace(/^.*=/, '').replaceAll(':', '').toLowerCase();
};

describe('a kubelet.conf that kubelet accepts', () => {
  const inline = (certificate: string) =>
    `client-certificate-data: ${base64(certificate)}\n    client-key-data: ${base64(key)}`;
  const file = () => `client-certificate: ${at('current.pem')}`;

  it.each<[string, () => string]>([
    ['as kubeadm writes it', () => kubeconfig()],
    ['that holds its certificate', () => kubeconfig({ user: inline(client) })],
    ['that holds a certificate without a last newline', () => kubeconfig({ user: inline(client.trimEnd()) })],
    ['with a comment behind the path', () => kubeconfig({ user: `${file()} # rotated` })],
    ['with a blank behind the path', () => kubeconfig({ user: `${file()} ` })],
    ['with lines that end as on Windows', () => kubeconfig().replaceAll('\n', '\r\n')],
    ['without a last newline', () => kubeconfig().trimEnd()],
    ['with a path in quotes', () => kubeconfig({ user: `client-certificate: "${at('current.pem')}"` })],
    ['with a path of its own folder', () => kubeconfig({ user: 'client-certificate: ../current.pem' })],
    ['with a key before the certificate', () => kubeconfig({ user: `client-certificate: ${at('own.pem')}` })],
    [
      'that names one and holds another certificate, which goes first',
      () => kubeconfig({ user: `client-certificate: /nope.pem\n    ${inline(client)}` }),
    ],
    [
      'that names and holds a CA, which goes first',
      () => kubeconfig({ authority: `certificate-authority: /nope\n    certificate-authority-data: ${base64(ca)}` }),
    ],
    [
      'with another user before its own',
      () => kubeconfig().replace('users:\n', 'users:\n- name: a\n  user:\n    client-certificate: /nope.pem\n'),
    ],
    [
      'with another cluster before its own',
      () =>
        kubeconfig().replace('clusters:\n', 'clusters:\n- name: a\n  cluster:\n    server: https://10.0.0.7:6443\n'),
    ],
    ['with a CA that lacks its last newline', () => kubeconfig({ authority: `certificate-authority-data: ${base64(ca.trimEnd())}` })],
    ['that names a CA', () => kubeconfig({ authority: `certificate-authority: "${at('ca.crt')}"` })],
    ['that names a CA without a last newline', () => kubeconfig({ authority: `certificate-authority: ${at('cut.crt')}` })],
    [
      'as JSON',
      () =>
        JSON.stringify({
          'current-context': 'x',
          contexts: [{ name: 'x', context: { user: 'u', cluster: 'c' } }],
          clusters: [{ name: 'c', cluster: { server: 'https://10.9.9.9:6443', 'certificate-authority-data': base64(ca) } }],
          users: [{ name: 'u', user: { 'client-certificate': at('current.pem') } }],
        }),
    ],
    [
      'as YAML in one line for each part, without a context',
      () => `clusters: [{name: x, cluster: {server: "https://10.9.9.9:6443", certificate-authority-data: ${base64(ca)}}}]
users: [{name: u, user: {client-certificate: ${at('current.pem')}}}]\n`,
    ],
    ['with an address that has a path', () => kubeconfig({ server: 'https://10.9.9.9:6443/k8s/clusters/c-1' })],
    ['with a blank behind the address', () => kubeconfig({ server: 'https://10.9.9.9:6443 ' })],
  ])('is read %s', async (_, content) => {
    await conf(content());
    expect(await identity()).toMatchObject({
      ...{ nodeName: 'node4', certificate: 'valid', apiServer: '10.9.9.9', kubeconfig: 'usual' },
      authorities: [await fingerprint('ca.crt')],
    });
    expect(await named()).toBe('present');
  }); // prettier-ignore

  it.each<[string, () => string, KubeletIdentity['certificate'], string]>([
    ['with a token', () => `token: ${token}`, 'unknown', 'none'],
    ['with a file that holds a token', () => 'tokenFile: /run/token', 'unknown', 'none'],
    ['with a program', () => 'exec:\n      command: aws-iam-authenticator', 'unknown', 'none'],
    ['with a certificate that is no certificate', () => `client-certificate: ${at('nonsense.pem')}`, 'unknown', 'present'],
    ['with a certificate that is gone', () => `client-certificate: ${at('gone.pem')}`, 'missing', 'dangling'],
    ['with a path that cannot be followed', () => 'client-certificate: "/a b/c.pem"', 'unknown', 'present'],
    ['with a certificate that has expired', () => inline(expired), 'expired', 'present'],
  ])('%s tells what is known of its certificate', async (_, user, certificate, inFile) => {
    await conf(kubeconfig({ user: user() }));
    expect(await identity()).toMatchObject({ certificate, authorities: [await fingerprint('ca.crt')], apiServer: '10.9.9.9' });
    expect(await named()).toBe(inFile);
  }); // prettier-ignore

  it('has a certificate that is valid where kubelet has renewed the one that it was given', async () => {
    await conf(kubeconfig({ user: inline(expired) }));
    await put('kubelet/pki/kubelet-client-current.pem', await text('current.pem'));
    expect(await identity()).toMatchObject({ certificate: 'valid', nodeName: 'node4' });
    await put('kubelet/pki/kubelet-client-current.pem', expired);
    expect(await identity()).toMatchObject({ certificate: 'expired' });
    await put('kubelet/pki/kubelet-client-current.pem', 'stand-in');
    await conf(kubeconfig({ user: `client-certificate: ${at('gone.pem')}` }));
    expect(await identity()).toMatchObject({ certificate: 'missing' });
  });

  it.each<[string, () => string, readonly string[]]>([
    [
      'a CA that is being replaced',
      () => `certificate-authority: ${at('bundle.crt')}`,
      ['ca.crt', 'root.crt'],
    ],
    ['no CA', () => 'insecure-skip-tls-verify: true', []],
    ['a CA that is gone', () => 'certificate-authority: /nope', []],
    ['a CA that is none', () => `certificate-authority: ${at('nonsense.pem')}`, []],
  ])('knows its API server by %s', async (_, authority, expected) => {
    await conf(kubeconfig({ authority: authority() }));
    const authorities = (await Promise.all(expected.map(fingerprint))).sort();
    expect(await identity()).toMatchObject({ authorities, certificate: 'valid' });
  });

  it.each([
    ['https://localhost:6443', 'localhost'],
    ['https://LB-apiserver.kubernetes.local:8443/', 'lb-apiserver.kubernetes.local'],
    ['https://[fd00::1]:6443', 'fd00::1'],
    ['"https://10.0.0.1"', '10.0.0.1'],
    ['http://10.0.0.1:6443', null],
    ['10.0.0.1:6443', null],
    ['"https://$(touch x):6443"', null],
    ['https://a@b:6443', null],
    ['', null],
  ])('with the server %s names %s', async (server, apiServer) => {
    await conf(kubeconfig({ server }));
    expect((await identity())?.apiServer).toBe(apiServer);
  });

  it('leaves the host without its keys, tokens and passwords', async () => {
    const secrets = [
      ...[base64(key), token, 'p4ss: phrase', '"p4ss, phrase{"', '/a/secret+path==', '|\n      folded\n      secret'],
      "'single #quoted'",
    ];
    for (const secret of secrets) {
      await conf(kubeconfig({ user: `client-key-data: ${secret}\n    password: ${secret}\n    token: ${secret}` }));
      const said = await answer();
      for (const word of secret.split(/[^A-Za-z0-9+/=.]+/)) {
        if (word.length > 1) expect(said).not.toContain(word);
      }
    }
    await conf(JSON.stringify({ users: [{ name: 'u', user: { 'client-key-data': base64(key), token } }] }));
    const said = await answer();
    for (const secret of [base64(key), token]) expect(said).not.toContain(secret);
    await conf(kubeconfig({ server: 'https://somebody:p4ssword@10.0.0.1:6443' }));
    expect(await answer()).not.toMatch(/p4ssword|somebody/);
  }); // prettier-ignore

  it.each(['', 'x: [', '- a\n- b\n', '&a [*a, *a]', 'users: 7\n', 'users:\n- name: a\n  user: [1]\n'])(
    'is none with the text %j, which may yet be used',
    async (content) => {
      await conf(content);
      expect(await identity()).toMatchObject({ certificate: 'unknown', authorities: [], apiServer: null });
    },
  );

  it('is read without openssl too, but for what only that can tell', async () => {
    const tools = ['awk', 'base64', 'cat', 'cut', 'grep', 'head', 'sed', 'sha256sum', 'tail', 'tr'];
    for (const tool of tools) {
      await execa('sh', ['-c', `ln -s "$(command -v ${tool})" "$1"/`, 'sh', at('bin')]);
    }
    await conf(kubeconfig());
    expect(await identity({ path: at('bin') })).toMatchObject({
      ...{ certificate: 'unknown', nodeName: null, apiServer: '10.9.9.9', service: 'restarting' },
      authorities: [await fingerprint('ca.crt')],
    });
  });
});

describe('what a node is called', () => {
  it('is not known where kubeadm has never run', async () => {
    expect(await identity()).toEqual({
      ...{ nodeName: null, certificate: 'none', authorities: [], apiServer: null },
      ...{
        service: expect.any(String) as string,
        kubeconfig: 'none',
        hasConfig: false,
        isControlPlane: false,
      },
    });
  });

  it('is what its certificate says, then kubelet.conf, then the flags of kubeadm or Kubespray', async () => {
    await put('kubernetes/kubelet.env', 'KUBELET_HOSTNAME="--hostname-override=by-kubespray"\n');
    expect((await identity())?.nodeName).toBe('by-kubespray');
    await put('kubelet/kubeadm-flags.env', 'KUBELET_KUBEADM_ARGS="--hostname-override=by-flags --x=y"\n');
    expect((await identity())?.nodeName).toBe('by-flags');
    const gone = kubeconfig({ user: 'client-certificate: /gone.pem' });
    await conf(gone.replaceAll('default-auth', 'system:node:by-conf'));
    expect((await identity())?.nodeName).toBe('by-conf');
    await conf(kubeconfig().replaceAll('default-auth', 'system:node:by-conf'));
    expect(await identity()).toMatchObject({ nodeName: 'node4', certificate: 'valid' });
  });
});

describe('what else is there', () => {
  it('is ca.crt where there is no kubelet.conf, as on a control plane that has lost it', async () => {
    await put('kubernetes/pki/ca.crt', ca.trimEnd());
    await put('kubernetes/admin.conf', 'x');
    expect(await identity()).toMatchObject({
      ...{ authorities: [await fingerprint('ca.crt')], certificate: 'none', isControlPlane: true },
    });
  });

  it('is a join that was cut off, and the configuration without which kubelet ends', async () => {
    await put('kubernetes/bootstrap-kubelet.conf', 'x');
    await put('kubelet/config.yaml', '');
    expect(await identity()).toMatchObject({ kubeconfig: 'bootstrap', hasConfig: false });
    await put('kubelet/config.yaml', 'kind: KubeletConfiguration\n');
    await put('kubernetes/manifests/kube-apiserver.yaml', 'kind: Pod');
    expect(await identity()).toMatchObject({ hasConfig: true, isControlPlane: true });
  });
});

describe('whether kubelet runs', () => {
  const systemctl = async (state: string, since = 10, pid = 0) => {
    const said = `ActiveState=${state}\\nActiveEnterTimestampMonotonic=${since * 1e6}\\nMainPID=${pid}\\n`;
    await put('bin/systemctl', `#!/bin/sh\nprintf '${said}'\n`);
    await chmod(at('bin/systemctl'), 0o755);
    await put('processes/uptime', '1000.00 12.00\n');
  };

  it.each([
    ['active', 10, 'running'],
    ['active', 995, 'restarting'],
    ['active', 5000, 'running'],
    ['reloading', 995, 'running'],
    ['deactivating', 995, 'running'],
    ['activating', 10, 'restarting'],
    ['inactive', 0, 'stopped'],
    ['failed', 10, 'stopped'],
    ['', 0, 'restarting'],
  ])('is by the state %s since second %s: %s', async (state, since, service) => {
    await systemctl(state, since);
    expect(await identity()).toMatchObject({ service });
  });

  it.each([
    [['--kubeconfig=/var/lib/kubelet/kubeconfig'], 'elsewhere'],
    [['--kubeconfig', '/var/lib/kubelet/kubeconfig', '--v=2'], 'elsewhere'],
    [['--kubeconfig=KUBERNETES/kubelet.conf'], 'none'],
    [['--kubeconfig=KUBERNETES/kubelet.conf', '--bootstrap-kubeconfig=/x'], 'none'],
    [['--bootstrap-kubeconfig=/x'], 'none'],
    [[], 'none'],
  ])('and, with the arguments %j, where it has its access from: %s', async (words, expected) => {
    await systemctl('active', 10, 77);
    const told = ['/usr/bin/kubelet', ...words.map((word) => word.replace('KUBERNETES', at('kubernetes')))];
    await put('processes/77/cmdline', `${told.join('\0')}\0`);
    expect(await identity()).toMatchObject({ service: 'running', kubeconfig: expected });
  });

  it('counts another path to the usual file as the usual one', async () => {
    await systemctl('active', 10, 77);
    await conf(kubeconfig());
    await symlink(at('kubernetes'), at('kubelet/link'));
    await put('processes/77/cmdline', `kubelet\0--kubeconfig=${at('kubelet/link/kubelet.conf')}\0`);
    expect(await identity()).toMatchObject({ kubeconfig: 'usual' });
  });
});
