import { describe, expect, it } from 'vitest';
import { LiveView } from '../../../src/cli/terminal/live-view.js';
import { RecordingTerminal } from '../../support/recording-terminal.js';

describe('LiveView', () => {
  it('erases exactly what it has drawn before, and draws it again below lines that stay', () => {
    const terminal = new RecordingTerminal(true);
    const view = new LiveView(terminal);
    view.draw(['one', 'two']);
    terminal.output = '';
    view.print('stays');
    expect(terminal.output).toBe('\x1b[2A\r\x1b[0Jstays\n\x1b[?7lone\ntwo\n\x1b[?7h');
    terminal.output = '';
    view.clear();
    view.clear();
    expect(terminal.output).toBe('\x1b[2A\r\x1b[0J');
  });

  it('writes lines that stay, and no control character, where there is no terminal', () => {
    const terminal = new RecordingTerminal(false);
    const view = new LiveView(terminal);
    view.draw(['one']);
    view.print('stays');
    view.clear();
    expect(terminal.output).toBe('stays\n');
  });
});
