/**
 * What tools may have of the environment. Everything else stays out of it: passwords and tokens that were put there for
 * the worker are none of a playbook's business, and whoever may look at a process may read its environment.
 */
export const plainVariables: readonly string[] = [
  ...['HOME', 'LANG', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'GIT_SSL_CAINFO'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'GOPROXY'],
  ...['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_CERT', 'PIP_CONFIG_FILE', 'PIP_TRUSTED_HOST'],
];

/** Of a login too, which a process of this machine goes on with. */
const ofLogin = [
  'PATH',
  'USER',
  'LOGNAME',
  'SHELL',
  'TZ',
  'PYENV_ROOT',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
];

/** The environment for processes that this one starts on its own machine. */
export function plainEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const names = [...plainVariables, ...ofLogin];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
