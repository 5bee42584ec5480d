import type { StepState } from '../../protocol/progress.js';

/** One character for each state of a step. */
export const stepGlyphs: Readonly<Record<StepState, string>> = {
  running: '>',
  changed: '+',
  unchanged: '.',
  failed: 'x',
  skipped: '-',
};

export const glyphLegend = '+ changed  . unchanged  > running  x failed  - skipped';
