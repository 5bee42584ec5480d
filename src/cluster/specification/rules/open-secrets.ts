import type { Draft } from '../draft.js';
import type { Problem } from '../problems.js';
import { wrong } from './repeats.js';

/** How the names of variables end that hold a secret, in small letters and with `_` between words. */
const secretNames = [
  'pass',
  'peerpass',
  'pwd',
  'passwd',
  'htpasswd',
  'password',
  'passphrase',
  'token',
  'identitytoken',
  'secret_key',
  'private_key',
  'access_key',
  'api_key',
  'apikey',
  'ipsec_key',
  'certificate_key',
  // A name that ends in `secret` alone is more often that of a Secret of Kubernetes.
  'client_secret',
  'credential_secret',
  'provisioner_secret',
  'provisioner_user_secret',
];
const secretName = new RegExp(`(^|_)(${secretNames.join('|')})$`);

/**
 * Anywhere in a text. A template in place of the password is none in the open. Schemes are short, and a user's name has no
 * colon, so that a long text takes no longer than its length.
 */
const urlWithPassword = /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@{}:]*:[^\s/@{}]+@/i;

const privateKey = /-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----/;

/** Variables that hold a secret, at any depth: they are kept in Temporal's history, where no secret may be. */
export function openSecretProblems({ kubespray }: Draft): Problem[] {
  return Object.entries(kubespray.variables).flatMap(([name, value]) =>
    secretsIn(value, ['kubespray', 'variables', name]),
  );
}

function secretsIn(value: unknown, path: Problem['path']): Problem[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => secretsIn(item, [...path, index]));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, item]) => secretsIn(item, [...path, name]));
  const what = typeof value === 'string' ? secretOf(String(path.at(-1)), value) : undefined;
  if (what === undefined) return [];
  const message = `must not ${what} in the open; keep it in a file on the control host and write "{{ lookup('file', '/path') }}"`;
  return [wrong(path, message)];
}

/** What of a secret a text is; undefined: none. */
function secretOf(name: string, value: string): string | undefined {
  if (privateKey.test(value)) return 'hold a private key';
  if (urlWithPassword.test(value)) return 'hold a URL with a password';
  const isSecret = secretName.test(wordsOf(name)) && value !== '' && !value.includes('{{');
  return isSecret ? 'be a secret' : undefined;
}

/** `apiKey` and `api-key` as `api_key`. */
function wordsOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}
