import { expect, it } from 'vitest';
import { CommandFailedError, SudoRefusedError } from '../../src/hosts/errors.js';
import { judgeEnd } from '../../src/hosts/run-errors.js';
import { sh } from '../../src/hosts/script.js';

/** As sudo 1.9 writes them in English, sudo-rs 0.2, and env where there is neither, in whichever language. */
it.each([
  ['sudo: a password is required', 'without a password (NOPASSWD)'],
  [
    'sudo: a terminal is required to read the password; either use the -S option',
    'without a password (NOPASSWD)',
  ],
  ['sudo: sorry, you must have a tty to run sudo', '!requiretty'],
  ["Sorry, user alice is not allowed to execute '/usr/bin/sh -eu' as root on worker-1.", 'NOPASSWD: ALL'],
  ['alice is not in the sudoers file.', 'NOPASSWD: ALL'],
  ['sudo: interactive authentication is required', 'without a password (NOPASSWD)'],
  ['sudo: Authentication required but not attempted', 'without a password (NOPASSWD)'],
  ["sudo: I'm sorry alice. I'm afraid I can't do that", 'NOPASSWD: ALL'],
  ["sudo: Sorry, user alice is not allowed to execute '/usr/bin/sh' as root on worker-1.", 'NOPASSWD: ALL'],
  ['env: ‘sudo’: No such file or directory', 'Install sudo'],
  ['env: „sudo“: Datei oder Verzeichnis nicht gefunden', 'Install sudo'],
  ["env: can't execute 'sudo': No such file or directory", 'Install sudo'],
])('what sudo refuses by "%s" is told with what to do', (stderr, advice) => {
  const failure = judged(stderr);
  expect(failure).toBeInstanceOf(SudoRefusedError);
  expect((failure as SudoRefusedError).context.advice).toContain(advice);
});

it('what a script says about sudo itself is no refusal', () => {
  const failure = judged('E: sudo: a package with held versions\nenv: ‘python4’: sudo: not known');
  expect(failure).toBeInstanceOf(CommandFailedError);
  expect(failure).not.toBeInstanceOf(SudoRefusedError);
});

function judged(stderr: string): unknown {
  const attempt = { host: 'worker-1', script: sh`true`, options: {} };
  try {
    return judgeEnd(attempt, { exitCode: 1, stdout: '', stderr: `${stderr}\n` });
  } catch (error) {
    return error;
  }
}
