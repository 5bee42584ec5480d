import { z } from 'zod';

const ipAddress = z.union([z.ipv4(), z.ipv6()]);

/** Whether an address is an IPv4 or IPv6 address rather than a DNS name. */
export function isIpAddress(address: string): boolean {
  return ipAddress.safeParse(address).success;
}

/** Whether two texts mean one address: IPv6 has many for each, such as 2001:db8::1 and 2001:DB8:0::1. */
export function isSameAddress(one: string, other: string): boolean {
  return one === other || plainAddress(one) === plainAddress(other);
}

/** An IPv6 address in full, so that equal ones are equal texts; anything else as it is. */
export function plainAddress(address: string): string {
  if (!address.includes(':') || !isIpAddress(address)) return address;
  const [before = '', after] = withoutDots(address).split('::');
  const [left, right] = [groupsOf(before), groupsOf(after ?? '')];
  const zeros = after === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => 0), ...right]
    .map((group) => group.toString(16))
    .join(':');
}

/** As {@link plainAddress}, and an IPv4 address that is written within an IPv6 one as the former. */
export function machineAddress(address: string): string {
  const plain = plainAddress(address);
  const [, high, low] = /^0:0:0:0:0:ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(plain) ?? [];
  if (high === undefined || low === undefined) return plain;
  return [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join('.');
}

/** Whether no single machine can have it: the unspecified address, the broadcast address, and those of groups. */
export function isOfNoMachine(address: string): boolean {
  const plain = machineAddress(address);
  return /^(0|22[4-9]|23[0-9])\.\d+\.\d+\.\d+$|^255(\.255){3}$|^0(:0){7}$|^ff[0-9a-f]{2}:/.test(plain);
}

const groupsOf = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));

/** "::ffff:10.0.0.1" with its last 32 bits written like the others. */
function withoutDots(address: string): string {
  const [, head, ...parts] = /^(.*:)([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/.exec(address) ?? [];
  if (head === undefined) return address;
  const [first = 0, second = 0, third = 0, last = 0] = parts.map(Number);
  return `${head}${(first * 256 + second).toString(16)}:${(third * 256 + last).toString(16)}`;
}
