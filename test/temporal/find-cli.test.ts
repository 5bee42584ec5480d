import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTemporalCli, temporalCliVersion } from '../../src/temporal/find-cli.js';

let folder: string;
let cached: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  cached = join(folder, 'cache', `temporal-cli-${temporalCliVersion}`, 'temporal');
});
afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true, force: true });
});

function executable(path: string, text = '#!/bin/sh\n'): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { SLIPWAY_CACHE: join(folder, 'cache'), PATH: join(folder, 'bin'), ...more };
}

/** A `go` that does as `go install` does, counts its calls and takes half a second. */
function fakeGo(end = 'printf x > "$GOBIN/temporal"; chmod 755 "$GOBIN/temporal"'): void {
  executable(
    join(folder, 'bin', 'go'),
    `#!/bin/sh\nPATH=/usr/bin:/bin\necho "$@" >> ${folder}/calls\nsleep 0.5\n${end}\n`,
  );
}

const closedNetwork = () =>
  vi.stubGlobal('fetch', () =>
    Promise.reject(new TypeError('fetch failed', { cause: new Error('no route') })),
  );

describe('findTemporalCli', () => {
  it('takes $TEMPORAL_CLI before PATH and cache', async () => {
    const named = executable(join(folder, 'mine', 'temporal'));
    executable(join(folder, 'bin', 'temporal'));
    executable(cached);
    const found = await findTemporalCli({ environment: environment({ TEMPORAL_CLI: named }) });
    expect(found).toEqual({ path: named, source: '$TEMPORAL_CLI' });
  });

  it('says so when $TEMPORAL_CLI is not executable, and takes no other', async () => {
    executable(cached);
    const finding = findTemporalCli({ environment: environment({ TEMPORAL_CLI: '/nowhere/temporal' }) });
    await expect(finding).rejects.toThrow(
      '$TEMPORAL_CLI is /nowhere/temporal, which is not an executable file',
    );
  });

  it('takes PATH before the cache, and says which is used', async () => {
    const path = executable(join(folder, 'bin', 'temporal'));
    executable(cached);
    const lines: string[] = [];
    const found = await findTemporalCli({
      environment: environment(),
      onProgress: (line) => lines.push(line),
    });
    expect(found).toEqual({ path, source: 'PATH' });
    expect(lines).toEqual([`Temporal CLI: ${path} (PATH)`]);
  });

  it('takes what is in the cache without asking anybody', async () => {
    executable(cached);
    closedNetwork();
    expect(await findTemporalCli({ environment: environment() })).toEqual({ path: cached, source: 'cache' });
  });

  it('builds the pinned version when the download cannot be had, and leaves nothing else', async () => {
    closedNetwork();
    fakeGo();
    const found = await findTemporalCli({ environment: environment() });
    expect(found).toEqual({ path: cached, source: 'go install' });
    expect(readdirSync(join(cached, '..'))).toEqual(['temporal']);
    const name = `temporal-cli-${temporalCliVersion}`;
    expect(readdirSync(join(folder, 'cache')).sort()).toEqual([name, `${name}.lock`]);
  });

  it('builds once when two ask at the same time', async () => {
    closedNetwork();
    fakeGo();
    const both = await Promise.all([1, 2].map(() => findTemporalCli({ environment: environment() })));
    expect(both.map(({ source }) => source).sort()).toEqual(['cache', 'go install']);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(
      `install github.com/temporalio/cli/cmd/temporal@v${temporalCliVersion}\n`,
    );
  });

  it('lists everything that was tried when nothing helped, and leaves no half-built command', async () => {
    closedNetwork();
    fakeGo('echo "no such module" >&2; exit 1');
    const finding = findTemporalCli({ environment: environment() });
    await expect(finding).rejects.toThrow(
      /PATH: no temporal in it[^]*cache: no [^]*download: cannot reach [^]*no route[^]*go install: exit code 1: no such module/,
    );
    expect(existsSync(cached)).toBe(false);
  });
});
