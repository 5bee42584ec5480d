import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deadLinks, readPage } from './page.js';

const text = (path: string) => readFileSync(path, 'utf8');

const packageSchema = z.object({
  version: z.string(),
  license: z.string(),
  engines: z.object({ node: z.string() }),
});

const ofPackage = packageSchema.parse(JSON.parse(text('package.json')));
const oldestNode = Number(/^>=(\d+)\./.exec(ofPackage.engines.node)?.[1]);

describe('the files that tell about the project', () => {
  it('name one licence, whose text is there', () => {
    expect(ofPackage.license).toBe('Apache-2.0');
    expect(text('LICENSE')).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/);
    expect(text('LICENSE')).toContain('APPENDIX: How to apply the Apache License to your work.');
  });

  it('have the version of package.json in the list of changes', () => {
    const headings = text('CHANGELOG.md').match(/^## .+$/gm) ?? [];
    expect(headings[0]).toBe('## [Unreleased]');
    expect(headings[1]).toContain(`[${ofPackage.version}]`);
  });

  it('develop on the oldest Node', () => {
    expect(text('.devcontainer/Dockerfile')).toMatch(new RegExp(`^FROM node:${oldestNode}-bookworm$`, 'm'));
    expect(JSON.parse(text('.devcontainer/devcontainer.json'))).toMatchObject({
      build: { dockerfile: 'Dockerfile' },
      postCreateCommand: 'npm ci',
    });
  });

  it.each(['SECURITY.md', 'CHANGELOG.md'])('link only to files that exist: %s', (path) => {
    const { links } = readPage(path);
    expect(links.length).toBeGreaterThan(1);
    expect(deadLinks(links)).toEqual([]);
  });
});
