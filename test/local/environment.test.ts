import { expect, it } from 'vitest';
import { plainEnvironment } from '../../src/local/environment.js';

it('passes on what tools need to find programs and downloads, and no secret of the worker', () => {
  const environment = {
    PATH: '/usr/bin',
    HOME: '/root',
    https_proxy: 'http://proxy:3128',
    PYENV_ROOT: '/opt/pyenv',
    TEMPORAL_API_KEY: 'token',
    BOOTSTRAP_PASSWORD: 'password',
  };
  expect(plainEnvironment(environment)).toEqual({
    PATH: '/usr/bin',
    HOME: '/root',
    https_proxy: 'http://proxy:3128',
    PYENV_ROOT: '/opt/pyenv',
  });
});
