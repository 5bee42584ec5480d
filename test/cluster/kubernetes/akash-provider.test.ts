import { describe, expect, it } from 'vitest';
import {
  parseAkashProviders,
  pausing,
  replicasBefore,
  resuming,
  workloadText,
} from '../../../src/cluster/kubernetes/akash-provider.js';

interface Options {
  readonly replicas?: number;
  readonly note?: string;
  readonly status?: object;
}
const read = ({ replicas, note, status = { replicas: 1, observedGeneration: 3 } }: Options = {}) => {
  const metadata = { name: 'akash-provider', namespace: 'akash-services', generation: 3 };
  const annotations = note === undefined ? {} : { [replicasBefore]: note };
  const item = { kind: 'StatefulSet', metadata: { ...metadata, annotations }, spec: { replicas }, status };
  const [workload] = parseAkashProviders(JSON.stringify({ items: [item] }));
  if (workload === undefined) throw new Error('It is in the list.');
  return workload;
};
const patchOf = (words: readonly string[]) => JSON.parse(words.at(-1) ?? '') as unknown;
const patch = (note: string | null, replicas: number) => ({
  ...{ metadata: { annotations: { [replicasBefore]: note } }, spec: { replicas } },
});

describe('the provider', () => {
  it('wants one replica where it does not say how many, and was not paused without a note', () => {
    expect(read()).toMatchObject({ replicas: 1, before: null, hasNoPods: false });
  });

  it('has no pods only when its controller has seen what is wanted', () => {
    expect(read({ replicas: 0, status: { replicas: 0, observedGeneration: 3 } }).hasNoPods).toBe(true);
    expect(read({ replicas: 0, status: { replicas: 0, observedGeneration: 2 } }).hasNoPods).toBe(false);
    expect(read({ replicas: 0, status: {} }).hasNoPods).toBe(false);
  });

  it.each([
    ['2', 2],
    ['999', 999],
    ['1000', 1],
    ['0', 1],
    ['-1', 1],
    ['two', 1],
  ])(
    'comes back as noted, and with one replica where somebody has made nonsense of the note: %s',
    (note, before) => {
      expect(read({ replicas: 0, note }).before).toBe(before);
    },
  );

  it('is scaled to 0 and noted at once', () => {
    const words = pausing(read({ replicas: 2 }));
    expect(words.slice(0, 4)).toEqual([
      '--namespace',
      'akash-services',
      'patch',
      'statefulset/akash-provider',
    ]);
    expect(patchOf(words)).toEqual(patch('2', 0));
  });

  it('is scaled back, unless somebody has scaled it since', () => {
    expect(patchOf(resuming(read({ replicas: 0, note: '2' })))).toEqual(patch(null, 2));
    expect(patchOf(resuming(read({ replicas: 3, note: '2' })))).toEqual(patch(null, 3));
    expect(patchOf(resuming(read({ replicas: 0 })))).toEqual(patch(null, 1));
  });

  it('is shown with the replicas that it has when it runs', () => {
    expect(workloadText(read({ replicas: 0, note: '2' }))).toBe('akash-services/akash-provider (2 replicas)');
  });
});
