import { RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import type { SshKeyResult } from '../../protocol/step-inputs.js';
import { exportHome, homePath } from '../../probes/home-path.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 3: "Create SSH Keys on Ansible Host", only where there is none: an existing key is never overwritten. The public
 * key is derived from the private one, so a missing or wrong `.pub` does no harm.
 * @throws RefusedError for a key with a passphrase, which nobody is there to enter, and for a `.pub` without its key
 */
export const createSshKey = hostStep('createSshKey', async (host, { path }): Promise<SshKeyResult> => {
  const outcome = await createIfMissing(host, path);
  const publicKey = await derivePublicKey(host, path);
  return outcome === 'created'
    ? { ...changed(`created ${path}`), publicKey }
    : { ...unchanged(`${path} is there`), publicKey };
});

const publicKeyOnly = 65;
const passphrase = 66;

/** Made in a folder beside and put in place by a link, which fails where a file is, so no key can be overwritten. */
async function createIfMissing(host: Host, path: string): Promise<'created' | 'present'> {
  const script = sh`${exportHome}
key=${homePath(path)}
if [ -e "$key" ]; then
  if [ -n "$(find -L "$key" -perm /077)" ]; then chmod 600 -- "$key"; fi
  echo present
  exit
fi
if [ -e "$key.pub" ]; then exit ${publicKeyOnly}; fi
folder=$(dirname -- "$key")
if [ ! -d "$folder" ]; then mkdir -p -- "$folder"; chmod 700 -- "$folder"; fi
new=$(mktemp -d -- "$folder/.slipway.XXXXXXXX")
trap 'rm -rf -- "$new"' EXIT
ssh-keygen -q -t rsa -C "$(uname -n)" -N '' -f "$new/key" >&2
ln -T -- "$new/key" "$key"
ln -T -- "$new/key.pub" "$key.pub"
sync -- "$folder"
echo created`;
  const { exitCode, stdout } = await host.run(script, {
    accept: [0, publicKeyOnly],
    what: `create the SSH key ${path}`,
  });
  if (exitCode === publicKeyOnly) {
    throw new RefusedError(`${path}.pub is on ${host.name}, but the private key ${path} is not.`, {
      host: host.name,
      advice: `Put the private key to ${path}, or move ${path}.pub away.`,
    });
  }
  return stdout.trim() === 'created' ? 'created' : 'present';
}

async function derivePublicKey(host: Host, path: string): Promise<string> {
  const script = sh`${exportHome}
key=${homePath(path)}
if ! public=$(ssh-keygen -y -P '' -f "$key"); then exit ${passphrase}; fi
printf '%s\\n' "$public"
if [ ! -e "$key.pub" ]; then
  new=$(mktemp -- "$key.XXXXXXXX")
  trap 'rm -f -- "$new"' EXIT
  printf '%s\\n' "$public" > "$new"
  chmod 644 -- "$new"
  ln -T -- "$new" "$key.pub" || true
fi`;
  const { exitCode, stdout, stderr } = await host.run(script, {
    accept: [0, passphrase],
    what: `read the SSH key ${path}`,
  });
  if (exitCode === passphrase) {
    throw new RefusedError(`${path} on ${host.name} cannot be used as an SSH key without a passphrase.`, {
      host: host.name,
      output: stderr,
      advice:
        'Name a key without a passphrase as ssh.privateKey, or a path where none is yet: it is then created.',
    });
  }
  return stdout.trim();
}
