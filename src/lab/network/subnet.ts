/** An IPv4 network as two numbers: its first address and how many bits are fixed. */
export interface Subnet {
  readonly base: number;
  readonly bits: number;
}

/** Labs take a /24 each out of here: private, and seldom used by anybody else. */
const first = parseSubnet('10.201.0.0/24');
const candidates = 54 * 256;

/** Reads "10.1.2.0/24", a bare address or "default" (which overlaps nothing, because it leads elsewhere). */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d] = match.slice(1, 5).map(Number) as [number, number, number, number];
  const bits = match[5] === undefined ? 32 : Number(match[5]);
  return { base: ((a * 256 + b) * 256 + c) * 256 + d, bits };
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  const size = 2 ** (32 - Math.min(one.bits, other.bits));
  return Math.floor(one.base / size) === Math.floor(other.base / size);
}

/**
 * The first three numbers of a /24 that overlaps nothing in `taken`, such as "10.201.7". Where the search begins depends
 * on `seed`, so that a lab gets the same one again where it can.
 */
export function chooseSubnet(taken: readonly Subnet[], seed: number): string | undefined {
  if (!first) return undefined;
  for (let step = 0; step < candidates; step += 1) {
    const network = { base: first.base + ((seed + step) % candidates) * 256, bits: 24 };
    if (!taken.some((each) => overlaps(each, network)))
      return dotted(network.base).split('.').slice(0, 3).join('.');
  }
  return undefined;
}

/** An address as people write it. */
export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
