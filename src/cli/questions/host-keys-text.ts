import { namesText, outlineText } from '../../cluster/text/outline.js';
import { counted } from '../../cluster/text/quantities.js';
import { describedKey, hostKeyText, type HostKey } from '../../hosts/host-key.js';
import { placeOf, tellFingerprints, type SshHostAddress } from '../../hosts/ssh/verify-host-key.js';

/** A host that wants the password, with the key that it has shown. */
export interface Unconfirmed {
  readonly address: SshHostAddress;
  readonly shown: HostKey;
}

/** What the person at the terminal compares before answering. */
export function hostKeysText(unconfirmed: readonly Unconfirmed[]): string {
  const items = unconfirmed.map((each) => ({ text: lineOf(each) }));
  const how = { text: `A host tells its own, at its console: ${tellFingerprints}` };
  return outlineText([{ heading: 'Host keys that nobody has confirmed', items: [...items, how] }]);
}

/** One for all hosts; Enter alone means no. */
export function hostKeysQuestion({ length }: readonly Unconfirmed[]): string {
  const isThat = length === 1 ? 'Is this the key of your host' : `Are these the keys of your ${length} hosts`;
  return `${isThat}? Yes pins ${length === 1 ? 'it' : 'them'}, and the password may be sent there. No ends here.`;
}

/** Where nobody sits at a terminal: what was not done, why, and what to do, with the lines for cluster.yaml. */
export function unconfirmedText(unconfirmed: readonly Unconfirmed[]): string {
  const names = namesText(unconfirmed.map(({ address }) => address.name));
  const heading =
    `The password was not sent to ${counted(unconfirmed.length, 'host')}, because nobody has confirmed the host key: ${names}. ` +
    'Another machine may be answering there. ' +
    `Compare each fingerprint with the host's own (${tellFingerprints}), then put its line into the host's entry in ` +
    'cluster.yaml, or run the command at a terminal and confirm.';
  const items = unconfirmed.map((each) => ({
    text: lineOf(each),
    code: [`hostKey: ${hostKeyText(each.shown)}`],
  }));
  return outlineText([{ heading, items }]);
}

function lineOf({ address, shown }: Unconfirmed): string {
  return `${placeOf(address)}: ${describedKey(shown)}`;
}
