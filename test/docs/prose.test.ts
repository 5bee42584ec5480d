import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePage, readPage, type Page } from './page.js';

/** Pages with much running text. */
const longPages = [
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'README.md',
  'SECURITY.md',
  'docs/cluster.md',
  'docs/glossary.md',
  'docs/lab-kubernetes.md',
  'docs/lab-mirror.md',
  'docs/lab-nodes.md',
  'docs/operations.md',
  'docs/preflight.md',
  'docs/procedure.md',
  'docs/releases.md',
  'docs/reliability.md',
  'docs/traps.md',
];

const pagesIn = (folder: string) => readdirSync(folder).map((name) => `${folder}/${name}`);

/** Each has a few sentences only; of some the most is a table or a recording. */
const shortPages = [
  'docs/demo.md',
  'docs/kubespray.md',
  'docs/whole-document.md',
  'lab/kubespray-stand-in/README.md',
  ...pagesIn('docs/decisions'),
  ...pagesIn('docs/guides'),
];

/** With the fewest sentences that show that the page was read at all. */
const pages = [
  ...longPages.map((path) => ({ path, fewest: 11 })),
  ...shortPages.map((path) => ({ path, fewest: 5 })),
];

/** Words in a sentence, on the average of a page. */
const longestAverage = 25;
/** Lines of a paragraph. */
const longestParagraph = 8;

/** The words of each sentence. Headings, links and other words without a full stop are none, unless they are as long as one. */
function sentencesOf({ passages }: Page): number[] {
  return passages.flatMap(({ text }) =>
    text
      .split(/(?<=[.!?][)”"']?)\s+/)
      .map((sentence) => ({
        sentence,
        words: sentence.split(/\s+/).filter((word) => /\w/.test(word)).length,
      }))
      .filter(({ sentence, words }) => /[.!?][)”"']?$/.test(sentence) || words > longestAverage)
      .map(({ words }) => words),
  );
}

function averageOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, words) => sum + words, 0) / lengths.length;
}

const longParagraphs = ({ passages }: Page) => passages.filter(({ lines }) => lines > longestParagraph);

describe.each(pages)('$path', ({ path, fewest }) => {
  const page = readPage(path);

  it('has short sentences', () => {
    const sentences = sentencesOf(page);
    expect(sentences.length).toBeGreaterThanOrEqual(fewest);
    expect(averageOf(sentences)).toBeLessThanOrEqual(longestAverage);
  });

  it('has short paragraphs', () => {
    expect(longParagraphs(page).map(({ line }) => line)).toEqual([]);
  });
});

describe('the measure of prose', () => {
  const read = (text: string) => parsePage(text, 'docs/page.md');

  it('counts the words of sentences, in paragraphs, lists and tables', () => {
    const page = read(
      '# A heading\n\nOne two. Three `four` five!\n\n- **Six** seven.\n- eight\n\n| a | b |\n|-|-|\n| nine | Ten. |\n',
    );
    expect(sentencesOf(page)).toEqual([2, 3, 2, 1]);
  });

  it('counts what is too long without a full stop', () => {
    expect(sentencesOf(read(`${'word '.repeat(30)}\n`))).toEqual([30]);
  });

  it('counts the lines of a paragraph, and a line that is too wide as several', () => {
    expect(longParagraphs(read(`${'line\n'.repeat(8)}\nend\n`))).toEqual([]);
    expect(longParagraphs(read(`first\n\n${'line\n'.repeat(9)}`)).map(({ line }) => line)).toEqual([3]);
    expect(longParagraphs(read(`${'word '.repeat(230)}\n`))).toHaveLength(1);
  });
});
