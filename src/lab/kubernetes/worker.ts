import { join } from 'node:path';

import { execa } from 'execa';
import { stringify } from 'yaml';

import { lines, sh, type Script } from '../../hosts/script.js';
import { LabError } from '../errors.js';
import type { LabMachine } from '../machine.js';
import { podImage } from './binaries.js';
import type { Place } from './certificates.js';
import { bootstrapToken } from './control-plane.js';
import { componentNames, componentPod } from './objects.js';
import { runOn } from './run-on.js';

/** Milliseconds for work under emulation. */
const longest = 600_000;

export interface WorkerParts {
  /** Folder of the programs' image. */
  readonly binaries: string;
  readonly controlPlane: Place;
  /** The authority's certificate, in PEM. */
  readonly authority: string;
  /** Arguments of `ssh` to the machine. */
  readonly ssh: readonly string[];
}

/**
 * Makes a node of a virtual machine: containerd with the pods' images, and a kubelet set up as Kubespray does, which asks
 * for its certificate by a bootstrap token.
 */
export async function startWorker(machine: LabMachine, parts: WorkerParts): Promise<void> {
  await unpack(machine, join(parts.binaries, 'worker.tar.gz'), parts.ssh);
  await runOn(machine, 'set containerd and kubelet up', setUp(machine, parts));
  await runOn(machine, 'import the images of pods', importImages, { timeout: longest });
  await runOn(machine, 'start kubelet', sh`systemctl enable --now kubelet 2> /dev/null`, {
    timeout: longest,
  });
}

async function unpack(machine: LabMachine, archive: string, ssh: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await execa('ssh', [...ssh, 'tar -C / -xz --no-same-owner'], {
    inputFile: archive,
    reject: false,
    timeout: longest,
  });
  if (exitCode !== 0)
    throw new LabError(`Could not copy Kubernetes to ${machine.name}: ${stderr.slice(-500)}`);
}

const importImages: Script = sh`systemctl enable --now containerd 2> /dev/null
for image in /opt/images/*.tar; do ctr --namespace k8s.io images import "$image" > /dev/null; done
rm -r /opt/images`;

function setUp(machine: Place, { controlPlane, authority }: WorkerParts): Script {
  const files = {
    // Else the image's network for every Ethernet device takes pods' devices off their bridge.
    '/etc/systemd/network/05-pods.network': '[Match]\nName=veth* cni*\n[Link]\nUnmanaged=yes\n',
    '/etc/systemd/network/10-lab.network.d/address.conf': `[Network]\nAddress=${machine.address}/32\n`,
    '/etc/modules-load.d/kubernetes.conf': 'overlay\nbr_netfilter\nveth\nbridge\n',
    '/etc/sysctl.d/90-kubernetes.conf':
      'net.ipv4.ip_forward=1\nvm.overcommit_memory=1\nkernel.panic=10\nkernel.panic_on_oops=1\n',
    '/etc/containerd/config.toml': containerdConfig,
    '/etc/cni/net.d/10-lab.conflist': JSON.stringify(network),
    '/etc/systemd/system/kubelet.service': kubeletUnit,
    '/etc/kubernetes/kubelet.env': kubeletEnvironment(machine),
    '/var/lib/kubelet/config.yaml': stringify(kubeletConfig),
    '/var/lib/kubelet/kubeadm-flags.env': `KUBELET_KUBEADM_ARGS="--hostname-override=${machine.name}"\n`,
    '/etc/kubernetes/bootstrap-kubelet.conf': stringify(bootstrapConfig(controlPlane)),
    '/etc/kubernetes/ssl/ca.crt': authority,
    ...Object.fromEntries(
      componentNames.map((name) => [
        `/etc/kubernetes/manifests/${name}.yaml`,
        stringify(componentPod(name, controlPlane.address)),
      ]),
    ),
  };
  return lines(
    ...Object.entries(files).map(
      ([path, text]) => sh`mkdir -p "$(dirname ${path})"
printf '%s' ${text} > ${path}`,
    ),
    sh`systemctl restart systemd-networkd systemd-modules-load
sysctl -q --system
systemctl daemon-reload`,
  );
}

const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${podImage}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
# A container that is started under emulation, beside others, takes its time.
[timeouts]
  "io.containerd.timeout.task.state" = "60s"
  "io.containerd.timeout.shim.load" = "60s"
  "io.containerd.timeout.shim.shutdown" = "60s"
  "io.containerd.timeout.shim.cleanup" = "60s"
`;

const network = {
  cniVersion: '0.4.0',
  name: 'lab',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: false,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.233.64.0/24' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};

/** It has Kubespray's flags, and does not start without the two files that kubeadm leaves in /var/lib/kubelet. */
const kubeletUnit = `[Unit]
Description=Kubernetes Kubelet Server
After=containerd.service
Wants=containerd.service
[Service]
EnvironmentFile=-/etc/kubernetes/kubelet.env
EnvironmentFile=/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/local/bin/kubelet $KUBELET_ARGS $KUBELET_KUBEADM_ARGS
Restart=always
RestartSec=10s
[Install]
WantedBy=multi-user.target
`;

function kubeletEnvironment({ address }: Place): string {
  const folder = '/etc/kubernetes';
  const words = [
    '--v=2',
    `--node-ip=${address}`,
    `--bootstrap-kubeconfig=${folder}/bootstrap-kubelet.conf`,
    `--kubeconfig=${folder}/kubelet.conf`,
    '--config=/var/lib/kubelet/config.yaml',
  ];
  return `KUBELET_ARGS="${words.join(' ')}"\n`;
}

const kubeletConfig = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  cgroupDriver: 'systemd',
  staticPodPath: '/etc/kubernetes/manifests',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: '/etc/kubernetes/ssl/ca.crt' },
  },
  authorization: { mode: 'Webhook' },
  clusterDomain: 'cluster.local',
  clusterDNS: ['10.233.0.3'],
  rotateCertificates: true,
  failSwapOn: false,
  runtimeRequestTimeout: '15m',
  // Nothing answers to names in the lab.
  resolvConf: '',
  nodeStatusUpdateFrequency: '10s',
  // Kubespray's defaults: a kubelet that runs while its machine is shut down ends its pods for good.
  shutdownGracePeriod: '60s',
  shutdownGracePeriodCriticalPods: '20s',
  evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '5%', 'imagefs.available': '5%' },
};

function bootstrapConfig({ address }: Place): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'cluster.local',
        cluster: {
          server: `https://${address}:6443`,
          'certificate-authority': '/etc/kubernetes/ssl/ca.crt',
        },
      },
    ],
    users: [{ name: 'bootstrap', user: { token: `${bootstrapToken.id}.${bootstrapToken.secret}` } }],
    contexts: [{ name: 'context', context: { cluster: 'cluster.local', user: 'bootstrap' } }],
    'current-context': 'context',
  };
}
