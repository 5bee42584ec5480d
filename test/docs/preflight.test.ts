import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { preflightChecks } from '../../src/cluster/checks/preflight-checks.js';

describe('docs/preflight.md', () => {
  it('has every check, as the code describes it', () => {
    const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const rows = Object.entries(preflightChecks).map(([name, { severity, shouldBe, advice }]) =>
      row([`\`${name}\``, severity, shouldBe, advice]),
    );
    const page = readFileSync('docs/preflight.md', 'utf8').split('\n');
    expect(page.filter((line) => line.startsWith('| `'))).toEqual(rows);
  });
});
