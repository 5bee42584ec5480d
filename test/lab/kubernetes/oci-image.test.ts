import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeOciImage } from '../../../src/lab/kubernetes/oci-image.js';

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
