import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { searchAttributes } from '../../src/protocol/search-attributes.js';

interface Service {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
}
const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docker-compose.yml', root), 'utf8');
const { services, volumes } = parse(text) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const all = Object.entries(services);

describe('docker-compose.yml', () => {
  it('publishes ports on loopback only', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports).toEqual(['127.0.0.1:7233:7233', '127.0.0.1:8233:8080']);
  });

  it('pins every image that is not built here, and uses none that is deprecated', () => {
    const images = all.map(([, { image = '' }]) => image).filter((image) => image !== 'slipway');
    for (const image of images) expect(image).toMatch(/^[a-z/-]+:\d+\.\d+/);
    expect(text).not.toContain('auto-setup');
  });

  it('holds no password', () => {
    for (const [, { environment = {} }] of all) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD/.test(name)) expect(value).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
      }
    }
    expect(readFileSync(new URL('deploy/.env.example', root), 'utf8')).toMatch(/^POSTGRES_PASSWORD=$/m);
  });

  it('waits for what is really there: services, conditions, volumes and mounted files', () => {
    for (const [, { depends_on: needs = {}, volumes: mounts = [] }] of all) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect(Object.keys(services)).toContain(needed);
        if (condition === 'service_healthy') expect(services[needed]?.healthcheck).toBeDefined();
      }
      for (const mount of mounts) {
        const [source = ''] = mount.split(':');
        if (source.startsWith('./')) expect(existsSync(new URL(source, root))).toBe(true);
        else if (!source.startsWith('$')) expect(Object.keys(volumes)).toContain(source);
      }
    }
  });

  it('makes the search attributes that the workflows set', () => {
    const script = readFileSync(new URL('deploy/temporal/setup-namespace.sh', root), 'utf8');
    expect(script).toContain(`for name in ${searchAttributes.join(' ')}; do`);
  });
});
