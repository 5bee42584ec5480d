import { z } from 'zod';

const ipAddress = z.union([z.ipv4(), z.ipv6()]);

/** Whether an address is an IPv4 or IPv6 address rather than a DNS name. */
export function isIpAddress(address: string): boolean {
  return ipAddress.safeParse(address).success;
}
