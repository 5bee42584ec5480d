import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeNetworkScript } from '../../../src/lab/virtual-machine/node-network.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-node-network-'));
});

afterAll(() => rm(folder, { recursive: true }));

it('writes the address, the gateway, and the way to the mirror for names and apt', async () => {
  const files = {
    network: 'etc/systemd/network/10-lab.network',
    names: 'etc/resolv.conf',
    apt: 'etc/apt/apt.conf.d/99lab-mirror',
  };
  for (const file of Object.values(files)) await mkdir(join(folder, file, '..'), { recursive: true });
  const script = nodeNetworkScript({ address: '10.201.7.11', mirror: '10.201.7.1' });
  await execa('sh', ['-eu', '-c', script.replaceAll('> /etc/', `> ${folder}/etc/`)]);
  const text = (file: string) => readFile(join(folder, file), 'utf8');
  expect(await text(files.network)).toContain('\nAddress=10.201.7.11/24\nGateway=10.201.7.1\n');
  expect(await text(files.names)).toBe('nameserver 10.201.7.1\n');
  expect(await text(files.apt)).toBe('Acquire::http::Proxy "http://10.201.7.1:8880";\n');
});
