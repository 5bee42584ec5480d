import { execa } from 'execa';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

/** A program that writes for ever; `body` is what it does besides. */
function writing(body: string) {
  const [terminal, interruption] = ['terminal', 'interruption'].map(
    (name) => new URL(`../../../dist/cli/terminal/${name}.js`, import.meta.url).href,
  );
  const program = `
import { processTerminal } from '${terminal ?? ''}';
import { catchInterruption, untilAborted } from '${interruption ?? ''}';
const terminal = processTerminal();
setInterval(() => terminal.write('a line\\n'), 10);
${body}`;
  return execa('node', ['--input-type=module', '--eval', program], { reject: false, timeout: 20_000 });
}

describe('waiting for an interruption', () => {
  it('keeps alive a process that does nothing else, until it comes', async () => {
    const interruption = new URL('../../../dist/cli/terminal/interruption.js', import.meta.url).href;
    const program = `
import { catchInterruption, untilAborted } from '${interruption}';
const { controller } = catchInterruption();
console.log('waiting');
await untilAborted(controller.signal);
console.log('in order');`;
    const running = execa('node', ['--input-type=module', '--eval', program], {
      reject: false,
      timeout: 20_000,
    });
    await once(running.stdout, 'data');
    await sleep(500);
    running.kill('SIGTERM');
    expect(await running).toMatchObject({ exitCode: 0, stdout: 'waiting\nin order' });
  });
});

describe('output whose reader goes away', () => {
  it('ends in good order what has something to leave in order, though nobody reads how', async () => {
    const running = writing(`
const { controller } = catchInterruption();
await untilAborted(controller.signal);
for (let time = 0; time < 20; time += 1) {
  terminal.write('switching off\\n');
  await new Promise((resolve) => setTimeout(resolve, 10));
}
terminal.complain('in order');
process.exit(130);`);
    running.stdout.once('data', () => running.stdout.destroy());
    expect(await running).toMatchObject({ exitCode: 130, stderr: 'in order' });
  });

  it('ends anything else at once, without a word', async () => {
    const running = writing('');
    running.stdout.once('data', () => running.stdout.destroy());
    expect(await running).toMatchObject({ exitCode: 141, stderr: '' });
  });
});
