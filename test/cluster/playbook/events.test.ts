import { describe, expect, it } from 'vitest';
import { timetableText, parseTimetable } from '../../../src/cluster/playbook/timetable.js';
import { describeProgress } from '../../../src/cluster/playbook/describe.js';
import { PlaybookEventReader } from '../../../src/cluster/playbook/events.js';
import { totals } from '../../../src/cluster/playbook/progress.js';

function readerOf(...events: object[]): PlaybookEventReader {
  const reader = new PlaybookEventReader();
  for (const event of events) reader.push(`${JSON.stringify(event)}\n`);
  return reader;
}

const play = { event: 'play', time: 1, play: 'Install etcd' };
const task = { event: 'task', time: 1, task: 'etcd : Start etcd' };
const result = (host: string, status: string, more: object = {}) => ({
  event: 'result',
  time: 2,
  host,
  task: 'etcd : Start etcd',
  status,
  ...more,
});
const counts = { ok: 0, changed: 0, failures: 0, unreachable: 0, skipped: 0 };

describe('the progress of a playbook', () => {
  it('names play, task and counts while it runs', () => {
    const { progress } = readerOf(
      { event: 'run' },
      play,
      { event: 'task', task: 'etcd : Write the unit' },
      result('node1', 'changed'),
      result('node2', 'ok'),
      task,
      result('node1', 'ok'),
    );
    expect(describeProgress(progress)).toBe(
      'Install etcd › etcd : Start etcd (1 of 2 hosts; 3 ok, 1 changed)',
    );
    expect(progress.ended).toBe(false);
  });

  it('shows which host tries how often', () => {
    const { progress } = readerOf(play, task, result('node2', 'retry', { attempt: 3, attempts: 10 }));
    expect(describeProgress(progress)).toContain('try 3 of 10 on node2');
  });

  it('shows the host that has tried most often, and none that has succeeded', () => {
    const reader = readerOf(
      play,
      task,
      result('node1', 'ok'),
      result('node2', 'retry', { attempt: 3, attempts: 10 }),
      result('node3', 'retry', { attempt: 2, attempts: 10 }),
    );
    expect(describeProgress(reader.progress)).toContain('try 3 of 10 on node2');
    reader.push(`${JSON.stringify(result('node2', 'ok'))}\n`);
    expect(describeProgress(reader.progress)).toContain('try 2 of 10 on node3');
    reader.push(`${JSON.stringify(result('node3', 'ok'))}\n`);
    expect(describeProgress(reader.progress)).not.toContain('try');
  });

  it('names the machine that cannot be reached, which may be one that a task is delegated to', () => {
    const { progress } = readerOf(
      play,
      task,
      result('node2', 'unreachable', { delegate: 'node1' }),
      result('node3', 'unreachable', { delegate: 'node1' }),
    );
    expect(describeProgress(progress)).toMatch(/; 0 ok, 0 changed, node1 cannot be reached\)$/);
  });

  it('says that Ansible is starting before the first play', () => {
    expect(describeProgress(readerOf().progress)).toBe('ansible-playbook is starting');
  });

  it('is the same however the file is cut into pieces', () => {
    const text = [play, task, result('node1', 'failed', { message: 'no room — “disk” full' })]
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');
    for (let size = 1; size < 40; size += 7) {
      const reader = new PlaybookEventReader();
      for (let start = 0; start < text.length; start += size) reader.push(text.slice(start, start + size));
      expect(reader.progress.failures).toEqual([
        {
          host: 'node1',
          kind: 'failed',
          play: 'Install etcd',
          task: 'etcd : Start etcd',
          message: 'no room — “disk” full',
        },
      ]);
    }
  });

  it('passes over lines that are no events', () => {
    const reader = readerOf(play, { event: 'of another kind' });
    reader.push('{"event":\nnot JSON\n\n');
    reader.push(`${JSON.stringify(task)}\n`);
    expect(reader.progress.task).toBe('etcd : Start etcd');
  });

  it('forgets at the beginning of a run what an earlier, cut-off one has left', () => {
    const { progress } = readerOf(play, task, result('node1', 'failed', { message: 'old' }), {
      event: 'run',
    });
    expect(progress.failures).toEqual([]);
    expect(progress.hosts).toEqual({});
  });
});

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

describe('what a playbook asked for', () => {
  it('is kept, the last of it', () => {
    const asked = Array.from({ length: 9 }, (_, index) => ({ event: 'prompt', prompt: `Sure ${index}?` }));
    const { prompts } = readerOf(play, ...asked).progress;
    expect(prompts).toHaveLength(5);
    expect(prompts.at(-1)).toBe('Sure 8?');
  });
});

describe('the end of a playbook', () => {
  it("takes Ansible's own numbers", () => {
    const { progress } = readerOf(play, task, result('node1', 'ok'), {
      event: 'stats',
      hosts: { node1: { ...counts, ok: 7, changed: 2, rescued: 1, ignored: 0 } },
    });
    expect(progress.ended).toBe(true);
    expect(progress.hosts['node1']).toMatchObject({ ok: 7, changed: 2 });
    expect(totals(progress.hosts)).toMatchObject({ ok: 7, changed: 2, failures: 0 });
  });

  it('does not call a rescued or ignored failure a failure', () => {
    const { progress } = readerOf(
      play,
      task,
      result('node1', 'failed', { message: 'rescued later' }),
      result('node1', 'ignored', { message: 'does not matter' }),
      { event: 'stats', hosts: { node1: { ...counts, ok: 1 } } },
    );
    expect(progress.failures).toEqual([]);
  });

  it('tells of a failure what failed shortly before it and was ignored', () => {
    const validate = { event: 'task', task: 'Validate mirrors' };
    const ignored = result('node1', 'ignored', {
      ...{ task: 'Validate mirrors', message: 'name resolution', url: 'https://x/runc' },
    });
    const failed = result('node1', 'failed', { message: 'IndexError' });
    const near = readerOf(play, validate, ignored, task, task, failed).progress.failures;
    expect(near).toMatchObject([
      { ignored: { task: 'Validate mirrors', message: 'name resolution', url: 'https://x/runc' } },
    ]);
    const far = readerOf(play, validate, ignored, task, task, task, task, failed).progress.failures;
    expect(far[0]).not.toHaveProperty('ignored');
    const other = readerOf(play, validate, ignored, task, result('node2', 'failed')).progress.failures;
    expect(other[0]).not.toHaveProperty('ignored');
  });

  it('names of each failing host the failure that ended its work, and unreachable hosts', () => {
    const { progress } = readerOf(
      play,
      task,
      result('node1', 'failed', { message: 'rescued later' }),
      result('node1', 'failed', { message: 'the real one' }),
      result('node2', 'unreachable', { message: 'Connection refused' }),
      {
        event: 'stats',
        hosts: { node1: { ...counts, failures: 1 }, node2: { ...counts, unreachable: 1 } },
      },
    );
    expect(progress.failures.map(({ host, kind, message }) => [host, kind, message])).toEqual([
      ['node1', 'failed', 'the real one'],
      ['node2', 'unreachable', 'Connection refused'],
    ]);
  });
});
