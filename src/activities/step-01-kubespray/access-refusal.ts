/** Why a repository does not let git in, in git's or ssh's own words, and what helps. */
export interface AccessRefusal {
  readonly why: string;
  readonly advice: string;
}

const noAgent =
  'Slipway hands on no SSH agent, because a job and its repetition outlive the login that an agent belongs to.';

const refusals: readonly { readonly said: RegExp; readonly advice: (host: string) => string }[] = [
  {
    said: /^.*Permission denied \(.*$/m,
    advice: (host) =>
      `Put a deploy key without a passphrase into ~/.ssh on ${host}, or name it there in ~/.ssh/config. ${noAgent}`,
  },
  {
    said: /^Host key verification failed\..*$/m,
    advice: (host) =>
      `Clone the repository once by hand on ${host}, and compare the host key that ssh shows.`,
  },
  {
    said: /^fatal: (could not read (Username|Password)|Authentication failed) .*$/m,
    advice: (host) => `Put the name and token into ~/.netrc on ${host}, or set up a credential helper there.`,
  },
];

/** @param output what git wrote; undefined where it says nothing of access */
export function accessRefusal(output: string, host: string): AccessRefusal | undefined {
  for (const { said, advice } of refusals) {
    const [line] = said.exec(output) ?? [];
    if (line !== undefined) return { why: line.replace(/\.$/, ''), advice: advice(host) };
  }
  return undefined;
}
