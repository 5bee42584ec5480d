import { counted } from '../../cluster/text/quantities.js';
import { AuthenticationFailedError, NotProvenError, RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import type { HostAddress } from '../../protocol/host-addresses.js';
import type { CopySshKeyInput } from '../../protocol/step-inputs.js';
import type { Dependencies } from '../running/dependencies.js';
import { changed, step, unchanged, withHost } from '../running/step.js';

/**
 * Step 3: "Copy Public Key to the Kubernetes Hosts". The key is tried first; only where it does not get in, the password
 * is read and used for one connection. Each key is appended once, and a fresh login by key is the proof.
 * @throws AuthenticationFailedError when the key does not get in and no password is given
 * @throws HostKeyUnknownError when it is needed, and the host's key is neither stated nor confirmed: it is not sent
 * @throws RefusedError when the host refuses the password: trying it again could lock the account
 */
export const copySshKey = step('copySshKey', async (input, dependencies: Dependencies) => {
  const { host: address } = input;
  const user = address.kind === 'ssh' ? address.user : 'root';
  const added = await appendByKey(dependencies, input, user);
  if (added === 0) return unchanged(`${user} gets in by key`);
  if (added !== undefined) return changed(`appended ${counted(added, 'key')} for ${user}`);

  const copied = await appendByPassword(dependencies, input, user);
  await proveKeyLogin(dependencies, address, user);
  return changed(`appended ${counted(copied, 'key')} for ${user}, who now gets in by key`);
});

/** @returns how many keys were missing, or undefined if the key does not get in */
async function appendByKey(
  dependencies: Dependencies,
  { host: address, publicKeys, password }: CopySshKeyInput,
  user: string,
): Promise<number | undefined> {
  try {
    return await withHost(dependencies, address, (host) => append(host, user, publicKeys));
  } catch (error) {
    if (!(error instanceof AuthenticationFailedError)) throw error;
    if (password) return undefined;
    throw new AuthenticationFailedError(
      `The SSH key does not get into ${address.name} as ${user}, and no password is given.`,
      {
        ...error.context,
        advice: `Set ssh.bootstrapPassword, or run "${copyCommand(address)}" yourself, then retry.`,
      },
      { cause: error },
    );
  }
}

async function appendByPassword(
  { hosts, readSecret }: Dependencies,
  { host: address, publicKeys, password }: CopySshKeyInput,
  user: string,
): Promise<number> {
  if (!password) return 0;
  const where = 'env' in password ? `the environment variable ${password.env}` : password.file;
  let host: Host;
  try {
    host = await hosts.connect(address, { password: await readSecret(password) });
  } catch (error) {
    if (!(error instanceof AuthenticationFailedError)) throw error;
    throw new RefusedError(`${address.name} accepts neither the SSH key nor the password for ${user}.`, {
      ...error.context,
      advice: `Correct ${where}, and see that sshd of ${address.name} allows passwords for ${user}; or run "${copyCommand(address)}" yourself. Then retry.`,
    });
  }
  try {
    return await append(host, user, publicKeys);
  } finally {
    await host.close();
  }
}

async function proveKeyLogin(dependencies: Dependencies, address: HostAddress, user: string): Promise<void> {
  try {
    const host = await dependencies.hosts.connect(address, { fresh: true });
    await host.close();
  } catch (error) {
    if (!(error instanceof AuthenticationFailedError)) throw error;
    throw new NotProvenError(
      `The key was appended to authorized_keys of ${user} on ${address.name}, and still does not get in.`,
      {
        ...error.context,
        advice: `Look at AuthorizedKeysFile and PubkeyAuthentication in sshd_config of ${address.name}, and at the owner and modes of ${user}'s home folder.`,
      },
      { cause: error },
    );
  }
}

/**
 * Appends what is missing, compared by type and key: comments may differ. Runs as root whoever the user is, so owner and
 * modes are set as sshd's StrictModes wants them.
 */
async function append(host: Host, user: string, publicKeys: readonly string[]): Promise<number> {
  const script = lines(
    sh`entry=$(getent passwd ${user})
home=$(printf '%s' "$entry" | cut -d: -f6)
group=$(id -g ${user})
folder=$home/.ssh
file=$folder/authorized_keys
if [ ! -d "$folder" ]; then install -d -m 700 -o ${user} -g "$group" -- "$folder"; fi
if [ ! -e "$file" ]; then install -m 600 -o ${user} -g "$group" /dev/null "$file"; fi
added=0`,
    ...[...new Set(publicKeys)].map(appendOne),
    sh`sync -- "$file" "$folder"
echo "$added"`,
  );
  const { stdout } = await host.run(script, { what: 'append to authorized_keys' });
  return Number(stdout.trim());
}

/**
 * A last line without a line end would swallow the key, and a commented-out key is no key. A comment with a line end in
 * it would be a second line, and could be a second key.
 */
function appendOne(publicKey: string): Script {
  const words = publicKey.trim().split(/\s+/);
  const [type = '', base64 = ''] = words;
  return sh`if ! grep -v '^[[:space:]]*#' "$file" | grep -qF -e ${`${type} ${base64}`}; then
  if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo >> "$file"; fi
  printf '%s\\n' ${words.join(' ')} >> "$file"
  added=$((added + 1))
fi`;
}

function copyCommand(address: HostAddress): string {
  if (address.kind === 'local') return 'ssh-copy-id';
  const port = address.port === 22 ? '' : `-p ${address.port} `;
  return `ssh-copy-id -i ${address.privateKey}.pub ${port}${address.user}@${address.address}`;
}
