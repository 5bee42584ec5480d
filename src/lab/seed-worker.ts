import { sh } from '../hosts/script.js';
import { LabError } from './errors.js';

/** What seeding needs of a machine; every lab machine has it. */
export interface SeedableMachine {
  readonly name: string;
  run(
    script: string,
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
}

/** What {@link seedWorker} puts on a machine and nothing changes while the units run: what {@link digestOfTree} compares. */
export const seededPaths: readonly string[] = [
  '/var/lib/kubelet/pods',
  '/var/lib/kubelet/pki',
  '/var/lib/kubelet/config.yaml',
  '/var/lib/containerd/seed',
];

/**
 * Makes a machine look like a worker that has been in use: kubelet and containerd enabled and running, with data in
 * /var/lib/kubelet and /var/lib/containerd that is hard to copy well (owners, modes, extended attributes, hard and
 * symbolic links, holes, odd names). The kubelet is a stand-in that honours --root-dir and, like the real one, needs its
 * certificate in /var/lib/kubelet/pki; containerd is the real one where the machine has it. Of kubeadm there is what a
 * join that was cut off leaves, because the node is of no cluster until it joins the one that is made.
 * @returns the digest of {@link seededPaths}
 * @throws LabError when the machine does not come to look like that
 */
export async function seedWorker(machine: SeedableMachine): Promise<string> {
  for (const script of [dataScript, unitsScript]) {
    const { exitCode, stderr } = await machine.run(script);
    if (exitCode !== 0) throw new LabError(`Seeding ${machine.name} failed: ${stderr.trim().slice(-500)}`);
  }
  return await digestOfTree(machine, seededPaths);
}

/**
 * A digest over everything beneath these paths: names, types, owners, modes, times, link targets, which names are the
 * same file, extended attributes and contents. A path that is missing counts too.
 * @throws LabError when the machine cannot tell
 */
export async function digestOfTree(machine: SeedableMachine, paths: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.run(sh`python3 -c ${digestProgram} ${paths}`.text);
  if (exitCode !== 0) throw new LabError(`No digest of ${paths.join(' ')}: ${stderr.trim().slice(-500)}`);
  return stdout.trim();
}

const dataScript = sh`
cd /var/lib
pod=kubelet/pods/7d1a3c52-0000-4000-8000-000000000001
mkdir -p "$pod/volumes/kubernetes.io~empty-dir/cache" "$pod/etc-hosts.d" kubelet/pki kubelet/plugins containerd/seed
printf 'apiVersion: kubelet.config.k8s.io/v1beta1\\nkind: KubeletConfiguration\\n' > kubelet/config.yaml
printf 'not a real key\\n' > kubelet/pki/kubelet-client-2024-01-01.pem
chmod 600 kubelet/pki/kubelet-client-2024-01-01.pem
ln -sfn /var/lib/kubelet/pki/kubelet-client-2024-01-01.pem kubelet/pki/kubelet-client-current.pem
cd "$pod"
head -c 300000 /dev/urandom > volumes/kubernetes.io~empty-dir/cache/random
printf 'marker\\n' > 'volumes/kubernetes.io~empty-dir/cache/a name with  spaces and "quotes"'
chown 1001:2002 volumes/kubernetes.io~empty-dir/cache/random
chmod 2770 volumes/kubernetes.io~empty-dir/cache
touch -d '2020-02-29 12:34:56.789' volumes/kubernetes.io~empty-dir/cache/random
mkfifo -m 600 etc-hosts.d/pipe
cd /var/lib/containerd/seed
head -c 100000 /dev/urandom > blob
ln blob blob-again
ln -s ../seed/blob link
truncate -s 4M sparse
printf 'end' >> sparse
chmod 4755 blob
python3 -c 'import os; os.setxattr("blob", "user.slipway", b"kept"); os.setxattr("sparse", "trusted.overlay.opaque", b"y")'
sync`.text;

const unitsScript = sh`
mkdir -p /etc/kubernetes /etc/containerd
cat > /usr/local/bin/kubelet <<'EOF'
#!/bin/sh
# Stand-in for a kubelet: writes into its root folder and needs its certificate in the old place.
root=/var/lib/kubelet
for argument; do
  case $argument in --root-dir=*) root=\${argument#*=} ;; esac
done
if [ ! -r /var/lib/kubelet/pki/kubelet-client-current.pem ]; then echo "no client certificate" >&2; exit 1; fi
mkdir -p "$root"
exec 3>> "$root/stand-in.log"
echo "started in $root" >&3
while :; do date +%s > "$root/heartbeat"; sleep 2; done
EOF
chmod 755 /usr/local/bin/kubelet
echo 'KUBELET_ARGS=""' > /etc/kubernetes/kubelet.env
echo 'kind: Config' > /etc/kubernetes/bootstrap-kubelet.conf
cat > /etc/systemd/system/kubelet.service <<'EOF'
[Unit]
Description=Kubernetes Kubelet Server (stand-in)
After=containerd.service
[Service]
EnvironmentFile=-/etc/kubernetes/kubelet.env
ExecStart=/usr/local/bin/kubelet $KUBELET_ARGS
Restart=always
RestartSec=2s
[Install]
WantedBy=multi-user.target
EOF
cat > /etc/containerd/config.toml <<'EOF'
version = 2
root = "/var/lib/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
EOF
if ! command -v containerd >/dev/null; then
  cat > /etc/systemd/system/containerd.service <<'EOF'
[Unit]
Description=containerd container runtime (stand-in)
[Service]
ExecStart=/bin/sh -c 'exec 3>> /var/lib/containerd/held.log; while :; do date >&3; sleep 2; done'
Restart=always
[Install]
WantedBy=multi-user.target
EOF
fi
systemctl daemon-reload
systemctl enable --now containerd kubelet 2>/dev/null
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  if [ -e /var/lib/kubelet/heartbeat ]; then exit 0; fi
  sleep 1
done
echo 'The kubelet stand-in does not run.' >&2
exit 1`.text;

const digestProgram = `
import hashlib, os, stat, sys
first = {}
total = hashlib.sha256()
def add(path):
    try:
        info = os.lstat(path)
    except FileNotFoundError:
        total.update(repr((path, None)).encode())
        return
    content = ""
    if stat.S_ISREG(info.st_mode):
        with open(path, "rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()
    elif stat.S_ISLNK(info.st_mode):
        content = os.readlink(path)
    names = sorted(os.listxattr(path, follow_symlinks=False))
    xattrs = [(name, os.getxattr(path, name, follow_symlinks=False)) for name in names if name != "security.selinux"]
    same = first.setdefault((info.st_dev, info.st_ino), path)
    size = 0 if stat.S_ISDIR(info.st_mode) else info.st_size
    total.update(repr((path, info.st_mode, info.st_uid, info.st_gid, size, info.st_mtime_ns, content, xattrs, same)).encode())
    if stat.S_ISDIR(info.st_mode):
        for name in sorted(os.listdir(path)):
            add(os.path.join(path, name))
for path in sys.argv[1:]:
    add(path)
print("sha256:" + total.hexdigest())
`;
