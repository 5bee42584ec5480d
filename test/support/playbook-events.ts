import { PlaybookEventReader } from '../../src/cluster/playbook/events.js';

/** Has read these events, a line each. */
export function readerOf(...events: object[]): PlaybookEventReader {
  const reader = new PlaybookEventReader();
  for (const event of events) reader.push(`${JSON.stringify(event)}\n`);
  return reader;
}

/** The beginning of a play. */
export const play = { event: 'play', time: 1, play: 'Install etcd' };

/** The beginning of a task. */
export const task = { event: 'task', time: 1, task: 'etcd : Start etcd' };
