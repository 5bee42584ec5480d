import { Context } from '@temporalio/activity';
import { counted } from '../../cluster/text/quantities.js';
import type { Dependencies } from '../running/dependencies.js';
import { step, unchanged } from '../running/step.js';
import { proveReachability } from '../../probes/prove-reachability.js';

/**
 * Before anything is installed: whether the hosts reach each other on the ports that they will need. Each host listens for
 * a minute or two on those of them that are free, and the others connect. Ports that are in use, as on the nodes of an
 * existing cluster, are connected to and left alone. Nothing is left behind: the listener ends with the step, and by
 * itself when nobody comes to end it.
 */
export const checkReachability = step(
  'checkReachability',
  async ({ hosts, specification, jobKey }, { hosts: pool }: Pick<Dependencies, 'hosts'>) => {
    const signal = Context.current().cancellationSignal;
    const found = await proveReachability({ pool, hosts, specification, key: jobKey, signal });
    const { blocked, narrow, outdated = [] } = found;
    const ways = [
      ...(blocked.length === 0 ? [] : [counted(blocked.length, 'obstacle')]),
      ...(outdated.length === 0
        ? []
        : [`${counted(outdated.length, 'firewall')} of an earlier run to be written anew`]),
      ...(narrow.length === 0 ? [] : [`${counted(narrow.length, 'way')} too narrow for long packets`]),
    ];
    return {
      ...unchanged(ways.join(', ') || 'the hosts reach each other on the ports that they need'),
      ...found,
    };
  },
);
