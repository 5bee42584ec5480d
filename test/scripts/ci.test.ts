import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const text = (path: string) => readFileSync(path, 'utf8');

const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.number(),
      strategy: z.object({ matrix: z.object({ node: z.array(z.number()) }) }).optional(),
      steps: z.array(
        z.object({
          run: z.string().optional(),
          uses: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ),
});

const packageSchema = z.object({
  engines: z.object({ node: z.string() }),
  scripts: z.record(z.string(), z.string()),
});

const ofPackage = packageSchema.parse(JSON.parse(text('package.json')));
const oldestNode = Number(/^>=(\d+)\./.exec(ofPackage.engines.node)?.[1]);

describe('the workflow of CI', () => {
  const { permissions, jobs } = workflowSchema.parse(parse(text('.github/workflows/ci.yml')));
  const commandsOf = (job: keyof typeof jobs) => (jobs[job]?.steps ?? []).flatMap(({ run }) => run ?? []);
  const all = Object.values(jobs);

  it('runs everything by .ci/run, as root', () => {
    expect(Object.keys(jobs).flatMap(commandsOf).join('\n')).toMatch(/^sudo .*\.ci\/run$/m);
  });

  it('runs the unit tests on every even Node from the oldest that package.json allows', () => {
    const versions = all.flatMap(({ strategy }) => strategy?.matrix.node ?? []);
    expect(versions).toEqual(versions.map((_, index) => oldestNode + 2 * index));
    expect(versions.length).toBeGreaterThanOrEqual(3);
    const job = Object.entries(jobs).find(([, { strategy }]) => strategy !== undefined);
    expect(commandsOf(job?.[0] ?? '')).toContain('npm run test:unit');
    expect(job?.[1].steps.some((step) => step.with?.['node-version'] === '${{ matrix.node }}')).toBe(true);
  });

  it('runs only scripts that there are, may only read, and ends at some time', () => {
    const scripts = Object.keys(jobs)
      .flatMap(commandsOf)
      .flatMap((command) => /^npm run (\S+)/.exec(command)?.[1] ?? []);
    expect(scripts.filter((name) => ofPackage.scripts[name] === undefined)).toEqual([]);
    expect(permissions).toEqual({ contents: 'read' });
    expect(all.every((job) => job['timeout-minutes'] > 0)).toBe(true);
  });
});
