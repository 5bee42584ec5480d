import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporalSettings } from '../../src/temporal/settings.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-settings-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** No settings but these, and none of whoever runs the tests. */
const settings = (environment: NodeJS.ProcessEnv) =>
  temporalSettings({ XDG_CONFIG_HOME: join(folder, 'none'), ...environment });

function tomlOf(text: string): string {
  const file = join(folder, 'temporal.toml');
  writeFileSync(file, text);
  return file;
}

describe('the settings of Temporal', () => {
  it('are those of the environment and of the TOML file', () => {
    expect(settings({})).toBeUndefined();
    expect(settings({ TEMPORAL_ADDRESS: 'one:7233' })).toMatchObject({
      address: 'one:7233',
      namespace: 'default',
    });
    const file = tomlOf('[profile.blue]\naddress = "two:7233"\nnamespace = "akash"\n');
    expect(settings({ TEMPORAL_CONFIG_FILE: file })).toBeUndefined();
    expect(settings({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'blue' })).toMatchObject({
      address: 'two:7233',
      namespace: 'akash',
    });
  });

  it('take an empty variable for one that is not set', () => {
    expect(settings({ TEMPORAL_ADDRESS: '' })).toBeUndefined();
    const empty = {
      TEMPORAL_NAMESPACE: '',
      TEMPORAL_API_KEY: '',
      TEMPORAL_PROFILE: '',
      TEMPORAL_CONFIG_FILE: '',
    };
    expect(settings({ TEMPORAL_ADDRESS: 'one:7233', TEMPORAL_TLS_CLIENT_CERT_PATH: '', ...empty })).toEqual({
      address: 'one:7233',
      namespace: 'default',
      connectionOptions: { address: 'one:7233' },
    });
    const file = tomlOf('[profile.default]\naddress = "two:7233"\n');
    expect(settings({ TEMPORAL_ADDRESS: '', TEMPORAL_CONFIG_FILE: file })).toMatchObject({
      address: 'two:7233',
    });
  });

  it('name what is wrong in one line', () => {
    const address = { TEMPORAL_ADDRESS: 'one:7233' };
    const messageOf = (environment: NodeJS.ProcessEnv) => {
      try {
        settings({ ...address, ...environment });
      } catch (error) {
        return error instanceof Error && error.name === 'TemporalSettingsError' ? error.message : error;
      }
      return 'no error';
    };
    expect(messageOf({ TEMPORAL_PROFILE: 'nope' })).toBe(
      'TEMPORAL_PROFILE is "nope", and temporal.toml of the `temporal` command has no profile of that name. Correct it, or unset it.',
    );
    const file = tomlOf('[profile.blue]\napi_key = "hunter2\n');
    expect(messageOf({ TEMPORAL_CONFIG_FILE: file })).toMatch(
      new RegExp(
        `^TEMPORAL_CONFIG_FILE \\(${file}\\):2:\\d+: Invalid TOML document: [^\\n]+\\. Correct it\\.$`,
      ),
    );
    expect(messageOf({ TEMPORAL_CONFIG_FILE: file })).not.toContain('hunter2');
    expect(messageOf({ TEMPORAL_CONFIG_FILE: folder })).toMatch(
      /^TEMPORAL_CONFIG_FILE \(\S+\): EISDIR[^\n]+\. Correct it\.$/,
    );
    expect(messageOf({ TEMPORAL_CONFIG_FILE: tomlOf('') })).toBe(
      `TEMPORAL_CONFIG_FILE (${file}): it holds no profile, such as [profile.default]. Correct it.`,
    );
    for (const name of ['CLIENT_CERT', 'CLIENT_KEY', 'SERVER_CA_CERT']) {
      expect(messageOf({ [`TEMPORAL_TLS_${name}_PATH`]: '/nope' })).toBe(
        `TEMPORAL_TLS_${name}_PATH is /nope, which cannot be read (ENOENT). Correct it, or unset it.`,
      );
    }
    const tls = tomlOf('[profile.default.tls]\nclient_key_path = "/nope"\n');
    expect(messageOf({ TEMPORAL_CONFIG_FILE: tls })).toBe(
      `TEMPORAL_CONFIG_FILE (${tls}): tls.client_key_path is /nope, which cannot be read (ENOENT). Correct it.`,
    );
    expect(messageOf({ TEMPORAL_TLS_CLIENT_KEY_PATH: '/a', TEMPORAL_TLS_CLIENT_KEY_DATA: 'b' })).toMatch(
      /^Temporal’s settings: Cannot specify both client_key_path and client_key_data\. Correct them\.$/,
    );
  });
});
