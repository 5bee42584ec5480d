import { describe, expect, it } from 'vitest';
import { describeProgress } from '../../../src/cluster/playbook/describe.js';
import { PlaybookEventReader } from '../../../src/cluster/playbook/events.js';
import { totals } from '../../../src/cluster/playbook/progress.js';
import { readerOf, play, task } from '../../support/playbook-events.js';

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
