import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { groupVariables } from '../../../src/cluster/kubespray/group-variables.js';
import { downloadVariables } from '../../../src/cluster/mirror/download-variables.js';
import { aSpecification } from '../../support/builders.js';

const registries = ['registry.k8s.io', 'docker.io', 'quay.io', 'ghcr.io', 'gcr.io'];

describe('downloadVariables', () => {
  it('sends all that Kubespray asks four hosts for to folders of the mirror', () => {
    expect(downloadVariables({ files: 'http://mirror.lan' }, 'v2.29.1')).toEqual({
      github_url: 'http://mirror.lan/github.com',
      dl_k8s_io_url: 'http://mirror.lan/dl.k8s.io',
      storage_googleapis_url: 'http://mirror.lan/storage.googleapis.com',
      get_helm_url: 'http://mirror.lan/get.helm.sh',
    });
  });

  it('sends the one file along that v2.24 asks GitHub for by name', () => {
    expect(downloadVariables({ files: 'http://mirror.lan' }, 'v2.24.3')).toHaveProperty(
      'calico_crds_download_url',
      'http://mirror.lan/github.com/projectcalico/calico/archive/{{ calico_version }}.tar.gz',
    );
  });

  it('tells containerd of a registry for each of the five, whose certificate counts', () => {
    expect(downloadVariables({ registry: 'https://mirror.lan:5000/' }, 'v2.29.1')).toEqual({
      containerd_registries_mirrors: registries.map((prefix) => ({
        prefix,
        mirrors: [{ host: 'https://mirror.lan:5000', capabilities: ['pull', 'resolve'], skip_verify: false }],
      })),
    });
  });

  it('puts a path behind /v2, and looks at no certificate where there is none', () => {
    const { containerd_registries_mirrors: mirrors } = downloadVariables(
      { registry: 'http://mirror.lan/proxy' },
      'v2.29.1',
    );
    expect(mirrors).toContainEqual({
      prefix: 'quay.io',
      mirrors: [
        {
          host: 'http://mirror.lan/v2/proxy',
          capabilities: ['pull', 'resolve'],
          skip_verify: true,
          override_path: true,
        },
      ],
    });
  });
});

describe('group variables', () => {
  const mirror = { files: 'http://mirror.lan' };

  it('have those of the mirror for all hosts', () => {
    const { files } = groupVariables({
      specification: aSpecification({ mirror }),
      release: 'v2.29.1',
      storage: {},
    });
    expect(parse(files['group_vars/all/slipway.yml'] ?? '')).toMatchObject({
      github_url: 'http://mirror.lan/github.com',
    });
  });

  it('have the operator’s own instead, and say so', () => {
    const specification = aSpecification({
      mirror,
      kubespray: { variables: { github_url: 'http://other.lan' } },
    });
    const { files, conflicts } = groupVariables({ specification, release: 'v2.29.1', storage: {} });
    expect(files['group_vars/all/slipway.yml']).not.toContain('github_url');
    expect(conflicts).toMatchObject([{ name: 'github_url', replaced: 'http://mirror.lan/github.com' }]);
  });
});
