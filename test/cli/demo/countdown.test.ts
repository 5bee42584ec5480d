import { beforeEach, describe, expect, it } from 'vitest';
import { Countdown } from '../../../src/cli/demo/countdown.js';

let now: number;
let countdown: Countdown;
const after = (seconds: number) => {
  now += seconds * 1_000;
  return countdown.timeLeft();
};

beforeEach(() => {
  now = 1_000_000;
  countdown = new Countdown(
    [
      { name: 'machines', seconds: 60 },
      { name: 'kubespray', seconds: 600 },
      { name: 'verifying', seconds: 120 },
    ],
    () => now,
  );
});

describe('the time left of a demo', () => {
  it('is what all stages take, less what has gone by', () => {
    expect(after(0)).toBe('about 13 min left');
    expect(after(60)).toBe('about 12 min left');
  });

  it('grows again where a stage takes much longer than usual', () => {
    expect(after(900)).toBe('about 16 min left');
    countdown.enter('kubespray');
    expect(after(900)).toBe('about 6 min left');
  });

  it('begins anew with each stage, and knows none that is behind or has no name', () => {
    countdown.enter('kubespray');
    expect(after(240)).toBe('about 8 min left');
    countdown.enter('machines');
    countdown.enter('kubespray');
    countdown.enter('approval');
    expect(after(0)).toBe('about 8 min left');
    countdown.enter('verifying');
    expect(after(0)).toBe('about 2 min left');
  });

  it('is that of the stage itself, where it tells', () => {
    countdown.enter('kubespray');
    expect(countdown.timeLeft(1_080)).toBe('about 20 min left');
    expect(countdown.timeLeft(0)).toBe('about 2 min left');
  });

  it('ends with less than a minute', () => {
    countdown.enter('verifying');
    expect(after(100)).toBe('less than a minute left');
  });
});
