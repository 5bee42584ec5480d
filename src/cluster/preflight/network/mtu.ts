import { isSameAddress } from '../../values/ip-address.js';
import type { HostLook } from '../../checks/host-check.js';
import type { FindingBeforeOverrides } from '../../checks/findings.js';
import { nodeAddressOf } from '../../specification/members.js';

/** Bytes: encapsulated packets of pods are 50 bytes shorter, and 1400 is what tunnels and clouds are made for. */
const smallestMtu = 1450;

/** A packet longer than the other side takes is dropped without a word: short questions work, long answers never come. */
export function mtuFindings(looks: readonly HostLook[]): FindingBeforeOverrides[] {
  const known = looks.flatMap((look) => {
    const found = nodeInterface(look);
    return found === undefined ? [] : [{ host: look.host.name, ...found }];
  });
  const usual = most(known.map(({ mtu }) => mtu));
  return known.flatMap(({ host, name, mtu }): FindingBeforeOverrides[] => {
    if (mtu === usual && mtu >= smallestMtu) return [];
    return [
      {
        check: 'mtu',
        host,
        severity: 'warning',
        is: `an MTU of ${mtu} on ${name}${mtu === usual ? '' : `, where most hosts have ${usual}`}`,
        shouldBe:
          mtu === usual
            ? `at least ${smallestMtu}: pods get 50 less, and some programs rely on 1400`
            : 'the same on every host, or long packets are lost without a word',
        advice: `Set it in netplan (mtu: ${mtu === usual ? 1500 : usual}), or give pods a smaller one by calico_mtu.`,
      },
    ];
  });
}

function nodeInterface({ host, facts: { system } }: HostLook) {
  const address = nodeAddressOf(host);
  if (address === undefined) return undefined;
  return system?.interfaces.find(({ addresses }) => addresses.some((one) => isSameAddress(one, address)));
}

/** The commonest value, of equally common ones the smallest, which every host can have. */
function most(values: readonly number[]): number {
  const count = (value: number) => values.filter((other) => other === value).length;
  return [...values].sort((left, right) => count(right) - count(left) || left - right)[0] ?? 0;
}
