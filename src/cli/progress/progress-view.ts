import { plainText } from '../../cluster/text/plain-text.js';
import { counted } from '../../cluster/text/quantities.js';
import type { ClusterProgress, HostProgress, StepProgress } from '../../protocol/progress.js';
import { glyphLegend, stepGlyphs } from './step-glyphs.js';

export interface ViewOptions {
  readonly columns: number;
  readonly rows: number;
  /** Said in the first line, where somebody knows it: "about 9 min left". */
  readonly timeLeft?: string | undefined;
}

interface Row {
  readonly name: string;
  readonly state: string;
  readonly steps: readonly StepProgress[];
}

/** Who needs a person comes first, then who works; those who wait or are done may fall off a small screen. */
const urgency: Readonly<Record<HostProgress['state'], number>> = {
  failed: 0,
  working: 1,
  prepared: 2,
  waiting: 3,
  aborted: 4,
  skipped: 4,
  done: 5,
};

/**
 * The progress as a picture of hosts × steps: a line for each machine, a character for each of its steps, then what it
 * does now. No line is longer than the columns, and there are never more lines than rows.
 */
export function progressView(progress: ClusterProgress, size: ViewOptions): string[] {
  const control: Row = { name: 'control host', state: '', steps: progress.controlHost };
  const hosts = [...progress.hosts].sort((a, b) => urgency[a.state] - urgency[b.state]);
  const room = Math.max(1, size.rows - 5);
  const shown = hosts.length > room ? hosts.slice(0, room) : progress.hosts;
  const rows = [control, ...shown.map(({ host, state, steps }) => ({ name: plainText(host), state, steps }))];
  const hidden = hosts.length - shown.length;
  return [
    headline(progress, size.timeLeft),
    ...rows.map((row) => showRow(row, rows, size.columns)),
    ...(hidden > 0 ? [`… and ${hidden} more hosts (${countStates(hosts.slice(room))})`] : []),
    glyphLegend,
  ].map((line) => cut(line, size.columns));
}

function headline(
  { cluster, phase, release, hosts, questions }: ClusterProgress,
  timeLeft: string | undefined,
): string {
  const done = hosts.filter(({ state }) => state === 'done' || state === 'prepared').length;
  const parts = [
    plainText(cluster),
    phase,
    ...(timeLeft === undefined ? [] : [timeLeft]),
    ...(release === null ? [] : [`Kubespray ${plainText(release)}`]),
    `${done} of ${counted(hosts.length, 'host')} ready`,
    ...(questions.length === 0 ? [] : [`${questions.length} waiting for an answer`]),
  ];
  return parts.join(' | ');
}

function showRow({ name, state, steps }: Row, rows: readonly Row[], columns: number): string {
  const nameWidth = Math.min(24, Math.max(...rows.map((row) => row.name.length)));
  const stateWidth = Math.max(...rows.map((row) => row.state.length));
  const track = steps.map((step) => stepGlyphs[step.state]).join('');
  const trackRoom = Math.max(10, Math.min(Math.max(...rows.map((row) => row.steps.length)), columns - 50));
  // A long track loses its oldest steps: what happens now is at its end.
  const visible = track.length > trackRoom ? `…${track.slice(track.length - trackRoom + 1)}` : track;
  return [
    cut(name, nameWidth).padEnd(nameWidth),
    state.padEnd(stateWidth),
    visible.padEnd(trackRoom),
    latest(steps),
  ].join('  ');
}

function latest(steps: readonly StepProgress[]): string {
  const step = steps.findLast(({ state }) => state === 'running' || state === 'failed') ?? steps.at(-1);
  if (step === undefined) return '';
  return plainText(step.summary === '' ? step.step : `${step.step}: ${step.summary}`);
}

function countStates(hosts: readonly HostProgress[]): string {
  const counts = new Map<string, number>();
  for (const { state } of hosts) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

function cut(line: string, columns: number): string {
  const characters = [...line];
  return characters.length > columns ? `${characters.slice(0, columns - 1).join('')}…` : line.trimEnd();
}
