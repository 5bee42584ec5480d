/** Files beneath a folder: their digests by path. */
export type Digests = ReadonlyMap<string, string>;

/** What is to be done in a cluster's inventory when the sample is another one than was copied. Paths beneath it, sorted. */
export interface SamplePlan {
  /** To be taken from the sample. */
  readonly write: readonly string[];
  /** The sample's no longer, and as they were copied. */
  readonly remove: readonly string[];
  /** Changed by hand, and in the sample too: nobody but the operator knows what is meant. */
  readonly edited: readonly string[];
}

interface Input {
  /** Of the checkout as it is now. */
  readonly sample: Digests;
  readonly inventory: Digests;
  /** The sample as it was copied; undefined where nobody has written it down. */
  readonly recorded: Digests | undefined;
  /** Paths in the inventory whose content is Kubespray's own of some release; asked for only where nothing is recorded. */
  readonly pristine: ReadonlySet<string>;
}

/** Slipway's own, whatever a sample has. */
const hostsFile = 'hosts.yaml';

/**
 * Compares three states of each file, as package managers do with configuration: as it was copied, as it is, and as the
 * sample has it now. What is not the sample's (Slipway's own, the operator's own) is left alone.
 */
export function planSampleInventory(input: Input): SamplePlan {
  const { sample, inventory } = input;
  const before = input.recorded ?? origin(input);
  const paths = [...sample.keys()].filter((path) => path !== hostsFile).sort();
  // Also one that was removed by hand stays away as long as the sample's is the same.
  const changed = paths.filter((path) => {
    const wanted = sample.get(path);
    return inventory.get(path) !== wanted && before.get(path) !== wanted;
  });
  const isUntouched = (path: string) => !inventory.has(path) || inventory.get(path) === before.get(path);
  return {
    write: changed.filter(isUntouched),
    remove: [...before.keys()]
      .filter((path) => !sample.has(path) && inventory.has(path))
      .filter(isUntouched)
      .sort(),
    edited: changed.filter((path) => !isUntouched(path)),
  };
}

/**
 * What was copied, as far as it can be told afterwards: files that are Kubespray's own are as they were copied. What the
 * others were nobody knows: an edit of this release's file looks like a file of a release that was there before.
 */
function origin({ inventory, pristine }: Input): Digests {
  return new Map([...inventory].filter(([path]) => pristine.has(path)));
}

/** Reads lines of `sha256sum` about paths that begin with `../`; names that it writes in its own way are left out. */
export function parseDigests(text: string): Digests {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, digest = '', path = ''] = /^([0-9a-f]{64}) [ *]\.\/(.+)$/.exec(line) ?? [];
      return path === '' ? [] : [[path, digest] as const];
    }),
  );
}

/** Digests as a file that {@link parseDigests} reads, with a line that says of what. */
export function digestsText(heading: string, digests: Digests): string {
  const lines = [...digests].sort().map(([path, digest]) => `${digest}  ./${path}`);
  return [`# ${heading}`, ...lines, ''].join('\n');
}

/** Whether both hold the same files with the same content. */
export function sameDigests(left: Digests, right: Digests): boolean {
  return left.size === right.size && [...left].every(([path, digest]) => right.get(path) === digest);
}
