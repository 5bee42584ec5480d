import { lines, sh, type Script } from '../../hosts/script.js';
import type { LabMachine } from '../machine.js';
import { certificateFolder, etcdCertificates, type Place } from './certificates.js';
import { runOn } from './run-on.js';

const folder = '/etc/ssl/etcd/ssl';

/**
 * Makes a cluster of etcd as Kubespray does: a unit `etcd` on each member, its settings in /etc/etcd.env, certificates in
 * /etc/ssl/etcd/ssl. The program is the distribution's. Returns when every member is healthy.
 * @throws LabError
 */
export async function startEtcd(members: readonly LabMachine[]): Promise<void> {
  const [first] = members;
  if (first === undefined) return;
  await runOn(first, 'make the certificates of etcd', etcdCertificates(members));
  await Promise.all(
    members.map(async (member) => {
      const packed = await runOn(first, 'read the certificates of etcd', packFor(member));
      await runOn(member, 'set etcd up', setUp(member, members), { stdin: packed });
    }),
  );
  await Promise.all(
    members.map((member) => runOn(member, 'start etcd', sh`systemctl enable --now etcd 2> /dev/null`)),
  );
}

/** A member's certificates as text, at the names Kubespray gives them. */
function packFor({ name }: Place): Script {
  const pair = (kind: string) => sh`cp ${`${kind}-${name}.crt`} "$work"/${`${kind}-${name}.pem`}
cp ${`${kind}-${name}.key`} "$work"/${`${kind}-${name}-key.pem`}`;
  return lines(
    sh`cd ${certificateFolder}
work=$(mktemp -d)
cp etcd-ca.crt "$work/ca.pem"`,
    pair('member'),
    pair('admin'),
    sh`tar -C "$work" -cz . | base64
rm -r "$work"`,
  );
}

function setUp(member: Place, members: readonly Place[]): Script {
  return sh`mkdir -p -m 700 ${folder} /var/lib/etcd
base64 -d | tar -C ${folder} -xz
ln -sf /usr/bin/etcd /usr/local/bin/etcd
ln -sf /usr/bin/etcdctl /usr/local/bin/etcdctl
printf '%s' ${etcdEnvironment(member, members)} > /etc/etcd.env
printf '%s' ${unit} > /etc/systemd/system/etcd.service
systemctl daemon-reload`;
}

const unit = `[Unit]
Description=etcd
After=network.target
[Service]
Type=notify
User=root
EnvironmentFile=/etc/etcd.env
ExecStart=/usr/local/bin/etcd
NotifyAccess=all
Restart=always
RestartSec=10s
LimitNOFILE=40000
[Install]
WantedBy=multi-user.target
`;

/** The text of /etc/etcd.env, with Kubespray's names for members: etcd1, etcd2 … in the inventory's order. */
export function etcdEnvironment(member: Place, members: readonly Place[]): string {
  const { name, address } = member;
  const nameOf = (place: Place) => `etcd${members.findIndex((one) => one.name === place.name) + 1}`;
  const peers = members.map((place) => `${nameOf(place)}=https://${place.address}:2380`);
  const file = (kind: string) => `${folder}/${kind}-${name}`;
  const settings = {
    ETCD_DATA_DIR: '/var/lib/etcd',
    ETCD_ADVERTISE_CLIENT_URLS: `https://${address}:2379`,
    ETCD_INITIAL_ADVERTISE_PEER_URLS: `https://${address}:2380`,
    ETCD_INITIAL_CLUSTER_STATE: 'new',
    ETCD_METRICS: 'basic',
    ETCD_LISTEN_CLIENT_URLS: `https://${address}:2379,https://127.0.0.1:2379`,
    ETCD_ELECTION_TIMEOUT: 5000,
    ETCD_HEARTBEAT_INTERVAL: 250,
    ETCD_INITIAL_CLUSTER_TOKEN: 'k8s_etcd',
    ETCD_LISTEN_PEER_URLS: `https://${address}:2380`,
    ETCD_NAME: nameOf(member),
    ETCD_PROXY: 'off',
    ETCD_INITIAL_CLUSTER: peers.join(','),
    ETCD_AUTO_COMPACTION_RETENTION: 8,
    ETCD_SNAPSHOT_COUNT: 10_000,
    ETCD_TRUSTED_CA_FILE: `${folder}/ca.pem`,
    ETCD_CERT_FILE: `${file('member')}.pem`,
    ETCD_KEY_FILE: `${file('member')}-key.pem`,
    ETCD_CLIENT_CERT_AUTH: true,
    ETCD_PEER_TRUSTED_CA_FILE: `${folder}/ca.pem`,
    ETCD_PEER_CERT_FILE: `${file('member')}.pem`,
    ETCD_PEER_KEY_FILE: `${file('member')}-key.pem`,
    ETCD_PEER_CLIENT_CERT_AUTH: true,
    ETCDCTL_ENDPOINTS: 'https://127.0.0.1:2379',
    ETCDCTL_CACERT: `${folder}/ca.pem`,
    ETCDCTL_CERT: `${file('admin')}.pem`,
    ETCDCTL_KEY: `${file('admin')}-key.pem`,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
