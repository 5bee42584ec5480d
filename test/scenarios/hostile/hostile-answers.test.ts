import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseNodes } from '../../../src/cluster/kubernetes/nodes.js';
import {
  parseEnvironmentFile,
  parseEtcdHealth,
  parseEtcdMembers,
} from '../../../src/cluster/kubernetes/etcd-answers.js';
import { factsScript } from '../../../src/probes/facts-script.js';
import { FactsError } from '../../../src/cluster/facts/sections.js';
import { escapeMarkdown } from '../../../src/cluster/text/markdown.js';
import type { treeSchema } from '../../../src/cluster/facts/parse-block-devices.js';
import { parseFacts } from '../../../src/cluster/facts/parse-facts.js';
import { plainText } from '../../../src/cluster/text/plain-text.js';
import { clusterFolders } from '../../../src/cluster/kubespray/folders.js';
import { describeProgress } from '../../../src/cluster/playbook/describe.js';
import { PlaybookEventReader } from '../../../src/cluster/playbook/events.js';
import { parseSystemdUnits } from '../../../src/cluster/facts/systemd-units.js';
import { quote } from '../../../src/hosts/script.js';
import { hostile } from '../../support/hostile.js';

/** Whatever a host answers is understood or refused, in a time that grows with its length and not faster. */

const mark = '@@mark';
/** Every section of the script, so that one that is added to it is full of hostile text too. */
const script = factsScript({
  ...{
    mark,
    mountPoint: '/data',
    stateFolder: '/s',
    dataDirectories: ['/d'],
    controlHost: clusterFolders('/s', 'c'),
    forPreflight: true,
  },
});
const allSections = [...script.text.matchAll(/^section ([a-z-]+)/gm)].map(([, name = '']) => name);
/** Those that are well formed as a whole now and then, or nothing else would be reached; built below. */
const built = ['boot-id', 'lsblk', 'nodes', 'by-id', 'mounts', 'end'];
const sections = allSections.filter((name) => !built.includes(name));

/** A field that the schema has and this does not is refused by the type. */
const deviceFields: Record<keyof typeof treeSchema.shape, fc.Arbitrary<unknown>> = {
  name: hostile,
  kname: fc.constantFrom('sda', 'sdb', '__proto__'),
  'maj:min': hostile,
  type: fc.oneof(fc.constantFrom('disk', 'part'), hostile),
  size: fc.nat(),
  ...{
    serial: fc.option(hostile),
    wwn: fc.option(hostile),
    model: fc.option(hostile),
    tran: fc.option(hostile),
  },
  ...{ rota: fc.boolean(), rm: fc.boolean(), ro: fc.boolean() },
  ...{ fstype: fc.option(hostile), uuid: fc.option(hostile), pttype: fc.option(hostile) },
  children: fc.constant(undefined),
};
const leaf = fc.record(deviceFields);
const device = fc.record({
  ...deviceFields,
  children: fc.option(fc.array(leaf, { maxLength: 2 }), { nil: undefined }),
});
const line = fc.oneof(
  hostile,
  hostile.map((text) => `PATH=${text}`),
  hostile.map((text) => `DEVICE=${text}`),
  hostile.map((text) => `python 3.11 venv /usr/bin/${text}`),
);
const answer = fc.record({
  texts: fc.array(fc.array(line, { maxLength: 3 }), { minLength: sections.length, maxLength: sections.length }),
  devices: fc.oneof(
    hostile,
    { weight: 4, arbitrary: fc.array(device, { maxLength: 3 }).map((all) => JSON.stringify({ blockdevices: all })) },
  ),
  links: fc.array(fc.oneof(hostile, fc.constant('/dev/disk/by-id/x')), { maxLength: 3 }),
  mounts: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, hostile, fc.constant('{"filesystems":[{}]}')),
}); // prettier-ignore

function answerText({
  texts,
  devices,
  links,
  mounts,
}: typeof answer extends fc.Arbitrary<infer T> ? T : never): string {
  const all = sections.map((name, index) => `\n${mark} ${name}\n${(texts[index] ?? []).join('\n')}`);
  const byId = links.map((link) => `${link} ../../sda`).join('\n');
  const disks = `\n${mark} nodes\nsda\nsdb\n${mark} by-id\n${byId}`;
  const json = `\n${mark} boot-id\nx\n${mark} lsblk\n${devices}\n${mark} mounts\n${mounts}`;
  return `${all.join('')}${disks}${json}\n${mark} end`;
}

/** @returns undefined for an answer that is refused by an error that says so */
function parsed<Output>(parse: () => Output): Output | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FactsError || error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
} // prettier-ignore

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe('answers of hosts, full of hostile text', { timeout: 60_000 }, () => {
  it('are facts, or refused; no disk is named by what no shell word can hold', () => {
    let [seen, executed] = [0, 0];
    fc.assert(
      fc.property(answer, (given) => {
        const facts = parsed(() => parseFacts(answerText(given), mark));
        if (facts === undefined) return;
        seen += facts.blockDevices.length;
        const programs = (facts.interpreters ?? []).map(({ path }) => path);
        executed += programs.length;
        // Quoting refuses NUL bytes, and a line of its own would be another command's.
        expect(programs.map(quote).join(' ')).not.toMatch(/\p{Cc}/u);
        const words = facts.blockDevices.flatMap(({ serial, byId }) => [serial ?? '', ...byId]);
        expect(words.map(quote).join(' ')).not.toMatch(/[^\P{Cc}\n]/u);
        expect(facts.blockDevices.flatMap(({ byId }) => byId).join('\n')).not.toMatch(
          /^(?!\/dev\/disk\/by-id\/)./m,
        );
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(30);
    expect(executed).toBeGreaterThan(30);
    expect(sections).toEqual(
      expect.arrayContaining(['interpreters', 'kubespray', 'nvidia', 'space', 'directories']),
    );
  });

  it('are units, members, nodes and variables, or refused', () => {
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        parseSystemdUnits(`Id=${one}\nLoadState=${other}\n\n${other}\nId=${other}`);
        parsed(() => parseEtcdMembers(`{"members":[{"ID":12345678901234567890,"name":"${one}"}]}`));
        parsed(() => parseEtcdHealth(one));
        parsed(() => parseNodes(`{"items":[${other}]}`));
        for (const value of parseEnvironmentFile(`A=${one}\nETCDCTL_B=${other}`).values()) quote(value);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same events however they are cut in pieces, and none of them reaches another object', () => {
    const host = fc.constantFrom('__proto__', 'constructor', 'node1', 'toString');
    const status = fc.constantFrom('ok', 'changed', 'failed', 'unreachable', 'retry', 'skipped', 'odd');
    const event = fc.oneof(
      fc.record({ event: fc.constant('result'), host, task: hostile, status, message: hostile }).map((each) => JSON.stringify(each)),
      fc.record({ event: fc.constantFrom('play', 'task', 'run'), play: hostile, task: hostile }).map((each) => JSON.stringify(each)),
      fc.constant('{"event":"stats","hosts":{"__proto__":{"ok":1,"changed":0,"failures":1,"unreachable":0,"skipped":0}}}'),
      hostile,
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (events, size) => {
        const text = events.map((each) => `${each}\n`).join('');
        const [whole, pieces] = [new PlaybookEventReader(), new PlaybookEventReader()];
        whole.push(text);
        for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
        expect(pieces.progress).toEqual(whole.progress);
        expect(describeProgress(whole.progress)).not.toContain('NaN');
      }),
      { numRuns: 300 },
    );
  });

  it('take no longer than their length deserves', () => {
    const long = 256 * 1024;
    const repeated = [
      ' ',
      '\n',
      '\n ',
      '\u001b[',
      '\u001b]',
      '`',
      '=',
      'Id=',
      '"',
      '<',
      '\u001b[0',
      '\r',
      '\t\n',
    ];
    for (const piece of repeated) {
      const text = piece.repeat(long / piece.length);
      const begun = performance.now();
      plainText(text);
      escapeMarkdown(text);
      parseSystemdUnits(text);
      parsed(() => parseFacts(`\n${mark} boot-id\nx\n${mark} units\n${text}x\n${mark} end`, mark));
      parsed(() => parseEtcdMembers(text));
      const reader = new PlaybookEventReader();
      for (let count = 0; count < 8; count += 1) reader.push(text);
      reader.push('\n{"event":"play","play":"p"}\n');
      expect(reader.progress.play).toBe('p');
      expect(performance.now() - begun, JSON.stringify(piece)).toBeLessThan(2_000);
    }
  });
});
