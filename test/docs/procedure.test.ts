import { describe, expect, it } from 'vitest';
import { kebabCase } from '../../src/cluster/text/kebab-case.js';
import { steps as registered } from '../../src/protocol/steps.js';
import { deadLinks, readPage, type Section } from './page.js';

const page = readPage('docs/procedure.md');

const activities = Object.keys(registered);

/** Those of a documented step bear its number in their titles. */
const documented = Object.entries(registered).flatMap(([name, { title }]) =>
  /^Steps? [0-9]/.test(title) ? [name] : [],
);

/** The document's own numbers, in its order; it has two steps 9. */
const numbers = [
  ...['1', '2', '3', '4', '5', '6', '7'],
  ...Array.from({ length: 16 }, (_, index) => `7.${index + 1}`),
  ...['8', '9', '9', '10'],
];

/** What is said of each step. */
const labels = ['Source:', 'Document:', 'Slipway:', 'Differs:', 'Activity:'];

const steps = page.sections.filter(({ heading }) => heading.startsWith('Step '));
const numberOf = ({ heading }: Section) => /^Step ([0-9.]+)(?:, [a-z ]+)?: ./.exec(heading)?.[1];

const fileOf = (activity: string) => `${kebabCase(activity)}.ts`;

/** Names of activities that link to the activity's own file. */
const activitiesOf = ({ links }: Pick<Section, 'links'>) =>
  activities.filter((name) =>
    links.some(({ text, path }) => text === name && path?.endsWith(`/${fileOf(name)}`)),
  );

describe('the procedure', () => {
  it('has a heading for each documented step, in the document’s order', () => {
    expect(steps.map(numberOf)).toEqual(numbers);
  });

  it.each(steps)('$heading', (step) => {
    for (const label of labels) expect(step.text).toContain(label);
    expect(activitiesOf(step)).not.toEqual([]);
  });

  it('names the activities of every step, with their files', () => {
    expect(documented.length).toBeGreaterThan(30);
    expect(documented.filter((name) => !activitiesOf(page).includes(name))).toEqual([]);
  });

  it('links only to files that exist', () => {
    expect(page.links.length).toBeGreaterThan(60);
    expect(deadLinks(page.links)).toEqual([]);
  });
});
