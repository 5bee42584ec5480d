import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The compose specification's own schema, as check-jsonschema (PyPI) carries it. */
const checker = 'check-jsonschema==0.39.0';
const compose = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-compose-'));
  await execa('python3', ['-m', 'venv', join(folder, 'venv')]);
  await execa(join(folder, 'venv/bin/pip'), ['install', '--quiet', '--disable-pip-version-check', checker]);
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const check = (file: string) =>
  execa(join(folder, 'venv/bin/check-jsonschema'), ['--builtin-schema', 'vendor.compose-spec', file], {
    reject: false,
    all: true,
  });

it('passes the compose schema, which notices a wrong key', async () => {
  expect(await check(compose)).toMatchObject({ exitCode: 0 });
  const broken = join(folder, 'docker-compose.yml');
  writeFileSync(broken, readFileSync(compose, 'utf8').replace('healthcheck:', 'healthchek:'));
  const { exitCode, all } = await check(broken);
  expect({ exitCode, all }).toEqual({ exitCode: 1, all: expect.stringContaining('healthchek') as string });
});
