import { describe, expect, it } from 'vitest';
import { hostsOfSources } from '../../../src/lab/mirror/answer-apt.js';

describe('the hosts of apt sources', () => {
  it('are those named by http, in lines and stanzas, without what is commented out', () => {
    const hosts = hostsOfSources([
      'deb [signed-by=/k.gpg] http://one.example/debian bookworm main',
      'Types: deb\n# http://old.example/debian\nURIs: http://two.example:8080/debian http://three.example/x\nSuites: bookworm',
      'deb https://four.example/debian bookworm main',
      'deb file:/srv/packages bookworm main',
    ]);
    expect([...hosts].sort()).toEqual(['one.example', 'three.example', 'two.example:8080']);
  });
});
