import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { etcdDataScript, filesScript, nodeNameScript } from '../../src/activities/probe-node.js';

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
