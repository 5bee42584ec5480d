import { describe, expect, it } from 'vitest';
import { proxyOptions, selectAptSources } from '../../../src/lab/images/apt-sources.js';

describe('selectSources', () => {
  it('takes the distribution’s own suites from one-line sources', () => {
    const text = [
      '# deb http://mirror.example/debian bookworm main',
      'deb http://mirror.example/debian bookworm main contrib',
      'deb [signed-by=/k.gpg arch=amd64] http://mirror.example/security bookworm-security main',
      'deb-src http://mirror.example/debian bookworm main',
      'deb http://third.example/apt bookworm stable',
      'deb http://third.example/apt cloud-bookworm main',
    ].join('\n');
    expect(selectAptSources(text, 'bookworm')).toEqual([
      'deb http://mirror.example/debian bookworm main contrib',
      'deb [signed-by=/k.gpg arch=amd64] http://mirror.example/security bookworm-security main',
    ]);
  });

  it('takes whole stanzas of deb822 sources', () => {
    const own =
      'Types: deb\n# a remark\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main';
    const third = 'Types: deb\nURIs: http://third.example\nSuites: nodistro\nComponents: main';
    expect(selectAptSources(`${own}\n\n${third}\n`, 'bookworm')).toEqual([own]);
  });

  it('finds nothing on another distribution', () => {
    expect(selectAptSources('deb http://mirror.example/ubuntu noble main', 'bookworm')).toEqual([]);
  });
});

describe('proxyOptions', () => {
  it('takes over proxies that are set, and nothing else', () => {
    const dump =
      'APT::Architecture "amd64";\nAcquire::http::Proxy "http://proxy.example:3128";\nAcquire::https::Proxy "";\n';
    expect(proxyOptions(dump)).toEqual(['Acquire::http::Proxy "http://proxy.example:3128";']);
  });
});
