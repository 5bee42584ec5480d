import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { StepResult } from '../../../src/protocol/step-inputs.js';
import { startAndEnableUnits } from '../../../src/activities/step-07-storage/start-and-enable-units.js';
import type { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { input, sync, worker } from '../../support/host-of-units.js';

describe('startAndEnableUnits', () => {
  const command = /systemctl enable --now/;
  const runOn = (host: FakeHost): Promise<StepResult> =>
    new MockActivityEnvironment().run(startAndEnableUnits({ hosts: new FakeHostPool([host]) }), input);

  it('keeps through a power cut what systemctl changed', async () => {
    const host = worker('off');
    expect(await runOn(host)).toMatchObject({ outcome: 'changed' });
    const texts = host.scripts();
    const changing = texts.findIndex((text) => command.test(text));
    expect(changing).toBeGreaterThan(-1);
    expect(texts.findIndex((text, index) => index > changing && sync.test(text))).toBeGreaterThan(changing);
  });

  it('keeps what an attempt changed that did not live to say so', async () => {
    const host = worker('on');
    expect(await runOn(host)).toMatchObject({ outcome: 'unchanged' });
    expect(host.scripts(command)).toEqual([]);
    expect(host.scripts(sync)).not.toEqual([]);
  });
});
