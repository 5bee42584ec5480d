import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdDataScript, filesScript } from '../../../src/activities/step-08-kubespray-run/probe-node.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-probe-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
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
