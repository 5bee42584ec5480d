import { describe, expect, it } from 'vitest';
import { codeBlock, escapeMarkdown } from '../../../src/cluster/text/markdown.js';

describe('escapeMarkdown', () => {
  it.each([
    ['# heading', '\\# heading'],
    ['- item', '\\- item'],
    ['=====', '\\====='],
    ['1. item', '1\\. item'],
    ['12) item', '12\\) item'],
    ['a | cell', 'a \\| cell'],
    ['[a](b)', '\\[a\\](b)'],
    ['<script>', '\\<script\\>'],
    ['www.example.org', 'www\\.example.org'],
    ['http://example.org', 'http:\\//example.org'],
    ['node-1, 2 CPUs', 'node-1, 2 CPUs'],
  ])('%s is shown as it is', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});

describe('codeBlock', () => {
  it('has a fence that is longer than any in the text', () => {
    expect(codeBlock('a\nb')).toBe('```\na\nb\n```');
    expect(codeBlock('```\nevil\n````')).toBe('`````\n```\nevil\n````\n`````');
  });
});
