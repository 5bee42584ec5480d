import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { openLab, type Lab, type LabMachine } from '../../../src/lab/index.js';
import { materialiseStandIn } from '../../../src/lab/stand-in.js';
import { startEmbeddedServer } from '../../../src/temporal/embedded-server.js';
import { findTemporalCli } from '../../../src/temporal/find-cli.js';
import { printHistory } from '../../workflows/histories/history-json.js';
import { textsOf } from '../../workflows/histories/texts.js';
import { read } from '../procedure/host-truth.js';
import { PackageIndex } from './package-index.js';
import { modeOf, openToOthers } from './private-files.js';
import { contentOf, SecretSearch } from './secret-search.js';
import { labSpecification, until } from '../procedure/stage.js';

/**
 * A whole run with secrets that are known, and then every byte that it left behind. The password goes through the first
 * login; the private key opens the host from then on, for the worker and for Ansible; one token lies in the worker's
 * environment, as TEMPORAL_API_KEY does; another is an Ansible variable that is looked up in a file, and that Ansible
 * really reads for each of its connections. The password of a package index stands in a variable that tools are meant to
 * have in their environments, and nowhere else.
 */

const cluster = 'secrets';
const program = 'dist/cli/main.js';
/** Characters that JSON, URLs and shells write differently. */
const odd = `"'\\ &%$/`;
const aSecret = (name: string) => `${name}-${odd}${randomBytes(12).toString('hex')}`;
const password = aSecret('password');
const apiKey = randomBytes(24).toString('hex');
const becomeToken = aSecret('become');
const indexPassword = aSecret('index');
const passwordVariable = 'SLIPWAY_TEST_PASSWORD';

let folder: string;
let home: string;
let keyFile: string;
let tokenFile: string;
let lab: Lab;
let machine: LabMachine;
let index: PackageIndex;
let up: { exitCode: number; output: string };
/** What the server's API and its UI's API answered, as JSON. */
let answers: readonly string[];
/** What commands printed about the run, by the command. */
const printed = new Map<string, string>();
let search: SecretSearch;
/** What processes were seen with while the procedure ran; the key is not there yet when it begins. */
let processes: SecretSearch;
/** For what may be in environments. */
let commandLines: SecretSearch;
let samples = 0;
const begun = Date.now();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-secrets-'));
  home = join(folder, 'home');
  keyFile = join(folder, 'id_rsa');
  tokenFile = join(folder, 'become-token');
  writeFileSync(tokenFile, becomeToken, { mode: 0o600 });
  index = await PackageIndex.start();
  lab = await openLab({ name: cluster, folder: join(folder, 'lab') });
  machine = await lab.startMachine({ name: 'only' });
  await allowPassword();
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, JSON.stringify(await specification()));
  await runUp(file);
  answers = await askTemporal();
  search = new SecretSearch([...canaries(), theIndexPassword, ...keyCanaries()]);
});

afterAll(async () => {
  await lab.down();
  await index.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a whole run with a password, a private key and tokens', () => {
  it('comes to its end, and used them', async () => {
    expect(up.output).toContain('who now gets in by key');
    expect(up.exitCode, up.output).toBe(0);
    const inventory = join(home, 'clusters', cluster);
    const written = await execa('grep', ['-r', '-l', tokenFile, inventory]);
    expect(written.stdout).toContain('slipway.yml');
    expect([...index.passwords]).toEqual([indexPassword]);
  });

  it('shows none of them in any command line or environment but the worker’s own', () => {
    expect(samples).toBeGreaterThan(100);
    expect([...processes.findings, ...commandLines.findings]).toEqual([]);
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

  it('prints none of them: not in its output, its worker’s log, its report or by Temporal’s own command', () => {
    search.look('output of slipway up', up.output);
    for (const [command, text] of printed) search.look(command, text);
    expect([...printed.keys()]).toHaveLength(9);
    for (const [command, text] of printed) expect(text, command).toContain(cluster);
    expect(JSON.parse(printed.get('status --json') ?? '')).toMatchObject({ report: { result: 'ready' } });
    expect(printed.get('worker, at its most talkative')).toContain('verifyHost');
    expect(search.findings).toEqual([]);
  });

  it('leaves none of them in its own folder, on the host or among temporary files', () => {
    lookAtFiles(search);
    expect(search.bytes).toBeGreaterThan(1_000_000);
    expect(search.findings).toEqual([]);
  });

  it('keeps the private key, and what else tells about hosts, from everybody else', () => {
    const pins = join(home, 'clusters', cluster, 'known_hosts');
    const variables = filesOf('clusters', cluster, 'runs').map((run) => join(run, 'variables.json'));
    expect(variables).not.toEqual([]);
    for (const file of [keyFile, tokenFile, pins, join(home, 'temporal', 'server.log'), ...variables]) {
      expect(modeOf(file), file).toBe('600');
    }
    const jobs = filesOf('jobs');
    expect(jobs.length).toBeGreaterThan(2);
    for (const job of [...jobs, join(home, 'temporal'), join(home, 'clusters', cluster)]) {
      expect(modeOf(job), job).toBe('700');
    }
    const own = ['temporal', 'clusters', 'jobs'].map((part) => join(home, part));
    const onHost = ['jobs', 'firewall'].map((part) => join(changesOfHost(), 'var/lib/slipway', part));
    const all = [...own, ...onHost];
    expect(all.filter((path) => !existsSync(path))).toEqual([]);
    expect(all.flatMap(openToOthers)).toEqual([]);
  });
});

describe('the search for secrets', () => {
  it('finds one in each of these places', () => {
    const run = filesOf('clusters', cluster, 'runs')[0] ?? '';
    const job = filesOf('jobs')[0] ?? '';
    const inventory = join(home, 'clusters', cluster, 'inventory', 'group_vars', 'all');
    const folders = [join(home, 'temporal'), job, run, inventory, join(changesOfHost(), 'root'), tmpdir()];
    const planted = folders.map((parent) =>
      join(parent, `slipway-planted-${randomBytes(4).toString('hex')}`),
    );
    const forms = [password, JSON.stringify({ password }), Buffer.from(`a ${password} b`).toString('base64')];
    for (const [number, path] of planted.entries()) {
      writeFileSync(
        path,
        Buffer.concat([randomBytes(1_000), Buffer.from(forms[number % forms.length] ?? '')]),
      );
    }
    const again = new SecretSearch(canaries());
    lookAtFiles(again);
    for (const path of planted) rmSync(path);
    expect(again.findings.map(({ where }) => where).sort()).toEqual(planted.sort());
  });

  it('finds one in a command line and in an environment', async () => {
    const child = execa('sh', ['-c', 'read -r line', 'sh', password], { env: { TOKEN: apiKey } });
    const again = new SecretSearch(canaries());
    again.lookAtProcesses(process.pid);
    child.stdin.end('\n');
    await child;
    expect(again.findings).toEqual([
      { canary: 'the password', where: 'command line of sh -c' },
      { canary: 'the API key', where: 'environment of sh -c' },
    ]);
  });

  it('knows a file that somebody else can read', async () => {
    const place = join(folder, 'place');
    const file = join(place, 'inner', 'file');
    mkdirSync(join(place, 'inner'), { recursive: true });
    writeFileSync(file, '');
    await execa('chmod', ['755', place, join(place, 'inner')]);
    const seen = async (mode: string, path: string) => {
      await execa('chmod', [mode, path]);
      return openToOthers(place);
    };
    expect(await seen('600', file)).toEqual([]);
    expect(await seen('640', file)).toEqual([file]);
    expect(await seen('700', join(place, 'inner'))).toEqual([]);
  });
});

/** Looks through all that the run has left: its own folder, what it changed on the host, and temporary files. */
function lookAtFiles(search: SecretSearch): void {
  search.lookThrough(home);
  search.lookThrough(changesOfHost());
  for (const entry of newTemporaryFiles()) search.lookThrough(entry);
}

function changesOfHost(): string {
  return join(folder, 'lab', 'machines', 'only', 'changes');
}

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

/**
 * A machine that shares this one's kernel must not set its parameters, so the step fails there; a person looks, and skips
 * it.
 */
async function skipKernelParameters(): Promise<void> {
  const status = await slipway('status', cluster, '--json');
  printed.set('status --json in the middle', status);
  await slipway('skip', cluster, '--host', 'only', '--step', 'applyKernelParameters');
}

/** `slipway <words>` by somebody who knows no secret. */
async function slipway(...words: string[]): Promise<string> {
  const { all } = await execa(process.execPath, [program, ...words], {
    env: { SLIPWAY_HOME: home },
    all: true,
  });
  return all;
}

/** `slipway up` with a Temporal server and a worker of its own, and a look at all processes all the while. */
async function runUp(file: string): Promise<void> {
  processes = new SecretSearch(canaries());
  commandLines = new SecretSearch([theIndexPassword]);
  const child = execa(process.execPath, [program, 'up', file, '--yes'], {
    reject: false,
    all: true,
    stdin: 'ignore',
    env: {
      SLIPWAY_HOME: home,
      NO_COLOR: '1',
      [passwordVariable]: password,
      TEMPORAL_API_KEY: apiKey,
      PIP_EXTRA_INDEX_URL: index.url(indexPassword),
    },
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
    commandLines.lookAtProcesses(worker, { environments: false });
    samples += 1;
  }, 100);
  const { exitCode, all } = await child;
  clearInterval(timer);
  await skipped;
  up = { exitCode: exitCode ?? -1, output: all };
  if (!hasKey) throw new Error(`No key was made: ${all}`);
}

const theIndexPassword = { name: 'the password of the package index', secret: indexPassword };

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
  const server = await startEmbeddedServer({ folder: join(home, 'temporal'), ui: true });
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new Client({ connection, namespace: server.namespace });
    const api = `${server.uiUrl ?? ''}/api/v1/namespaces/${server.namespace}/workflows`;
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
    await askByCommands(server.address);
    return texts;
  } finally {
    await connection.close();
    await server.leave();
  }
}

/** What a person would look at afterwards; and a verification, by a worker that writes all that it can into its log. */
async function askByCommands(address: string): Promise<void> {
  for (const words of [['status'], ['status', '--json']]) {
    printed.set(words.join(' '), await slipway(...words, cluster));
  }
  const { path } = await findTemporalCli();
  for (const words of [['show'], ['show', '--output', 'json'], ['describe'], ['result']]) {
    const options = ['--workflow-id', `cluster/${cluster}`, '--address', address];
    const { stdout } = await execa(path, ['workflow', ...words, ...options]);
    printed.set(`temporal workflow ${words.join(' ')}`, stdout);
  }
  const worker = execa(process.execPath, [program, 'worker', '--log-level', 'DEBUG'], {
    all: true,
    env: { SLIPWAY_HOME: home, TEMPORAL_ADDRESS: address, [passwordVariable]: password },
  });
  const verify = [program, 'verify', join(folder, 'cluster.yaml'), '--json'];
  const { stdout } = await execa(process.execPath, verify, {
    reject: false,
    env: { SLIPWAY_HOME: home, TEMPORAL_ADDRESS: address },
  });
  printed.set('verify --json', stdout);
  worker.kill('SIGTERM');
  const { all } = await worker;
  printed.set('worker, at its most talkative', all);
}

function payloadsIn(text: string): string {
  return textsOf(JSON.parse(text)).join('\n');
}

async function answerOf(url: string): Promise<string> {
  // The Web UI says 503 for a moment, until it has found the server beside which it was started.
  const answer = await until(`an answer of ${url}`, 30, async () => {
    const given = await fetch(url);
    return given.status === 503 ? undefined : given;
  });
  expect(answer.status, url).toBe(200);
  return answer.text();
}

/** What was made in the folder of temporary files since the test began, without the test's own. */
function newTemporaryFiles(): string[] {
  return readdirSync(tmpdir(), { withFileTypes: true })
    .map(({ name }) => join(tmpdir(), name))
    .filter((path) => path !== folder)
    .filter((path) => (statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0) > begun);
}

function filesOf(...parts: string[]): string[] {
  const parent = join(home, ...parts);
  return readdirSync(parent).map((name) => join(parent, name));
}
