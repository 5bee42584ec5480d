import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The parts of this machine's apt sources (one-line or deb822 style) that offer `suite`'s own packages: its suite,
 * updates and security, with the component "main". Third-party sources are left out.
 */
export function selectAptSources(text: string, suite: string): string[] {
  const suites = new Set([suite, `${suite}-updates`, `${suite}-security`, `${suite}/updates`]);
  const oneLine = text.split('\n').filter((line) => {
    const words = line
      .replace(/\[[^\]]*\]/, '')
      .trim()
      .split(/\s+/);
    return words[0] === 'deb' && suites.has(words[2] ?? '') && words.slice(3).includes('main');
  });
  const stanzas = text.split(/\n\s*\n/).filter((stanza) => {
    const field = (name: string) =>
      (new RegExp(`^${name}:(.*)$`, 'mi').exec(stanza)?.[1] ?? '').trim().split(/\s+/);
    return (
      field('Types').includes('deb') &&
      field('Suites').some((name) => suites.has(name)) &&
      field('Components').includes('main')
    );
  });
  return [...oneLine, ...stanzas].map((part) => part.trim());
}

/** This machine's apt sources for `suite`; empty on another distribution, where mmdebstrap's own defaults serve. */
export async function hostAptSources(suite: string, folder = '/etc/apt'): Promise<string[]> {
  const listed = await readdir(join(folder, 'sources.list.d')).catch(() => []);
  const files = [
    join(folder, 'sources.list'),
    ...listed
      .filter((name) => name.endsWith('.list') || name.endsWith('.sources'))
      .sort()
      .map((name) => join(folder, 'sources.list.d', name)),
  ];
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    found.push(...selectAptSources(text, suite));
  }
  return found;
}

/** The proxy settings of this machine's apt, as options for another apt. */
export function proxyOptions(aptConfigDump: string): string[] {
  return aptConfigDump.split('\n').filter((line) => /^Acquire::\w+::Proxy(::\S+)? ".+";$/i.test(line));
}
