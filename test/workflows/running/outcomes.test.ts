import { describe, expect, it } from 'vitest';
import type { StepProgress } from '../../../src/protocol/progress.js';
import { aborted, endingOf, stopped, whereItStands } from '../../../src/workflows/running/outcomes.js';

const step = (name: string, state: StepProgress['state'] = 'changed') => ({ step: name, state, summary: '' });

describe('endingOf', () => {
  it('tells a person’s abort and a stop from a fault', () => {
    expect(endingOf(aborted('ann said so'))).toEqual({ result: 'aborted', why: 'ann said so' });
    expect(endingOf(stopped('denied', 'no'))).toEqual({ result: 'denied', why: 'no' });
    expect(endingOf(new Error('bug'))).toBeUndefined();
  });
});

describe('whereItStands', () => {
  it('warns that the units are stopped, until they are started again', () => {
    const moved = [step('backUpFstab'), step('stopAndDisableUnits'), step('copyData', 'failed')];
    expect(whereItStands(moved)).toMatch(
      /last finished step is stopAndDisableUnits.*are stopped and disabled/,
    );
    expect(whereItStands([...moved, step('startAndEnableUnits')])).not.toContain('stopped and disabled');
  });

  it('does not say so any more once step 7 has been undone, and still does where undoing failed or changed nothing', () => {
    const stopped = [step('stopAndDisableUnits'), step('copyData', 'failed')];
    expect(whereItStands([...stopped, step('undoStorage')])).toBe(
      'Step 7 was undone on it: running the procedure again begins it anew.',
    );
    expect(whereItStands([...stopped, step('undoStorage', 'failed')])).toContain('stopped and disabled');
    expect(whereItStands([...stopped, step('undoStorage', 'unchanged')])).toContain('stopped and disabled');
  });

  it('does not say that all is well where an earlier run may have stopped the units', () => {
    const again = [step('stopAndDisableUnits', 'unchanged'), step('copyData', 'failed')];
    expect(whereItStands(again)).toContain('may be stopped and disabled since an earlier run');
    expect(whereItStands([...again, step('startAndEnableUnits', 'unchanged')])).not.toContain('stopped');
  });

  it('says when nothing was done', () => {
    expect(whereItStands([step('copySshKey', 'failed')])).toBe('Nothing was done on it.');
  });
});
