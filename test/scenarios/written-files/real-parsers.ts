import { execFileSync } from 'node:child_process';

/**
 * What the programs that read Slipway's files make of them. Many files go through one process: starting it takes longer
 * than reading.
 */

/** Runs a program of Python, which has `given` as what is given here and leaves its answer in `answer`; both as JSON. */
function python(program: string, given: unknown): unknown {
  const whole = `import json, sys\ngiven = json.load(sys.stdin)\n${program}\njson.dump(answer, sys.stdout)`;
  const options = { input: JSON.stringify(given), maxBuffer: 512 * 1024 ** 2 };
  return JSON.parse(execFileSync('python3', ['-c', whole], options).toString('utf8'));
}

/**
 * YAML by PyYAML, as Ansible reads it: by libyaml, and where that is missing in plain Python. Both must agree.
 * Only text is taken as a key, so that no key has silently become something else.
 */
export function yamlByPython(texts: readonly string[]): unknown[] {
  return python(
    `import yaml
def checked(value):
    if isinstance(value, dict):
        assert all(type(key) is str for key in value), list(value)
        return {key: checked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [checked(each) for each in value]
    assert value is None or type(value) in (str, int, float, bool), value
    return value
answer = []
for text in given:
    value, other = (checked(yaml.load(text, loader)) for loader in (yaml.CSafeLoader, yaml.SafeLoader))
    assert value == other, text
    answer.append(value)`,
    texts,
  ) as unknown[];
}

/** By section and key. */
export type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An ansible.cfg by ConfigParser, as lib/ansible/config/manager.py reads it: `;` begins a comment, `%` is nothing. */
export function settingsByPython(texts: readonly string[]): Settings[] {
  return python(
    `import configparser
answer = []
for text in given:
    parser = configparser.ConfigParser(inline_comment_prefixes=(";",))
    parser.read_string(text)
    answer.append({name: dict(parser.items(name, raw=True)) for name in parser.sections()})`,
    texts,
  ) as Settings[];
}

/** Values that Ansible takes for paths or for words: with what it puts in for `~` and variables, and split as by a shell. */
export function pathsByPython(values: readonly string[]): { path: string; words: string[] }[] {
  return python(
    `import os, shlex
answer = [{"path": os.path.expanduser(os.path.expandvars(value)), "words": shlex.split(value)} for value in given]`,
    values,
  ) as { path: string; words: string[] }[];
}

/** One line of an fstab. */
export interface MountLine {
  readonly source: string;
  readonly target: string;
  readonly fstype: string;
  readonly options: string;
}

/** The lines of an fstab as mount and systemd's generator understand them. */
export function mountLinesOf(file: string): MountLine[] {
  const words = ['--tab-file', file, '--json', '--list', '--output', 'SOURCE,TARGET,FSTYPE,OPTIONS'];
  const text = execFileSync('findmnt', words, { stdio: ['ignore', 'pipe', 'ignore'] }).toString('utf8');
  return (JSON.parse(text) as { filesystems: MountLine[] }).filesystems;
}
