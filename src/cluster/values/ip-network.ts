/** An IPv4 network. */
export interface IpNetwork {
  /** Its first address, as a number. */
  readonly first: number;
  /** Bits that its addresses have in common, 0 to 32. */
  readonly prefix: number;
}

/** An IPv4 address as a number; undefined for anything else. */
export function addressNumber(text: string): number | undefined {
  const parts = /^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

/** "10.233.64.0/18"; undefined for anything else, and where the address is not the network's first. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [address = '', digits = ''] = text.split('/');
  const first = addressNumber(address);
  const prefix = /^[0-9]{1,2}$/.test(digits) ? Number(digits) : 33;
  if (first === undefined || prefix > 32 || first % 2 ** (32 - prefix) !== 0) return undefined;
  return { first, prefix };
}
