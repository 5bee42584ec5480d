import { z } from 'zod';
import { isOfNoMachine } from '../values/ip-address.js';

/** The values that a specification's fields may have, each with the reason for its form. */

/** A name that is valid as a Kubernetes node name (RFC 1123 label). */
export const nodeName = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    'must be lower-case letters, digits and hyphens, and begin and end with a letter or digit',
  );

const ofNoMachine = 'must be the address of a machine, not one for nobody or for many';

export const ipAddress = z
  .union([z.ipv4(), z.ipv6()], 'must be an IP address')
  .refine((address) => !isOfNoMachine(address), ofNoMachine);

/** Labels with dots between; the last one is not all digits, so that a mistyped IPv4 address is no DNS name. */
const dnsName = z
  .string()
  .max(253)
  .regex(/^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*$/)
  .regex(/^[^-].*[^-]$|^[^-]$/);

/** An IPv4 or IPv6 address, or a DNS name. */
export const hostAddress = z
  .union([z.ipv4(), z.ipv6(), dnsName], 'must be an IP address or a DNS name')
  .refine((address) => !isOfNoMachine(address), ofNoMachine);

export const port = z.int().min(1).max(65535);

/** A path from the root, without anything a shell, fstab or YAML would read as more than a path. */
export const absolutePath = z
  .string()
  .refine((path) => path === '/' || !path.endsWith('/'), { error: 'must not end with /', abort: true })
  .regex(/^(\/|(\/[A-Za-z0-9._+-]+)+)$/, 'must be an absolute path of letters, digits and . _ + -')
  .refine(
    (path) => !path.split('/').some((part) => /^\.\.?$/.test(part)),
    'must not hold "." or ".." as a folder',
  );

/** A path on the machine where the worker runs; `~/` is its user's home folder. */
export const localPath = z.string().regex(/^(~\/|\/)[^\0\n]+$/, 'must begin with / or ~/');

/**
 * A {@link localPath} that ends up in Ansible's own files, where `;` begins a comment, `$` and `{{` are put in, and a
 * space ends a word of ssh's arguments.
 */
export const keyPath = localPath.regex(
  /^[A-Za-z0-9@~/._+=,-]*$/,
  'must hold only letters, digits and @ ~ / . _ + = , -, because Ansible reads it',
);

/** A public host key as in a known_hosts file: type and base64. */
export const hostKey = z
  .string()
  .regex(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*$/,
    'must be "<type> <base64>"',
  );

export const linuxUser = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a Linux user name');

/**
 * Where a mirror is: http or https, a host, and perhaps a port and a path. Neither a user nor a password, because a
 * specification is kept in Temporal's history; nothing that Ansible or containerd would read as more than an address.
 */
export const mirrorUrl = z
  .string()
  .regex(
    /^https?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?(\/[A-Za-z0-9._~+-]+)*\/?$/,
    'must be http:// or https:// with a host, and perhaps a port and a path, but no user, password or query',
  )
  .refine((url) => URL.canParse(url), 'must be a valid address');

/** Any URL or path that git can clone. */
export const repository = z
  .string()
  .regex(/^(?!.*::)[A-Za-z0-9@/~][A-Za-z0-9@:/._~+-]*$/, 'must be a URL or path that git can clone');
