import { z } from 'zod';
import { networkPlugins, pluginOfVariables } from './network-plugin.js';
import {
  nodeName,
  ipAddress,
  hostAddress,
  port,
  absolutePath,
  localPath,
  keyPath,
  hostKey,
  linuxUser,
  mirrorUrl,
  repository,
} from './fields.js';

/**
 * The specification: everything an operator says about a cluster, as `cluster.yaml` or as the single JSON argument of
 * the workflows. Both are checked by {@link specificationSchema}; rules that need more than one field are in
 * `specification-rules.ts`.
 */

/** Where a secret is to be found. The secret itself is never part of a specification. */
const secretReferenceSchema = z.union(
  [
    z.strictObject({ file: localPath }),
    z.strictObject({
      env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
    }),
  ],
  'must be { file: … } or { env: … }',
);
export type SecretReference = z.infer<typeof secretReferenceSchema>;

export const roleSchema = z.enum(['control-plane', 'etcd', 'worker']);
export type Role = z.infer<typeof roleSchema>;

/** Step 7 of the document: where kubelet's and containerd's data live. */
export const ephemeralStorageSchema = z.strictObject({
  mountPoint: absolutePath.default('/data'),
  /** The name under /dev/md/, also /dev/<name> where it is md<number>. */
  arrayName: z
    .string()
    .regex(/^md[0-9]{1,3}$/, 'must be md0 … md999')
    .default('md0'),
  level: z.enum(['raid0', 'raid1', 'raid10']).default('raid0'),
  /** `auto`: `bind` where data is moved, `root-dir` (the document's) on a fresh host. */
  layout: z.enum(['auto', 'root-dir', 'bind']).default('auto'),
  disks: z
    .strictObject({
      /** How many disks the array is made of. */
      count: z.int().min(1).max(32).default(2),
      /** Only disks of this kind are candidates. */
      kind: z.enum(['nvme', 'ssd', 'any']).default('nvme'),
      /** Names the disks outright, by serial number or WWN. */
      serials: z.array(z.string().min(1).max(128)).min(1).optional(),
      /** Smallest size of a candidate, in GiB. */
      minimumGiB: z.number().positive().default(1),
    })
    .prefault({}),
});
export type EphemeralStorage = z.infer<typeof ephemeralStorageSchema>;

/** GPUs that leases may have; `false`: none. */
const gpuSchema = z.union([z.literal(false), z.literal('nvidia')], 'must be nvidia or false');

const hostSchema = z.strictObject({
  name: nodeName,
  /** Where SSH and Ansible reach the host. */
  address: hostAddress,
  port: port.default(22),
  /** The address by which the other nodes reach this one, when it is another (Kubespray's `ip` and `access_ip`). */
  internalAddress: ipAddress.optional(),
  roles: z.array(roleSchema).min(1),
  user: linuxUser.optional(),
  hostKey: hostKey.optional(),
  /** Overrides the cluster's setting for this host; `false`: none on this host. */
  ephemeralStorage: z.union([z.literal(false), ephemeralStorageSchema]).optional(),
  /** Overrides the cluster's setting for this host. */
  gpu: gpuSchema.optional(),
});
export type HostSpecification = z.infer<typeof hostSchema>;

/** A JSON value, as Ansible variables are. Half of a surrogate pair is no character, and no file can hold it. */
const variablesSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable: letters, digits and _'),
  z.json().refine(isWhole, 'must not hold half of a surrogate pair, which no file can hold'),
);

function isWhole(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  return typeof value !== 'object' || value === null || Object.entries(value).flat().every(isWhole);
}

/** Where in a closed network everything is that Kubespray would have from the internet. */
const mirrorSchema = z
  .strictObject({
    /** Files, in a folder for each host that they come from: <files>/github.com/…, <files>/dl.k8s.io/… */
    files: mirrorUrl.optional(),
    /** A registry with the images of all others by their own names; containerd asks it first. */
    registry: mirrorUrl.optional(),
    /** An index of Python packages, for the control host. */
    pip: mirrorUrl.optional(),
    /** What git clones on the control host, in place of kubespray.repository. */
    git: repository.optional(),
  })
  .refine(
    (mirror) => Object.keys(mirror).length > 0,
    'must name at least one of files, registry, pip and git',
  );
export type MirrorSpecification = z.infer<typeof mirrorSchema>;

/** Kubespray's own, where none is named. */
export const kubesprayRepository = 'https://github.com/kubernetes-sigs/kubespray.git';

const writtenSchema = z.strictObject({
  name: nodeName,
  kubespray: z
    .strictObject({
      /** A tag such as v2.24.1; without it the newest known release that fits and has kube_version. */
      release: z
        .string()
        .regex(/^v?(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$/, 'must be a release such as v2.24.1')
        .optional(),
      /** Any URL or path that git can clone. */
      repository: repository.default(kubesprayRepository),
      /** The branch or tag to check out, when it is not named as the release is; the release must be named as well. */
      ref: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'must be the name of a branch or tag')
        .optional(),
      /**
       * Whether each control plane renews its certificates by a timer before they end after a year. Without it: yes, but
       * where the variables say that certificates come from elsewhere (kube_external_ca_mode).
       */
      autoRenewCertificates: z.boolean().optional(),
      /** More group variables; they win over what Slipway writes, and conflicts are named. */
      variables: variablesSchema.default({}),
    })
    .prefault({}),
  mirror: mirrorSchema.optional(),
  /** Where Kubespray and Ansible run: the worker's own machine, or another one over SSH. */
  controlHost: z
    .union([
      z.literal('local'),
      z.strictObject({
        address: hostAddress,
        port: port.default(22),
        user: linuxUser.default('root'),
        hostKey: hostKey.optional(),
      }),
    ])
    .default('local'),
  ssh: z
    .strictObject({
      user: linuxUser.default('root'),
      /** The private key; created when it is missing. Lives on the worker's machine. */
      privateKey: z.strictObject({ file: keyPath }).default({ file: '~/.ssh/id_rsa' }),
      /** The password by which the public key is copied to the hosts, used once. */
      bootstrapPassword: secretReferenceSchema.optional(),
    })
    .prefault({}),
  hosts: z.array(hostSchema).min(1).max(1000),
  /** `false`: step 7 is left out. It is done on workers only, unless a host says otherwise. */
  ephemeralStorage: z.union([z.literal(false), ephemeralStorageSchema]).default(false),
  /** containerd of these workers gets NVIDIA's runtime before the first lease asks for it; workers only, unless a host says otherwise. */
  gpu: gpuSchema.default(false),
  dns: z
    .strictObject({
      upstream: z.array(ipAddress).min(1).default(['8.8.8.8', '1.1.1.1']),
    })
    .prefault({}),
  firewall: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Which one Kubespray installs, too. Without it: that of the variable kube_network_plugin, else Calico. */
      networkPlugin: z.enum(networkPlugins).optional(),
      /** Open to everybody besides what the roles need, for example the provider's ingress ports. */
      openPorts: z
        .array(
          z
            .strictObject({
              port,
              /** The last port of a range, for example 32767 for the NodePorts that begin at 30000. */
              endPort: port.optional(),
              protocol: z.enum(['tcp', 'udp']).default('tcp'),
            })
            .refine(({ port: first, endPort }) => endPort === undefined || endPort >= first, {
              path: ['endPort'],
              error: 'must not be less than port',
            }),
        )
        .default([]),
    })
    .prefault({}),
  /** Findings that the operator has seen and accepts. The reason is kept in the report. */
  overrides: z
    .array(
      z.strictObject({
        check: z.string(),
        hosts: z.array(nodeName).optional(),
        reason: z.string().trim().min(3).max(500),
      }),
    )
    .default([]),
  /** How much of a cluster that is in use may be away at the same time. Control planes and etcd members go one by one. */
  maintenance: z
    .strictObject({
      /** Running workers that step 7 stops and restarts at the same time. */
      maxUnavailable: z.int().min(1).max(100).default(1),
    })
    .prefault({}),
  approval: z
    .strictObject({
      /** Hours after which an unanswered question counts as denied. */
      hours: z.number().positive().max(8760).default(72),
    })
    .prefault({}),
});

/** What an operator writes, and what follows from several fields of it. */
export const specificationSchema = writtenSchema.transform(({ firewall, kubespray, ...rest }) => ({
  ...rest,
  kubespray: { ...kubespray, repository: rest.mirror?.git ?? kubespray.repository },
  firewall: {
    ...firewall,
    networkPlugin: firewall.networkPlugin ?? pluginOfVariables(kubespray.variables) ?? 'calico',
  },
}));

/** A checked specification with every default filled in. */
export type Specification = z.infer<typeof specificationSchema>;
/** What an operator writes. */
export type SpecificationInput = z.input<typeof specificationSchema>;
