import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { borders } from './borders.js';

/** Packages whose code cannot run, or would not be deterministic, inside Temporal's workflow sandbox. */
const notInWorkflows = [
  'ssh2',
  'execa',
  'node:*',
  '@temporalio/client',
  '@temporalio/worker',
  '@temporalio/activity',
  'commander',
];

/** The files of a folder in a list of borders.js; `.` are those that stand in none of its folders. */
const filesOf = (list, folder) => (folder === '.' ? `${list}/*.ts` : `${list}/${folder}/**/*.ts`);

/** Of each folder in borders.js: the others in its list are closed to it, but for those that it may import. */
const zones = Object.entries(borders).flatMap(([list, folders]) =>
  Object.entries(folders).map(([folder, { imports }]) => ({
    target: filesOf(list, folder),
    from: `${list}/**/*.ts`,
    except: [folder, ...imports].map((open) => `**/${filesOf(list, open)}`),
    message: `By borders.js this folder may import of ${list} only: ${imports.join(', ') || 'nothing'}.`,
  })),
);

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.js'],
      // Sources are .ts, and imported as the .js that is built of them.
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] } })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      'import-x/no-cycle': 'error',
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > SpreadElement > ObjectExpression',
          message: 'Write the properties themselves: what is spread here says nothing but where a line ends.',
        },
      ],
    },
  },
  {
    files: ['src/workflows/**/*.ts', 'src/protocol/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: notInWorkflows,
              message: 'Workflow code must be deterministic: do this in an activity.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/cluster/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [...notInWorkflows, '@temporalio/*'],
              message: 'The domain is pure: no Temporal, no ssh2, no I/O.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['scripts/**/*.mjs', '*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
      },
    },
  },
);
