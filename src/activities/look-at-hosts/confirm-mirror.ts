import { Context } from '@temporalio/activity';
import { askMirror } from '../../probes/ask-mirror.js';
import { counted } from '../../cluster/text/quantities.js';
import type { Dependencies } from '../running/dependencies.js';
import { step, unchanged } from '../running/step.js';

/**
 * Before anything is changed: whether each host finds in the mirror what it will download. Each file is read once to the end,
 * by one host, to compare its digest; nothing is kept.
 */
export const confirmMirror = step(
  'confirmMirror',
  async ({ specification, release, processors }, { hosts: pool }: Pick<Dependencies, 'hosts'>) => {
    const signal = Context.current().cancellationSignal;
    const found = await askMirror({
      specification,
      release,
      processors,
      open: (address) => {
        signal.throwIfAborted();
        return pool.connect(address, { signal });
      },
    });
    const { asked, problems } = found;
    const what = `${counted(asked.files, 'file')} and ${counted(asked.images, 'image')}`;
    const lacking = problems.length === 0 ? '' : `; ${counted(problems.length, 'obstacle')}`;
    return {
      ...unchanged(`${counted(found.hosts.length, 'host')} asked for ${what}${lacking}`),
      ...found,
    };
  },
);
