import { describe, expect, it } from 'vitest';
import { timetableText, parseTimetable } from '../../../src/cluster/playbook/timetable.js';
import { describeProgress } from '../../../src/cluster/playbook/describe.js';
import { PlaybookEventReader } from '../../../src/cluster/playbook/events.js';
import { readerOf, play, task } from '../../support/playbook-events.js';

describe('how far a playbook has come', () => {
  const at = (time: number, event: object) => ({ ...event, time });
  const playAt = (time: number, name: string) => at(time, { event: 'play', play: name });
  const taskAt = (time: number, name: string) => at(time, { event: 'task', task: name });
  const planned = [
    { event: 'planned', play: 'One', tasks: ['a', 'b'] },
    { event: 'planned', play: 'Two', tasks: ['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] },
  ];
  const shown = (reader: PlaybookEventReader) => describeProgress(reader.progress).split(':')[0];

  it('is not said where nothing is known', () => {
    expect(describeProgress(readerOf(play, task).progress)).toMatch(/^Install etcd › /);
  });

  it('is told by the list of tasks in a first run, without a time', () => {
    const reader = readerOf({ event: 'run' }, ...planned, playAt(100, 'One'), taskAt(100, 'b'));
    expect(reader.progress.estimate).toEqual({ percent: 10, secondsLeft: null, isLate: false });
    for (const event of [playAt(110, 'Two'), taskAt(110, 'included'), taskAt(111, 'f')]) {
      reader.push(`${JSON.stringify(event)}\n`);
    }
    expect(shown(reader)).toBe('about 50 %');
  });

  /** A run of an hour. */
  function earlier(): PlaybookEventReader {
    const times = [0, 300, 600, 900, 1200, 1500, 1800, 2100, 3400, 3600];
    const tasks = ['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    return readerOf(
      { event: 'run' },
      playAt(1000, 'One'),
      taskAt(1000, 'a'),
      playAt(1300, 'Two'),
      ...tasks.map((name, index) => taskAt(1000 + (times[index + 1] ?? 0), name)),
      at(4600, { event: 'stats', hosts: {} }),
    );
  }

  it('is told with the time left by an earlier run, whose pace is compared', () => {
    const reader = new PlaybookEventReader(earlier().timetable);
    const push = (event: object) => {
      reader.push(`${JSON.stringify(event)}\n`);
    };
    [{ event: 'run' }, ...planned, playAt(0, 'One'), taskAt(0, 'a')].forEach(push);
    expect(shown(reader)).toBe('about 0 %, 1 h 0 min left');
    [playAt(300, 'Two'), taskAt(900, 'e')].forEach(push);
    expect(shown(reader)).toBe('about 25 %, 45 min left');
    // What took 20 minutes then took 5 now.
    push(taskAt(1200, 'i'));
    expect(shown(reader)).toBe('about 58 %, 14 min left');
    push(at(1300, { event: 'stats', hosts: {} }));
    expect(describeProgress(reader.progress)).toMatch(/^Two › i/);
  });

  it('goes on in a task that says nothing, up to the time that it took before', () => {
    const reader = new PlaybookEventReader(earlier().timetable);
    for (const event of [{ event: 'run' }, playAt(0, 'Two'), taskAt(0, 'c'), taskAt(2100, 'i')]) {
      reader.push(`${JSON.stringify(event)}\n`);
    }
    const after = (quiet: number) => describeProgress(reader.progressAfter(quiet)).split(': ')[0];
    expect(after(0)).toBe('about 58 %, 25 min left');
    expect(after(600)).toBe('about 75 %, 15 min left');
    // It took 1300 s before.
    expect(after(1_300)).toBe('about 94 %, 3 min left');
    expect(after(1_350)).toBe('about 94 %, 3 min left');
    expect(after(1_500)).toBe('about 94 %, 3 min left (this task takes longer than last time)');
    reader.push(`${JSON.stringify(taskAt(3700, 'included on the way'))}\n`);
    expect(after(0)).toBe('about 94 %, 4 min left');
    expect(after(900)).toBe('about 94 %, 4 min left');
  });

  it('stands still in a first run, of whose tasks no time is known', () => {
    const reader = readerOf({ event: 'run' }, ...planned, playAt(100, 'One'), taskAt(100, 'b'));
    expect(reader.progressAfter(900).estimate).toEqual({ percent: 10, secondsLeft: null, isLate: false });
  });

  it('never goes back, nor to 100 before the end', () => {
    const reader = new PlaybookEventReader(earlier().timetable);
    let before = 0;
    const names = ['Two', 'One', 'Two', 'Three', 'One'];
    for (const [index, name] of [...names, ...names].entries()) {
      for (const event of [
        playAt(index * 50, name),
        ...['j', 'c', 'a', 'i'].map((t) => taskAt(index * 50, t)),
      ]) {
        reader.push(`${JSON.stringify(event)}\n`);
        const percent = reader.progress.estimate?.percent ?? 0;
        expect(percent).toBeGreaterThanOrEqual(before);
        expect(percent).toBeLessThan(100);
        before = percent;
      }
    }
    expect(before).toBeGreaterThan(0);
  });

  it('is read from a file as it was written, and from nothing else', () => {
    const { timetable } = earlier();
    expect(parseTimetable(timetableText(timetable) ?? '')).toEqual(timetable);
    for (const text of ['', '{', '[]', '{"plays":[{"play":"One","tasks":[["a",-1]]}]}', 'null']) {
      expect(parseTimetable(text)).toBeUndefined();
    }
    const many = Array.from({ length: 20_001 }, (_, index) => [`task ${index}`, 1] as const);
    expect(timetableText({ isTimed: true, plays: [{ play: 'One', tasks: many }] })).toBeUndefined();
  });
});
