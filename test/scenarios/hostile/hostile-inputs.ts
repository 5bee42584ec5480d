import fc from 'fast-check';
import type { AllActivities } from '../../../src/activities/index.js';
import { storageDigest } from '../../../src/cluster/storage/make-storage-plan.js';
import { oldDataDigest } from '../../../src/cluster/storage/old-data.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import type { HostAddress } from '../../../src/protocol/host-addresses.js';
import { approvedBy } from '../../support/approved.js';
import { hostileSpecification, type Places } from './hostile-specification.js';

/** What is left behind when anything of a text is executed: a file of this name. */
export const canary = 'CANARY';

/** The job that is stopped. Its key is refused where it has another form, see hostile-options.test.ts. */
export const runningJob = 'create-raid-array-0123abcd-g1';

const touch = `touch ${canary}`;

/** Texts without a slash, so that names of files hold them whole. Each holds the canary's name. */
export const commands = fc
  .tuple(
    fc.constantFrom('', ' ', '-', '--', 'a', '~', '*', '\\', '"', "'", '$', '{{', '#', '=', 'x y ', 'é\u001b[2J', '\n', '!'),
    fc.constantFrom(
      ...[`$(${touch})`, `\`${touch}\``, `';${touch};'`, `";${touch};"`, `;${touch};`, `|${touch}`, `&&${touch}&`, `\n${touch}\n`],
      ...[`\${x:-$(${touch})}`, `>${canary}`, `'$(${touch})'`, `"$(${touch})"`, `$((\`${touch}\`))`, `\\$(${touch})`, `<(${touch})`],
      ...[`-oProxyCommand=${touch}`, `--eval=$(${touch})`, `-c ${touch}`, `-exec ${touch} ;`, `'"\`$(${touch})\`"'`, `\r${touch}\r`],
    ),
    fc.constantFrom('', ' ', "'", '"', '\\', '\n', '*', '}}', '#', '&'),
  )
  .map((parts) => parts.join('')); // prettier-ignore

/** Every field, also those that may be missing. */
type Complete<Input> = { readonly [Key in keyof Input]-?: Input[Key] };

/**
 * Of every activity but `findHostHolder`, which asks Temporal and no host: it runs no script, and the client's library
 * carries its only text, a workflow's ID, as a field of its own.
 */
export type Inputs = {
  [Name in Exclude<keyof AllActivities, 'findHostHolder'>]: Complete<Parameters<AllActivities[Name]>[0]>;
};

function hostileTarget({ free, checked }: Places): StorageTarget {
  const move = () => ({ from: checked('path'), to: checked('path'), unit: checked('name') });
  return {
    host: checked('name'),
    machineId: free(),
    disks: [1, 2].map((bytes) => ({
      ...{ serial: free(), wwn: free(), byId: checked('path'), model: free(), bytes, nameThen: free() },
    })),
    array: { name: checked('name'), device: checked('path'), level: 'raid0', uuid: checked('name') },
    fileSystem: { type: 'ext4', uuid: checked('name'), mountOptions: [checked('name')] },
    mountPoint: checked('path'),
    layout: 'bind',
    path: 'migrate',
    moves: [move(), move()],
    reboots: true,
  };
}

function hostileHost({ checked }: Places): HostAddress {
  const [address, user] = [checked('name'), checked('name')];
  const at = { address, port: 22, user, privateKey: checked('path'), hostKey: checked('name') };
  return { kind: 'ssh', name: checked('name'), cluster: checked('name'), ...at };
}

/** What every activity could be given at the worst: no text has been checked by anything. */
export function hostileInputs(places: Places): Inputs {
  const { free, checked } = places;
  const [name, path] = [() => checked('name'), () => checked('path')];
  const host = hostileHost(places);
  const target = hostileTarget(places);
  const specification = hostileSpecification(places);
  const cluster = name();
  let jobs = 0;
  // A job that has been done under a key is not done again, so each has its own.
  const job = <Input>(input: Input) => ({ ...input, jobKey: `${name()}${(jobs += 1)}` });
  const control = { host, cluster };
  const storage = { host, target };
  const destructive = { ...storage, approved: approvedBy(free(), storageDigest(target)) };
  const patience = { patienceMs: 0, overrides: specification.overrides };
  const kubernetes = {
    ...{ ...patience, host, nodes: [name(), name()], release: 'v2.24.1', kubernetes: name() },
    ...{ controlPlanes: [name()], upstreamDns: [name()], coreDns: [free(), free()], nodeLocalDns: true },
    ...{ nodeLocalDnsAddress: free(), clusterDomain: free() },
  };
  const [kept = { from: '' }] = target.moves;
  const directories = [{ path: `${kept.from}.slipway-old`, bytes: 1 }];
  return {
    cloneKubespray: job({
      ...{ host, cluster: name(), repository: name(), ref: name() },
      inventory: { specification, release: name(), sampleInventory: name(), storage: {} },
    }),
    createVirtualEnvironment: job({ ...control, pythonVersions: ['3.11', name()] }),
    installRequirements: job({ ...control, virtualEnvironment: path(), pipIndex: `https://${name()}` }),
    createSshKey: { host, path: path() },
    copySshKey: { host, publicKeys: [`ssh-rsa AAAA ${free()}`, free()], password: { file: path() } },
    confirmSsh: { host },
    gatherFacts: {
      host,
      mountPoint: path(),
      controlHostOf: name(),
      roomFor: [path(), free()],
      storageOnly: false,
    },
    checkReachability: job({ host, hosts: [host, { ...host, name: name() }], specification }),
    confirmMirror: job({
      ...{ host, specification, release: 'v2.29.1' },
      processors: { [host.name]: 'amd64' },
    }),
    writeInventory: {
      ...{ ...control, specification, release: name(), sampleInventory: name(), privateKey: path() },
      hostKeys: Object.fromEntries(specification.hosts.map((each) => [each.name, free()])),
    },
    writeGroupVariables: { ...control, specification, release: name(), storage: {} },
    pauseProvider: { host },
    resumeProvider: { host },
    forgetPods: { host, nodes: [host.name] },
    notePods: { host, nodes: [host.name, name()] },
    stopAndDisableUnits: job(storage),
    readBootId: { host },
    requestReboot: { host, bootIdBefore: 'boot', reason: free() },
    waitForReboot: { host, bootIdBefore: free() },
    confirmDirectoriesUnused: job(storage),
    selectDisks: job(storage),
    createRaidArray: job(destructive),
    makeFileSystem: job(destructive),
    backUpFstab: job(storage),
    updateFstab: job(storage),
    mountData: job({ ...storage, target: { ...target, path: 'fresh' } }),
    writeMdadmConf: job(storage),
    regenerateInitramfs: job(storage),
    copyData: job(storage),
    switchData: job({ ...storage, target: { ...target, layout: 'root-dir' } }),
    orderUnitsAfterMount: job(storage),
    confirmStorage: job(storage),
    undoStorage: job(storage),
    startAndEnableUnits: job({ ...storage, target: { ...target, layout: 'root-dir' } }),
    checkJournals: job(storage),
    measureOldData: job(storage),
    deleteOldData: job({
      ...storage,
      directories,
      approved: approvedBy(free(), oldDataDigest(target, directories)),
    }),
    probeNode: { host },
    restoreDataDirectories: job(storage),
    runKubespray: job({
      ...{
        ...control,
        playbook: name() as 'reset.yml',
        virtualEnvironment: path(),
        release: name(),
        hostCount: 2,
      },
      ...{
        extraVariables: { [free()]: free() },
        limit: [name(), name()],
        approved: approvedBy(free(), free()),
      },
    }),
    confirmNodes: kubernetes,
    confirmPods: kubernetes,
    confirmDns: kubernetes,
    readClusterNetwork: kubernetes,
    confirmPodNetwork: {
      ...{ ...patience, host, carriers: [free()] },
      network: {
        dnsPods: [{ name: free(), node: free(), addresses: [free()] }],
        dnsServices: [{ name: free(), addresses: [free()], port: 53 }],
        ...{ api: { name: free(), addresses: [free()], port: 443 }, nodeLocalDns: free(), domain: free() },
        pod: { name: free(), node: free(), isDns: false },
      },
    },
    verifyEtcd: { ...patience, host, members: [name()] },
    checkEtcdPerformance: job({ host }),
    verifyHost: {
      ...{ ...patience, host, storage: target, units: ['kubelet', 'etcd'] },
      ...{ kernelParameters: true, firewall: true, certificates: true },
    },
    applyKernelParameters: { host },
    applyFirewallRules: { host, ruleSet: free() },
    stopJob: { host, jobKey: runningJob },
  };
}
