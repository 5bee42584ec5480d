import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kubeletIdentityScript, nodeNameScript } from '../../../src/probes/kubelet-identity.js';
import { etcdDataScript, filesScript } from '../../../src/activities/step-08-kubespray-run/probe-node.js';
import { splitSections } from '../../../src/cluster/facts/sections.js';
import { parseKubeletIdentity } from '../../../src/cluster/facts/kubelet-identity.js';

/** Kubespray gives a node the name that kube_override_hostname says, and kubeadm writes it into its certificate. */
let folder: string;
let kubernetes: string;
let kubelet: string;
let certificate: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-probe-'));
  [kubernetes, kubelet, certificate] = ['kubernetes', 'kubelet', 'client.pem'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const subject = '/O=system:nodes/CN=system:node:by-certificate.example.org';
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const [key, ...rest] = [join(folder, 'key.pem'), '-out', certificate, '-subj', subject];
  await execa('openssl', ['req', '-x509', ...curve, '-nodes', '-keyout', key, ...rest]);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  for (const path of [kubernetes, kubelet]) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
  }
});

const conf = (text: string) =>
  writeFile(join(kubernetes, 'kubelet.conf'), `users:\n- name: default-auth\n${text}`);
async function names(): Promise<string[]> {
  const { stdout } = await execa('sh', ['-eu', '-c', nodeNameScript({ kubernetes, kubelet }).text]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('what a node is called in its cluster', () => {
  it('is not known where kubeadm has never run', async () => {
    expect(await names()).toEqual([]);
  });

  it('is what the certificate says that kubelet.conf names, before any flag', async () => {
    await conf(`  user:\n    client-certificate: "${certificate}"\n`);
    await writeFile(
      join(kubelet, 'kubeadm-flags.env'),
      'KUBELET_KUBEADM_ARGS="--hostname-override=by-flags --x=y"\n',
    );
    expect(await names()).toEqual(['by-certificate.example.org', 'by-flags']);
  });

  it('is what the certificate says that kubelet.conf holds', async () => {
    const data = (await readFile(certificate)).toString('base64');
    await conf(`  user:\n    client-certificate-data: ${data}\n`);
    expect(await names()).toEqual(['by-certificate.example.org']);
  });

  it('is what kubelet.conf says as kubeadm init writes it, where the certificate is gone', async () => {
    await conf(`- name: system:node:by-conf\n  user:\n    client-certificate: ${certificate}.gone\n`);
    expect(await names()).toEqual(['by-conf']);
  });

  it("is what Kubespray's flags say where there is no kubelet.conf yet", async () => {
    await writeFile(join(kubernetes, 'kubelet.env'), 'KUBELET_HOSTNAME="--hostname-override=by-kubespray"\n');
    expect(await names()).toEqual(['by-kubespray']);
  });
});

describe('by what a kubelet belongs to a cluster', () => {
  const [ca, otherCa, expired] = ['ca.crt', 'other-ca.crt', 'expired.pem'] as const;
  const file = (name: string) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'];
  const fingerprint = async (path: string) => {
    const { stdout } = await execa('openssl', ['x509', '-in', path, '-noout', '-fingerprint', '-sha256']);
    return stdout.replace(/^.*=/, '').replaceAll(':', '').toLowerCase();
  };
  beforeAll(async () => {
    for (const name of [ca, otherCa]) {
      await execa('openssl', [
        'req',
        '-x509',
        ...key,
        file('ca.key'),
        '-out',
        file(name),
        '-subj',
        '/CN=kubernetes',
      ]);
    }
    const request = ['-keyout', file('key.pem'), '-out', file('request.pem'), '-subj', '/CN=system:node:b'];
    await execa('openssl', ['req', ...key.slice(0, -1), ...request]);
    await execa('openssl', [
      ...[
        'x509',
        '-req',
        '-in',
        file('request.pem'),
        '-signkey',
        file('key.pem'),
        '-out',
        file(expired),
        '-days',
        '-1',
      ],
    ]);
  });

  /** @param path where programs are looked for, so that one may be missing */
  async function identity(path = process.env['PATH']) {
    const script = kubeletIdentityScript({ kubernetes, kubelet }).text;
    const section = `section() { printf '\n@@ %s\n' "$1"; }`;
    const { stdout } = await execa('/bin/sh', ['-eu', '-c', `${section}\n${script}\nsection end`], {
      ...{ env: { PATH: path }, extendEnv: false, stdin: 'ignore' },
    });
    return parseKubeletIdentity(splitSections(stdout, '@@'));
  }
  const base64 = async (path: string) => (await readFile(path)).toString('base64');

  it('is by nothing where kubeadm has never run', async () => {
    expect(await identity()).toEqual({
      nodeName: null,
      certificate: 'none',
      authorities: [],
      apiServer: null,
    });
  });

  it('is its certificate and the CA that kubelet.conf holds or names', async () => {
    const worker = (authority: string) =>
      conf(`  user:
    client-certificate: ${certificate}
clusters:
- cluster:
    ${authority}
    server: https://10.0.0.1:6443
`);
    const expected = {
      nodeName: 'by-certificate.example.org',
      certificate: 'valid',
      authorities: [await fingerprint(file(ca))],
      apiServer: '10.0.0.1',
    };
    await worker(`certificate-authority-data: ${await base64(file(ca))}`);
    expect(await identity()).toEqual(expected);
    await worker(`certificate-authority: "${file(ca)}"`);
    expect(await identity()).toEqual(expected);
    await mkdir(join(kubernetes, 'ssl'));
    await writeFile(join(kubernetes, 'ssl', ca), await readFile(file(otherCa)));
    expect(await identity()).toEqual(expected);
  });

  it('is more than one CA while they are being replaced, however their lines end', async () => {
    const both = `preamble\n${await readFile(file(ca), 'utf8')}${await readFile(file(otherCa), 'utf8')}`;
    const authorities = [await fingerprint(file(ca)), await fingerprint(file(otherCa))].sort();
    for (const text of [both, both.replaceAll('\n', '\r\n')]) {
      await conf(`    certificate-authority-data: ${Buffer.from(text).toString('base64')}\n`);
      expect(await identity()).toMatchObject({ authorities, certificate: 'none' });
    }
  });

  it('is ca.crt where there is no kubelet.conf, as on a control plane that has lost it', async () => {
    await mkdir(join(kubernetes, 'pki'));
    await writeFile(join(kubernetes, 'pki', ca), await readFile(file(ca)));
    expect(await identity()).toMatchObject({
      authorities: [await fingerprint(file(ca))],
      certificate: 'none',
    });
  });

  it('is over when the certificate has expired, and not known where openssl is missing or does not understand it', async () => {
    const named = (path: string) => conf(`    client-certificate: ${path}\n`);
    await named(file(expired));
    expect(await identity()).toMatchObject({ certificate: 'expired', nodeName: 'b' });
    await named(certificate);
    const bin = await mkdtemp(join(folder, 'bin-'));
    for (const tool of ['base64', 'cat', 'cut', 'grep', 'head', 'sed', 'sha256sum', 'tr']) {
      await execa('sh', ['-c', `ln -s "$(command -v ${tool})" ${bin}/`]);
    }
    expect(await identity(bin)).toMatchObject({ certificate: 'unknown', nodeName: null });
    await writeFile(file('nonsense.pem'), 'stand-in');
    await named(file('nonsense.pem'));
    expect(await identity()).toMatchObject({ certificate: 'unknown', authorities: [] });
    for (const path of [file('gone.pem'), '']) {
      await named(path);
      expect(await identity()).toMatchObject({ certificate: 'none' });
    }
  });

  it('is nothing that a file of another form says', async () => {
    await conf(`    certificate-authority-data: ${Buffer.from('x\n-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----').toString('base64')}
    server: "https://$(touch x):6443"\n`);
    expect(await identity()).toMatchObject({ authorities: [], apiServer: null });
  });
});

describe('which files kubeadm has left', () => {
  const run = async (script: { text: string }) => {
    const { stdout } = await execa('sh', ['-eu', '-c', `section() { :; }\n${script.text}`]);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const file = async (path: string, text: string) => {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  it('is by their names, as Kubespray asks; those without text are named', async () => {
    expect(await run(filesScript(folder))).toEqual([]);
    await file('var/lib/kubelet/config.yaml', '');
    await file('etc/kubernetes/kubelet.conf', 'text');
    await file('etc/kubernetes/manifests/kube-apiserver.yaml', '');
    await file('etc/kubernetes/pki/ca.crt', 'text');
    expect(await run(filesScript(folder))).toEqual([
      ...['config', 'kubelet.conf', 'kube-apiserver', 'ca.crt'],
      join(folder, 'var/lib/kubelet/config.yaml'),
      join(folder, 'etc/kubernetes/manifests/kube-apiserver.yaml'),
    ]);
  });

  it('tells of etcd also where its disk is missing, and only its settings are there', async () => {
    expect(await run(etcdDataScript(folder))).toEqual([]);
    await file('etc/etcd.env', 'ETCD_DATA_DIR=/ssd/etcd');
    expect(await run(etcdDataScript(folder))).toEqual(['yes']);
    await rm(join(folder, 'etc/etcd.env'));
    await file('var/lib/etcd/member', '');
    expect(await run(etcdDataScript(folder))).toEqual(['yes']);
  });
});
