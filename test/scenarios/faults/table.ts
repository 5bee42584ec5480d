import { steps } from '../../../src/protocol/steps.js';
import type { Fault } from './faults.js';
import { momentText, type Cell } from './moments.js';

/** What is known about a fault beside its cells: which moments should have met it, and how the run has ended. */
export interface Column {
  readonly fault: Fault;
  /** Texts of the moments that should have met it. */
  readonly expected: ReadonlySet<string>;
  /** How many differences there are to the end of an undisturbed run. */
  readonly differences: number;
}

/**
 * One line for each moment, one column for each fault: whether it went on, after how many seconds, and whether a person
 * was asked. With `columns` what should have met the fault and did not is told apart from what cannot, and a last line
 * tells of the end.
 */
export function table(cells: readonly Cell[], columns: readonly Column[] = []): string {
  const faults = [...new Set(cells.map(({ fault }) => fault))];
  const order = Object.keys(steps);
  const expected = columns.flatMap((column) => [...column.expected]);
  const rows = [...new Set([...cells.map(momentText), ...expected])].sort(
    (one, other) => order.indexOf(stepOf(one)) - order.indexOf(stepOf(other)),
  );
  const columnOf = (fault: Fault) => columns.find((column) => column.fault === fault);
  const textAt = (row: string, fault: Fault) => {
    const met = cells.filter((cell) => momentText(cell) === row && cell.fault === fault);
    if (met.length > 0) return met.map(textOf).join(' ');
    return columnOf(fault)?.expected.has(row) === true ? 'NOT MET' : '–';
  };
  const medianOf = (fault: Fault) => median(recoveries(cells.filter((cell) => cell.fault === fault)));
  return aligned([
    ['Step', ...faults.map(({ name }) => name)],
    ...rows.map((row) => [row, ...faults.map((fault) => textAt(row, fault))]),
    ['Median', ...faults.map((fault) => seconds(medianOf(fault)))],
    ...(columns.length === 0 ? [] : [['End', ...faults.map((fault) => endOf(columnOf(fault)))]]),
  ]);
}

const stepOf = (name: string) => name.slice(0, name.indexOf(' '));
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

function textOf({ recovery, asked }: Cell): string {
  if (recovery === undefined) return 'FAILED';
  return `passed ${seconds(recovery)}${asked > 0 ? ', retry' : ''}`;
}

function endOf(column: Column | undefined): string {
  if (column === undefined) return '–';
  return column.differences === 0 ? 'equal' : `FAILED, ${column.differences} differences`;
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((text, column) =>
          column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** Milliseconds until another attempt of each of the steps began, where one did. */
export function resumptions(cells: readonly Cell[]): number[] {
  return cells.flatMap(({ resumed }) => (resumed === undefined ? [] : [resumed]));
}

/** Milliseconds until each of the steps went on: with its first success on the host, however long that takes there. */
export function recoveries(cells: readonly Cell[]): number[] {
  return cells.flatMap(({ recovery }) => (recovery === undefined ? [] : [recovery]));
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}
