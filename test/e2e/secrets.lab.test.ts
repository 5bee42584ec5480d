import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpecificationInput } from '../../src/cluster/specification.js';
import { openLab, type Lab, type LabMachine } from '../../src/lab/index.js';
import { materialiseStandIn } from '../../src/lab/stand-in.js';
import { startEmbeddedServer } from '../../src/temporal/embedded-server.js';
import { printHistory } from '../workflows/histories/history-json.js';
import { textsOf } from '../workflows/histories/texts.js';
import { read } from './host-truth.js';
import { contentOf, SecretSearch } from './secret-search.js';
import { labSpecification } from './stage.js';

/**
 * A whole run with secrets that are known, and then every byte that it left behind. The password goes through the first
 * login; the private key opens the host from then on, for the worker and for Ansible; one token lies in the worker's
 * environment, as TEMPORAL_API_KEY does; another is an Ansible variable that is looked up in a file, and that Ansible
 * really reads for each of its connections.
 */

const cluster = 'secrets';
const program = 'dist/cli/main.js';
/** Characters that JSON, URLs and shells write differently. */
const odd = `"'\\ &%$/`;
const aSecret = (name: string) => `${name}-${odd}${randomBytes(12).toString('hex')}`;
const password = aSecret('password');
const apiKey = randomBytes(24).toString('hex');
const becomeToken = aSecret('become');
const passwordVariable = 'SLIPWAY_TEST_PASSWORD';

let folder: string;
let home: string;
let keyFile: string;
let tokenFile: string;
let lab: Lab;
let machine: LabMachine;
let up: { exitCode: number; output: string };
/** What the server's API and its UI's API answered, as JSON. */
let answers: readonly string[];
let search: SecretSearch;
/** What processes were seen with while the procedure ran; the key is not there yet when it begins. */
let processes: SecretSearch;
let samples = 0;
const begun = Date.now();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-secrets-'));
  home = join(folder, 'home');
  keyFile = join(folder, 'id_rsa');
  tokenFile = join(folder, 'become-token');
  writeFileSync(tokenFile, becomeToken, { mode: 0o600 });
  lab = await openLab({ name: cluster, folder: join(folder, 'lab') });
  machine = await lab.startMachine({ name: 'only' });
  await allowPassword();
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, JSON.stringify(await specification()));
  await runUp(file);
  answers = await askTemporal();
  search = new SecretSearch([...canaries(), ...keyCanaries()]);
});

afterAll(async () => {
  await lab.down();
  await rm(folder, { recursive: true, force: true });
});

describe('a whole run with a password, a private key and tokens', () => {
  it('comes to its end, and used them', async () => {
    expect(up.output).toContain('who now gets in by key');
    expect(up.exitCode, up.output).toBe(0);
    const inventory = join(home, 'clusters', cluster);
    const written = await execa('grep', ['-r', '-l', tokenFile, inventory]);
    expect(written.stdout).toContain('slipway.yml');
  });

  it('shows none of them in any command line or environment but the worker’s own', () => {
    expect(samples).toBeGreaterThan(100);
    expect(processes.findings).toEqual([]);
  });

  it('writes none of them to Temporal: neither database nor histories nor the UI’s answers', async () => {
    for (const text of answers) {
      search.look('Temporal, as JSON', text);
      search.look('Temporal, payloads', payloadsIn(text));
    }
    // The same search finds what may be there: by which name the password is referred to.
    expect(answers.some((text) => payloadsIn(text).includes(passwordVariable))).toBe(true);
    const database = filesOf('temporal').filter((path) => contentOf(path).includes(passwordVariable));
    expect(database).not.toEqual([]);
    search.lookThrough(join(home, 'temporal'));
    expect(search.findings).toEqual([]);
  });

  it('prints none of them, and leaves none in its own folder, on the host or among temporary files', () => {
    search.look('output of slipway up', up.output);
    search.lookThrough(home);
    search.lookThrough(join(folder, 'lab', 'machines', 'only', 'changes'));
    for (const entry of newTemporaryFiles()) search.lookThrough(entry);
    expect(search.bytes).toBeGreaterThan(1_000_000);
    expect(search.findings).toEqual([]);
  });

  it('keeps the private key and the folders of jobs from everybody else', async () => {
    expect(modeOf(keyFile)).toBe('600');
    expect(modeOf(tokenFile)).toBe('600');
    const jobs = join(home, 'jobs');
    const own = readdirSync(jobs).map((name) => [name, modeOf(join(jobs, name))]);
    expect(own.length).toBeGreaterThan(2);
    expect(own.filter(([, mode]) => mode !== '700')).toEqual([]);
    const openToOthers = 'find /var/lib/slipway -mindepth 1 -maxdepth 2 -path "*/jobs/*" -not -perm 700';
    expect(await read(machine, `if [ -d /var/lib/slipway ]; then ${openToOthers}; fi`)).toBe('');
  });
});

/** As a host is handed over by a data centre: root by password. */
async function allowPassword(): Promise<void> {
  const line = Buffer.from(`root:${password}\n`).toString('base64');
  await read(
    machine,
    `printf 'PermitRootLogin yes\\nPasswordAuthentication yes\\n' > /etc/ssh/sshd_config.d/00-password.conf
echo ${line} | base64 -d | chpasswd
systemctl restart ssh`,
  );
}

async function specification(): Promise<SpecificationInput> {
  const repository = await materialiseStandIn({ folder: join(folder, 'kubespray-stand-in') });
  const { kubespray, hosts, overrides, ...rest } = labSpecification({
    name: cluster,
    repository,
    controlPlane: machine,
    workers: [],
  });
  const lookup = `{{ lookup('ansible.builtin.file', '${tokenFile}') }}`;
  return {
    ...rest,
    kubespray: { ...kubespray, variables: { ansible_become_password: lookup } },
    ssh: { privateKey: { file: keyFile }, bootstrapPassword: { env: passwordVariable } },
    ephemeralStorage: false,
    hosts: hosts.map((host) => ({ ...host, roles: ['control-plane', 'etcd', 'worker'] })),
    overrides: [
      ...(overrides ?? []),
      ...['kernel-parameters', 'kernel-parameters-at-boot'].map((check) => ({
        check,
        reason: 'this machine shares its kernel',
      })),
    ],
  };
}

/** A machine that shares this one's kernel must not set its parameters, so the step fails there; a person skips it. */
async function skipKernelParameters(): Promise<void> {
  const words = ['skip', cluster, '--host', 'only', '--step', 'applyKernelParameters'];
  await execa(process.execPath, [program, ...words], { env: { SLIPWAY_HOME: home } });
}

/** `slipway up` with a Temporal server and a worker of its own, and a look at all processes all the while. */
async function runUp(file: string): Promise<void> {
  processes = new SecretSearch(canaries());
  const child = execa(process.execPath, [program, 'up', file, '--yes'], {
    reject: false,
    all: true,
    stdin: 'ignore',
    env: { SLIPWAY_HOME: home, NO_COLOR: '1', [passwordVariable]: password, TEMPORAL_API_KEY: apiKey },
  });
  const worker = child.pid ?? 0;
  let skipped: Promise<void> | undefined;
  child.all.on('data', (text: Buffer) => {
    if (text.includes('applyKernelParameters failed')) skipped ??= skipKernelParameters();
  });
  let hasKey = false;
  const timer = setInterval(() => {
    if (!hasKey && existsSync(`${keyFile}.pub`)) {
      hasKey = true;
      processes.add(keyCanaries());
    }
    processes.lookAtProcesses(worker);
    samples += 1;
  }, 100);
  const { exitCode, all } = await child;
  clearInterval(timer);
  await skipped;
  up = { exitCode: exitCode ?? -1, output: all };
  if (!hasKey) throw new Error(`No key was made: ${all}`);
}

function canaries() {
  return [
    { name: 'the password', secret: password },
    { name: 'the API key', secret: apiKey },
    { name: 'the token for sudo', secret: becomeToken },
  ];
}

/** The lines of the private key's second half: the first one also holds the public key. */
function keyCanaries() {
  const lines = readFileSync(keyFile, 'utf8').trim().split('\n').slice(1, -1);
  const secret = lines.slice(Math.ceil(lines.length / 2), -1);
  return secret.map((line, index) => ({ name: `line ${index} of the private key`, secret: line }));
}

/** Every workflow's history, and what the Web UI would show of it, from the database that the run left. */
async function askTemporal(): Promise<string[]> {
  const server = await startEmbeddedServer({ folder: join(home, 'temporal') });
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new Client({ connection, namespace: server.namespace });
    const api = `${server.uiUrl}/api/v1/namespaces/${server.namespace}/workflows`;
    const texts = [await answerOf(api)];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const ofRun = `execution.runId=${runId}`;
      const path = `${api}/${encodeURIComponent(workflowId)}`;
      texts.push(printHistory(history), await answerOf(`${path}?${ofRun}`));
      texts.push(await answerOf(`${path}/history?${ofRun}`));
    }
    // The cluster's workflow and its host's
    expect(texts).toHaveLength(1 + 2 * 3);
    return texts;
  } finally {
    await connection.close();
    await server.stop();
  }
}

function payloadsIn(text: string): string {
  return textsOf(JSON.parse(text)).join('\n');
}

async function answerOf(url: string): Promise<string> {
  const answer = await fetch(url);
  expect(answer.status, url).toBe(200);
  return answer.text();
}

/** What was made in the folder of temporary files since the test began, without the test's own. */
function newTemporaryFiles(): string[] {
  return readdirSync(tmpdir(), { withFileTypes: true })
    .map(({ name }) => join(tmpdir(), name))
    .filter((path) => path !== folder && existsSync(path))
    .filter((path) => statSync(path).ctimeMs > begun && statSync(path).isDirectory());
}

function filesOf(part: string): string[] {
  return readdirSync(join(home, part)).map((name) => join(home, part, name));
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}
