import { describe, expect, it } from 'vitest';
import {
  chooseInterpreter,
  parseInterpreters,
  pythonTrouble,
} from '../../../src/cluster/facts/interpreters.js';

const answer = (...lines: string[]) => parseInterpreters(lines.join('\n'));

describe('parseInterpreters', () => {
  it('understands the answer of the search, each interpreter once', () => {
    expect(
      answer(
        'id ubuntu',
        'version "22.04"',
        'tool virtualenv',
        'python 3.10 - /usr/bin/python3.10',
        'python 3.11 venv /root/.pyenv/versions/3.11.7/bin/python3.11',
        'python 3.10 - /usr/bin/python3.10',
      ),
    ).toEqual({
      system: { id: 'ubuntu', versionId: '22.04' },
      interpreters: [
        { version: '3.10', path: '/usr/bin/python3.10', tool: 'virtualenv' },
        { version: '3.11', path: '/root/.pyenv/versions/3.11.7/bin/python3.11', tool: 'venv' },
      ],
    });
  });

  it('passes over whatever else a machine writes', () => {
    const noise = [
      'python 2.7 venv /usr/bin/python',
      'python 3.1x venv /a',
      'python 3.11 venv b',
      'pyenv: no',
      '',
    ];
    expect(answer(...noise).interpreters).toEqual([]);
  });
});

describe('chooseInterpreter', () => {
  it('prefers the best version, but one that can make a virtual environment before it', () => {
    const { interpreters } = answer(
      'python 3.10 venv /usr/bin/python3.10',
      'python 3.11 - /usr/bin/python3.11',
      'python 3.9 venv /opt/python3.9',
    );
    expect(chooseInterpreter(interpreters, ['3.11', '3.10', '3.9'])?.version).toBe('3.10');
    expect(chooseInterpreter(interpreters, ['3.11'])).toMatchObject({ version: '3.11', tool: null });
    expect(chooseInterpreter(interpreters, ['3.12'])).toBeUndefined();
  });
});

describe('pythonTrouble', () => {
  it('is silent where nothing is missing', () => {
    expect(pythonTrouble(answer('python 3.11 venv /usr/bin/python3.11'), ['3.12', '3.11'])).toBeNull();
    expect(
      pythonTrouble(answer('tool virtualenv', 'python 3.11 - /usr/bin/python3.11'), ['3.11']),
    ).toBeNull();
  });

  it.each([
    ['ubuntu', '22.04', ['3.13', '3.12', '3.11'], 'apt-get install -y python3.11 python3.11-venv" there.'],
    ['ubuntu', '24.04', ['3.12', '3.11', '3.10'], 'apt-get install -y python3.12 python3.12-venv" there.'],
    ['debian', '13', ['3.13', '3.12'], 'apt-get install -y python3.13 python3.13-venv" there.'],
    ['debian', '13', ['3.11', '3.10'], '(no package of debian 13 has one): "pyenv install 3.11"'],
    ['rocky', '9.4', ['3.11', '3.10'], 'Install one of them there: "pyenv install 3.11"'],
  ])('names what %s %s has of %j', (id, version, accepted, expected) => {
    const trouble = pythonTrouble(answer(`id ${id}`, `version "${version}"`, 'python 3.8 venv /p'), accepted);
    expect(trouble).toMatchObject({ is: 'Python 3.8', advice: expect.stringContaining(expected) as string });
  });

  it('tells of a machine without any', () => {
    expect(pythonTrouble(answer(), ['3.11'])?.is).toBe('no Python 3');
  });
});
