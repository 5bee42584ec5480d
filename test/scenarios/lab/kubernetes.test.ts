import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnvironmentFile } from '../../../src/cluster/kubernetes/etcd-answers.js';
import { forwardedTo } from '../../../src/cluster/verification/dns.js';
import { findRelease } from '../../../src/cluster/releases/releases.js';
import { etcdEnvironment } from '../../../src/lab/kubernetes/etcd.js';
import { stubGoMod } from '../../../src/lab/kubernetes/go-modules.js';
import { corefile } from '../../../src/lab/kubernetes/objects.js';
import { writeOciImage } from '../../../src/lab/kubernetes/oci-image.js';
import { kubernetesVersion, matchingRelease } from '../../../src/lab/kubernetes/versions.js';

describe('the stub of a Go module', () => {
  it('replaces what lies beside Kubernetes by the published modules of the same version', () => {
    const original = `module k8s.io/kubernetes

go 1.24.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	example.org/fork => example.org/other v1.0.0
)
`;
    const stub = { name: 'kubernetes', module: 'k8s.io/kubernetes', version: '1.33.13', commands: [] };
    expect(stubGoMod(stub, original).trim().split(/\n+/)).toEqual([
      'module slipway.lab/kubernetes',
      'go 1.24.0',
      'require k8s.io/kubernetes v1.33.13',
      'replace k8s.io/api => k8s.io/api v0.33.13',
      'replace k8s.io/client-go => k8s.io/client-go v0.33.13',
    ]);
  });

  it('is of the Kubernetes that the release it is verified as installs', () => {
    const minor = (version: string) => version.split('.').slice(0, 2).join('.');
    expect(minor(findRelease(matchingRelease)?.kubernetes ?? '')).toBe(minor(kubernetesVersion));
  });
});

describe('an image for pods', () => {
  it('is an OCI layout whose parts have the digests they are called by, the same each time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-oci-'));
    try {
      const program = join(folder, 'program');
      await writeFile(program, 'a program');
      const image = { reference: 'slipway.lab/program:1', program };
      await writeOciImage(image, join(folder, 'one.tar'));
      await writeOciImage(image, join(folder, 'two.tar'));
      const read = (name: string) =>
        execFileSync('tar', ['-xOf', join(folder, 'one.tar'), `./${name}`], { encoding: 'buffer' });
      const blob = (digest: string) => read(`blobs/sha256/${digest.slice('sha256:'.length)}`);
      const json = <Type>(bytes: Buffer) => JSON.parse(bytes.toString()) as Type;

      const [entry] = json<{ manifests: { digest: string; annotations: Record<string, string> }[] }>(
        read('index.json'),
      ).manifests;
      expect(entry?.annotations['io.containerd.image.name']).toBe(image.reference);
      const manifest = json<{ config: { digest: string }; layers: { digest: string; size: number }[] }>(
        blob(entry?.digest ?? ''),
      );
      const [layer] = manifest.layers;
      const bytes = blob(layer?.digest ?? '');
      expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(layer?.digest);
      expect(bytes.length).toBe(layer?.size);
      expect(json(blob(manifest.config.digest))).toMatchObject({
        config: { Entrypoint: ['/program'] },
        rootfs: { diff_ids: [layer?.digest] },
      });
      const digest = (name: string) =>
        execFileSync('sha256sum', [join(folder, name)])
          .toString()
          .slice(0, 64);
      expect(digest('one.tar')).toBe(digest('two.tar'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('what the lab sets up', () => {
  it('is read by verification as Kubespray’s own', () => {
    const places = ['node1', 'node2'].map((name, index) => ({ name, address: `10.201.7.${index + 10}` }));
    const [, second] = places;
    if (second === undefined) throw new Error('There are two.');
    const variables = parseEnvironmentFile(etcdEnvironment(second, places));
    expect(variables.get('ETCD_NAME')).toBe('etcd2');
    expect(variables.get('ETCD_INITIAL_CLUSTER')).toBe(
      'etcd1=https://10.201.7.10:2380,etcd2=https://10.201.7.11:2380',
    );
    expect(variables.get('ETCDCTL_KEY')).toBe('/etc/ssl/etcd/ssl/admin-node2-key.pem');
    expect(forwardedTo(corefile(['8.8.8.8', '1.1.1.1']))).toEqual(['8.8.8.8', '1.1.1.1']);
  });
});
