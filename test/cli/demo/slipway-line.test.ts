import { expect, it } from 'vitest';
import { slipwayLine } from '../../../src/cli/demo/slipway-line.js';

const program = 'src/cli/main.js';
const line = (environment: NodeJS.ProcessEnv, variables?: readonly string[]) =>
  slipwayLine('lab list', { environment, ...(variables && { variables }) });

it('calls the program by its path from where the person is', () => {
  expect(line({})).toBe(`node ${program} lab list`);
  expect(line({ INIT_CWD: `${process.cwd()}/docs` })).toBe(`node ../${program} lab list`);
});

it('names the folders that decide what is found, where the environment does', () => {
  expect(line({ SLIPWAY_CACHE: '/a b', XDG_CACHE_HOME: '/c', SLIPWAY_HOME: '/h' })).toBe(
    `SLIPWAY_CACHE='/a b' XDG_CACHE_HOME=/c node ${program} lab list`,
  );
  expect(line({ SLIPWAY_HOME: '/h' }, ['SLIPWAY_HOME'])).toBe(`SLIPWAY_HOME=/h node ${program} lab list`);
});

it('is root where the demo was by sudo', () => {
  expect(line({ SUDO_USER: 'eve', SLIPWAY_CACHE: '/c' })).toBe(
    `sudo SLIPWAY_CACHE=/c node ${program} lab list`,
  );
});
