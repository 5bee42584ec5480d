import { describe, expect, it } from 'vitest';
import { releaseTable } from '../../../src/cluster/releases/releases.js';
import { renderReleases } from '../../../src/cluster/release-choice/render-releases.js';

describe('renderReleases', () => {
  const lines = renderReleases(releaseTable).split('\n');

  it('is no wider than a terminal of 80 columns', () => {
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('has a line for each release, the newest first', () => {
    expect(lines.slice(1, releaseTable.length + 1).map((line) => line.split(' ')[0])).toEqual(
      releaseTable.map(({ name }) => name),
    );
    expect(lines[1]).toBe('v2.31.0  1.33–1.35.4   11.13.0  3.11–3.13  22.04, 24.04         11, 12, 13  cde');
  });

  it('explains each letter that stands in a line', () => {
    const table = lines.slice(1, lines.indexOf(''));
    const letters = new Set(table.flatMap((line) => [...(/ ([a-z]+)$/.exec(line)?.[1] ?? '')]));
    const explained = lines.flatMap((line) => /^([a-z]) {2}/.exec(line)?.[1] ?? []);
    expect([...letters].sort()).toEqual(explained.sort());
    expect(letters.size).toBe(5);
  });
});
