import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installRequirements } from '../../../src/activities/step-02-ansible/install-requirements.js';
import { cluster, local, makeControlHost, runStep, type ControlHost } from '../../support/control-host.js';

let control: ControlHost;
let virtualEnvironment: string;

beforeEach(async () => {
  control = await makeControlHost();
  virtualEnvironment = join(control.folder, 'venv');
  await mkdir(join(virtualEnvironment, 'bin'), { recursive: true });
  await mkdir(control.folders.kubespray, { recursive: true });
  await writeFile(join(control.folders.kubespray, 'requirements.txt'), 'ansible==8.5.0\n');
  const seen = join(control.folder, 'seen');
  await program('python', `env | grep -E "^PIP_(INDEX_URL|TRUSTED_HOST)=" | sort > ${seen} || true`);
  await program('ansible-playbook', 'echo "ansible-playbook [core 2.15.13]"');
});
afterEach(() => control.remove());

const program = (name: string, text: string) =>
  writeFile(join(virtualEnvironment, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });

async function pipSettings(pipIndex?: string): Promise<string> {
  const input = { host: local, cluster, jobKey: 'install', virtualEnvironment, pipIndex };
  const { outcome } = await runStep(installRequirements(control.dependencies), input);
  expect(outcome).toBe('changed');
  return readFile(join(control.folder, 'seen'), 'utf8');
}

it('takes packages from the mirror of the index', async () => {
  expect(await pipSettings('https://pypi.lan/simple')).toBe('PIP_INDEX_URL=https://pypi.lan/simple\n');
});

it('lets pip trust a mirror without TLS', async () => {
  expect(await pipSettings('http://pypi.lan:8080/simple')).toBe(
    'PIP_INDEX_URL=http://pypi.lan:8080/simple\nPIP_TRUSTED_HOST=pypi.lan:8080\n',
  );
});

it('leaves pip its own settings where no mirror is named', async () => {
  expect(await pipSettings()).not.toContain('pypi.lan');
});
