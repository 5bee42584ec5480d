import { Option, type Command } from 'commander';
import { architectures } from '../../cluster/mirror/architecture.js';
import { examples, type Dispatch, type SpecificationOptions } from './dispatch.js';
import type { MirrorListOptions } from './mirror-list.js';

/** `slipway mirror …`: what a mirror for a closed network has to have, and whether it does. */
export function declareMirror(program: Command, dispatch: Dispatch): void {
  const mirror = program
    .command('mirror')
    .description('What Kubespray downloads, for whoever fills a mirror: list, check.')
    .addHelpText(
      'after',
      examples(
        ['slipway mirror list cluster.yaml', 'what has to be there'],
        ['slipway mirror check cluster.yaml', 'whether it is'],
      ),
    );
  mirror
    .command('list')
    .description('List each file and image with its digest, and where the mirror should have it.')
    .argument('<file>', 'cluster.yaml')
    .addOption(
      new Option('--processor <name...>', 'processors of the hosts (default: amd64)').choices(architectures),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['slipway mirror list cluster.yaml', ''],
        ['slipway mirror list cluster.yaml | awk \'$1 == "file" { print $2 }\'', 'what to download'],
      ),
    )
    .action((file: string, options: Omit<MirrorListOptions, 'file'>) =>
      dispatch(async () => (await import('./mirror-list.js')).mirrorList)({ ...options, file }),
    );
  mirror
    .command('check')
    .description('Ask the mirror from every host for all of it, and compare digests; changes nothing.')
    .argument('<file>', 'cluster.yaml')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(['slipway mirror check cluster.yaml', '1 where anything is missing or wrong']),
    )
    .action((file: string, options: Omit<SpecificationOptions, 'file'>) =>
      dispatch(async () => (await import('./mirror-check.js')).mirrorCheck)({ ...options, file }),
    );
}
