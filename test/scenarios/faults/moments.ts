import type { Call } from './fault-workers.js';
import type { Fault } from './faults.js';

/** One time that a run comes to a step on a host. What is tried again, also after a person's `retry`, is the same. */
export interface Moment {
  readonly step: string;
  readonly host: string;
  /** The first time is 1. */
  readonly nth: number;
}

/** Such as `gatherFacts on node1`, and at the second time `gatherFacts on node1 (2)`. */
export function momentText({ step, host, nth }: Moment): string {
  return `${step} on ${host}${nth === 1 ? '' : ` (${nth})`}`;
}

/** What became of one moment that met a fault. */
export interface Cell extends Moment {
  readonly fault: Fault;
  /** What was done on the host then, where it is known. */
  readonly what: string | undefined;
  /** Milliseconds since the epoch. */
  struck: number;
  /** Milliseconds until another attempt began; undefined where it went on in the same one. */
  resumed: number | undefined;
  /** Milliseconds until something that was begun after the fault succeeded; undefined: nothing ever did. */
  recovery: number | undefined;
  /** How often a person had to say `retry` for it. */
  asked: number;
}

/** A moment of the run, and how it stands. */
export interface Occurrence extends Moment {
  /** What it meets yet, the first one first. */
  readonly faults: Fault[];
  /** Operations of the present attempt that came to their end. */
  operations: number;
  /** The last fault it has met, until it has gone on. */
  cell: Cell | undefined;
  /** Whether a fault has met it in its middle or after: then nobody knows how much is left to do. */
  isDisturbed: boolean;
  isDone: boolean;
}

/** Tells which moment an execution of an activity belongs to. */
export class Moments {
  private readonly byKey = new Map<string, Occurrence>();
  private readonly latest = new Map<string, Occurrence>();
  private readonly again = new Set<string>();

  constructor(private readonly choose: (moment: Moment) => readonly Fault[]) {}

  of({ key }: Pick<Call, 'key'>): Occurrence | undefined {
    return this.byKey.get(key);
  }

  /** An attempt begins. */
  begin(call: Call): Occurrence {
    const occurrence = this.byKey.get(call.key) ?? this.triedAgain(call) ?? this.first(call);
    this.byKey.set(call.key, occurrence);
    occurrence.operations = 0;
    return occurrence;
  }

  /** A person is about to say `retry`, which makes another activity of the same moment. */
  expectAgain(call: Pick<Call, 'step' | 'host'>): void {
    this.again.add(placeOf(call));
  }

  private triedAgain(call: Call): Occurrence | undefined {
    return this.again.delete(placeOf(call)) ? this.latest.get(placeOf(call)) : undefined;
  }

  private first(call: Call): Occurrence {
    const { step, host } = call;
    const moment = { step, host, nth: (this.latest.get(placeOf(call))?.nth ?? 0) + 1 };
    const faults = [...this.choose(moment)];
    const occurrence = {
      ...moment,
      faults,
      operations: 0,
      cell: undefined,
      isDisturbed: false,
      isDone: false,
    };
    this.latest.set(placeOf(call), occurrence);
    return occurrence;
  }
}

export const placeOf = ({ step, host }: Pick<Call, 'step' | 'host'>) => `${step} on ${host}`;
