import { CommandError } from '../terminal/errors.js';

/** What the real Kubespray needs on this machine, and what is there of it. */
export interface FoundSources {
  /** Kubespray's tag that the lab's mirror is made for. */
  readonly release: string;
  /** A URL or a path. */
  readonly repository: string;
  /** Whether the repository showed the tag in time. */
  readonly answers: boolean;
  /** How many parts the mirror has when it is complete. */
  readonly parts: number;
  /** Names of those that are not built. */
  readonly missing: readonly string[];
}

/** A real cluster by the real Kubespray. */
export interface RealDemo {
  readonly kind: 'real';
  readonly release: string;
  readonly repository: string;
}

/** The procedure with a stand-in for Kubespray, and with disks for step 7. */
export interface StandInDemo {
  readonly kind: 'stand-in';
}

export type Demo = RealDemo | StandInDemo;

export interface DemoChoice {
  readonly demo: Demo;
  /** Why it is not the real one; absent where it is, or where the stand-in was asked for. */
  readonly obstacles?: readonly DemoObstacle[] | undefined;
}

/** Something that the real Kubespray lacks here. */
export interface DemoObstacle {
  /** Without a full stop. */
  readonly what: string;
  /** What to do, a sentence. */
  readonly remedy: string;
}

/** The command that builds the mirror, as a line for a shell, and how the demo is told of a clone. */
export interface Remedies {
  readonly buildMirror: string;
  readonly nameClone: string;
}

/** Seconds that a repository has to answer in. */
export const patienceSeconds = 3;

/**
 * The real Kubespray where all that it needs is there, else the stand-in.
 * @param wanted what was asked for; undefined for whatever is possible
 * @throws CommandError if the real one was asked for and is not possible
 */
export function chooseDemo(
  found: FoundSources,
  { wanted, remedies }: { readonly wanted?: Demo['kind'] | undefined; readonly remedies: Remedies },
): DemoChoice {
  if (wanted === 'stand-in') return { demo: { kind: 'stand-in' } };
  const obstacles = obstaclesOf(found, remedies);
  const { release, repository } = found;
  if (obstacles.length === 0) return { demo: { kind: 'real', release, repository } };
  if (wanted === undefined) return { demo: { kind: 'stand-in' }, obstacles };
  throw new CommandError(
    [
      `The real Kubespray cannot be run here: ${obstacles.map(({ what }) => what).join(', and ')}.`,
      'Machines of the lab reach nothing outside, so both have to be here.',
      ...obstacles.map(({ remedy }) => remedy),
    ].join('\n'),
  );
}

function obstaclesOf(found: FoundSources, { buildMirror, nameClone }: Remedies): DemoObstacle[] {
  const { release, repository, answers, parts, missing } = found;
  const obstacles: DemoObstacle[] = [];
  if (missing.length > 0) {
    obstacles.push({
      what:
        missing.length === parts
          ? "the lab's mirror is not built"
          : `the lab's mirror lacks ${missing.join(', ')}`,
      remedy: `Build the mirror, once, in about a quarter of an hour: ${buildMirror}`,
    });
  }
  if (!answers) {
    obstacles.push({
      what: `${repository} showed no tag ${release} within ${patienceSeconds} seconds`,
      remedy: `Name a clone of Kubespray that has ${release}: ${nameClone}`,
    });
  }
  return obstacles;
}
