import { describe, expect, it } from 'vitest';
import { bridged } from '../../../src/hosts/jobs/bridge.js';
import { HostKeyChangedError, HostUnreachableError } from '../../../src/hosts/errors.js';
import { SessionLimit } from '../../../src/hosts/ssh/session-limit.js';

describe('SessionLimit', () => {
  it('lets so many run at once, the others in order, and fewer when lowered', async () => {
    const limit = new SessionLimit(3);
    const order: number[] = [];
    let most = 0;
    await Promise.all(
      [...Array(9).keys()].map(async (index) => {
        await limit.acquire();
        order.push(index);
        most = Math.max(most, limit.activeCount);
        if (index === 4) limit.lowerTo(1);
        if (index > 5) expect(limit.activeCount).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        limit.release();
      }),
    );
    expect(most).toBe(3);
    expect(order).toEqual([...Array(9).keys()]);
    expect(limit.activeCount).toBe(0);
  });

  it('gives up a place in the queue when aborted', async () => {
    const limit = new SessionLimit(1);
    await limit.acquire();
    const controller = new AbortController();
    const waiting = limit.acquire(controller.signal);
    const next = limit.acquire();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    limit.release();
    await next;
    expect(limit.activeCount).toBe(1);
  });
});

describe('bridged', () => {
  const away = new HostUnreachableError('away', { host: 'a' });

  it('repeats while the link is away, and tells each wait', async () => {
    let [calls, waits] = [0, 0];
    const action = async () => {
      calls += 1;
      if (calls < 2) throw away;
      return calls;
    };
    expect(await bridged(action, { onWait: () => (waits += 1) })).toBe(2);
    expect(waits).toBe(1);
  });

  it('gives up after its patience, at once at any other error, and when aborted', async () => {
    await expect(bridged(() => Promise.reject(away), { patience: -1 })).rejects.toBe(away);
    const changed = new HostKeyChangedError('changed', { host: 'a' });
    await expect(bridged(() => Promise.reject(changed), {})).rejects.toBe(changed);
    const controller = new AbortController();
    const aborted = bridged(() => Promise.reject(away), {
      signal: controller.signal,
      onWait: () => setTimeout(() => controller.abort(new Error('enough')), 20),
    });
    await expect(aborted).rejects.toThrow('enough');
  });
});
