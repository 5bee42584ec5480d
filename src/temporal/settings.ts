import { loadClientConfigProfile, toClientOptions, type ClientConfigProfile } from '@temporalio/envconfig';

/** A Temporal that is configured, rather than the embedded server. */
export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  readonly connectionOptions: ReturnType<typeof toClientOptions>['connectionOptions'];
}

/** The settings for Temporal cannot be used. The message is one line that names the setting. */
export class TemporalSettingsError extends Error {
  override readonly name = 'TemporalSettingsError';
}

/**
 * Where environment variables and the TOML file of the `temporal` command lead; undefined where they name no address.
 * An empty variable counts as none, as in files of `docker compose`.
 * @throws TemporalSettingsError
 */
export function temporalSettings(environment = process.env): TemporalSettings | undefined {
  const variables = withoutEmpty(environment);
  const profile = profileOf(variables);
  if (profile.address === undefined || profile.address === '') return undefined;
  const { address } = profile;
  try {
    const { connectionOptions, namespace = 'default' } = toClientOptions(profile);
    return { address, namespace, connectionOptions };
  } catch (error) {
    throw new TemporalSettingsError(tlsText(error, { profile, variables }), { cause: error });
  }
}

type Variables = Record<string, string>;

/** Of gRPC's headers an empty one means that the file's is not to be sent. */
function withoutEmpty(environment: NodeJS.ProcessEnv): Variables {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const isUnset = value === '' && !name.startsWith('TEMPORAL_GRPC_META_');
      return value === undefined || isUnset ? [] : [[name, value] as const];
    }),
  );
}

function profileOf(variables: Variables): ClientConfigProfile {
  try {
    return loadClientConfigProfile({ overrideEnvVars: variables });
  } catch (error) {
    throw new TemporalSettingsError(profileText(error, variables), { cause: error });
  }
}

function profileText(error: unknown, variables: Variables): string {
  const profile = variables['TEMPORAL_PROFILE'];
  const file = fileText(variables);
  const why = firstLine(error);
  if (why.startsWith('Cannot specify both')) return `Temporal’s settings: ${why}. Correct them.`;
  if (profile !== undefined && why.startsWith('Profile '))
    return `TEMPORAL_PROFILE is "${profile}", and ${file} has no profile of that name. Correct it, or unset it.`;
  // What the library runs into where the file has no table of profiles.
  if (error instanceof TypeError)
    return `${file}: it holds no profile, such as [profile.default]. Correct it.`;
  return `${file}${placeOf(error)}: ${why}. Correct it.`;
}

function fileText({ TEMPORAL_CONFIG_FILE: file }: Variables): string {
  return file === undefined ? 'temporal.toml of the `temporal` command' : `TEMPORAL_CONFIG_FILE (${file})`;
}

/** The lines that follow show the file's text, with its API key perhaps. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1).join('').replace(/\.$/, '');
}

function placeOf(error: unknown): string {
  const { line, column } = error as { line?: unknown; column?: unknown };
  return typeof line === 'number' && typeof column === 'number' ? `:${line}:${column}` : '';
}

const tlsFiles = {
  clientCert: 'client_cert_path',
  clientKey: 'client_key_path',
  serverCACert: 'server_ca_cert_path',
} as const;

function tlsText(
  error: unknown,
  { profile: { tls }, variables }: { profile: ClientConfigProfile; variables: Variables },
): string {
  const { path, code = firstLine(error) } = error as NodeJS.ErrnoException;
  for (const [field, key] of Object.entries(tlsFiles) as [keyof typeof tlsFiles, string][]) {
    const source = tls?.[field];
    if (path === undefined || source === undefined || !('path' in source) || source.path !== path) continue;
    const variable = `TEMPORAL_TLS_${key.toUpperCase()}`;
    const isOfFile = variables[variable] === undefined;
    const setting = isOfFile ? `${fileText(variables)}: tls.${key}` : variable;
    return `${setting} is ${path}, which cannot be read (${code}). Correct it${isOfFile ? '' : ', or unset it'}.`;
  }
  return `Temporal’s settings: ${firstLine(error)}. Correct them.`;
}
