import type { Lab } from '../../lab/index.js';

/** Where a demo has its files and machines, and whom it tells. */
export interface DemoPlace {
  /** Of cluster.yaml and, unless the environment names another one, of Slipway's home. */
  readonly folder: string;
  readonly lab: Lab;
  /** Told, one line each, what takes its time. */
  readonly say: (line: string) => void;
}
