import { describe, expect, it } from 'vitest';
import { mirrorQuestions } from '../../../src/cluster/mirror/mirror-questions.js';
import { sumUpTrials } from '../../../src/cluster/mirror/mirror-answers.js';
import { knownDigest } from '../../../src/cluster/mirror/known-digest.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification } from '../../support/builders.js';

const hosts: SpecificationInput['hosts'] = [
  { name: 'cp', address: '10.0.0.1', roles: ['control-plane', 'etcd'] },
  { name: 'w1', address: '10.0.0.2', roles: ['worker'] },
  { name: 'w2', address: '10.0.0.3', roles: ['worker'] },
];
const mirror = { files: 'https://mirror.lan', registry: 'http://mirror.lan:5000' };
const processors = { cp: 'amd64', w1: 'amd64', w2: 'arm64' } as const;

const ask = (change: Partial<SpecificationInput> = { mirror }, release = 'v2.29.1') =>
  mirrorQuestions({ specification: aSpecification({ hosts, ...change }), release, processors });
const names = (questions: ReturnType<typeof ask>, host: string) =>
  (questions.questions[host] ?? []).map(({ address }) => address.split('/').at(-1)?.split('?')[0]);

describe('mirrorQuestions', () => {
  it('asks from each host what its roles want, for its processor', () => {
    const asked = ask();
    expect(names(asked, 'cp')).toEqual(
      expect.arrayContaining(['kubectl', 'etcd-v3.5.25-linux-amd64.tar.gz', 'runc.amd64']),
    );
    expect(names(asked, 'cp')).not.toContain('1.28.0-alpine');
    expect(names(asked, 'w1')).toEqual(expect.arrayContaining(['kubelet', 'runc.amd64', '1.28.0-alpine']));
    expect(names(asked, 'w1')).not.toContain('kubectl');
    expect(names(asked, 'w2')).toContain('runc.arm64');
  });

  it('has each file read to its end by one host alone', () => {
    const readers = Object.entries(ask().questions).flatMap(([host, questions]) =>
      questions
        .filter(({ digest }) => digest !== undefined)
        .map(({ address, digest }) => ({ host, address, digest })),
    );
    expect(new Set(readers.map(({ address }) => address)).size).toBe(readers.length);
    expect(readers).toContainEqual({
      host: 'w2',
      address: 'https://mirror.lan/github.com/opencontainers/runc/releases/download/v1.3.4/runc.arm64',
      digest: knownDigest('runc', '1.3.4', 'arm64'),
    });
  });

  it('asks a registry without TLS how it answers TLS, and no other', () => {
    const first = (change: Partial<SpecificationInput>) =>
      (ask(change).questions['w1'] ?? []).filter(({ kind }) => kind === 'tls-first');
    expect(first({ mirror })).toEqual([{ kind: 'tls-first', address: 'http://mirror.lan:5000' }]);
    expect(first({ mirror: { registry: 'https://mirror.lan' } })).toEqual([]);
  });

  it('asks for nothing that does not come from the mirror', () => {
    const kinds = (change: Partial<SpecificationInput>) =>
      new Set(
        Object.values(ask(change).questions)
          .flat()
          .map(({ kind }) => kind),
      );
    expect(kinds({ mirror: { pip: 'https://pypi.lan' } })).toEqual(new Set());
    expect(kinds({ mirror: { files: 'https://mirror.lan' } })).toEqual(new Set(['file']));
  });

  it('says that it knows nothing of a release that is not in the table', () => {
    expect(ask({ mirror }, 'v2.99.0')).toEqual({
      questions: {},
      unknown: ['everything: Kubespray v2.99.0 is not known to Slipway'],
    });
  });
});

describe('sumUpTrials', () => {
  it('tells the same problem of the same thing once, with its hosts', () => {
    const file = { kind: 'file', address: 'http://m/a' } as const;
    const image = { kind: 'image', address: 'http://m/v2/a' } as const;
    const missing = ['missing', ''] as const;
    const found = sumUpTrials(
      [
        { host: 'w1', questions: [{ ...file, digest: 'x' }, image], answers: [missing, [null, '']] },
        { host: 'w2', questions: [file, image], answers: [missing] },
      ],
      [],
    );
    expect(found).toEqual({
      hosts: ['w1', 'w2'],
      asked: { files: 1, images: 1, digests: 1 },
      problems: [
        { ...file, problem: 'missing', detail: '', hosts: ['w1', 'w2'] },
        { ...image, problem: 'timed-out', detail: '', hosts: ['w2'] },
      ],
      unknown: [],
    });
  });
});
