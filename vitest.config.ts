import { defineConfig } from 'vitest/config';

const long = ['test/e2e/*.lab.test.ts', 'test/activities/storage.lab.test.ts'];

/**
 * Kinds of tests, told apart by their file names:
 * `x.test.ts` needs nothing but Node; `x.system.test.ts` needs a Temporal server or an sshd of its own on loopback;
 * `x.lab.test.ts` needs root and lab machines, and runs one file at a time. Those in test/e2e run the whole procedure, and
 * storage.lab.test.ts runs step 7 with its restarts: they are long and have a command of their own, `npm run test:e2e`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.system.test.ts', 'test/**/*.lab.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.system.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/**/*.lab.test.ts'],
          exclude: long,
          testTimeout: 1_500_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: long,
          testTimeout: 1_500_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
