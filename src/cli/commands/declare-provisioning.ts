import { Option, type Command } from 'commander';
import { examples, type Dispatch, type SpecificationOptions } from './dispatch.js';
import type { UpOptions } from './up.js';

/** The commands that begin with cluster.yaml, and `releases` and `status`. */
export function declareProvisioning(program: Command, dispatch: Dispatch): void {
  program
    .command('up')
    .description('Provision the cluster: plan, ask for approval, do what differs, verify. Safe to repeat.')
    .argument('<file>', 'cluster.yaml')
    .option(
      '-y, --yes',
      'approve every plan without asking: destroys what the plan names; confirms no host key',
    )
    .option('--by <name>', 'who approves, for the report (default: user@machine)')
    .addOption(
      new Option('--on-failure <answer>', 'what a failed step gets when nobody sits at the terminal')
        .choices(['wait', 'abort'])
        .default('wait'),
    )
    .option('--worker', 'run a worker in this process although a Temporal address is configured')
    .option('--no-worker', 'run no worker in this process')
    .addHelpText(
      'after',
      examples(
        ['slipway up cluster.yaml', 'asks before disks are touched'],
        ['slipway up cluster.yaml --yes', 'in a script'],
        [
          'TEMPORAL_ADDRESS=temporal:7233 slipway up cluster.yaml',
          'work is done by `slipway worker` elsewhere',
        ],
      ),
    )
    .action((file: string, options: Omit<UpOptions, 'file'>) =>
      dispatch(async () => (await import('./up.js')).up)({ ...options, file }),
    );
  program
    .command('plan')
    .description('Look at the hosts and show the plan; changes nothing and needs no Temporal.')
    .argument('<file>', 'cluster.yaml')
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      examples(['slipway plan cluster.yaml', ''], ['slipway plan cluster.yaml --json | jq .digest', '']),
    )
    .action((file: string, options: Omit<SpecificationOptions, 'file'>) =>
      dispatch(async () => (await import('./plan.js')).plan)({ ...options, file }),
    );
  program
    .command('spec')
    .description('Check cluster.yaml; with --json print it as the argument of the workflow.')
    .argument('<file>', 'cluster.yaml')
    .option('--json', 'print the checked specification with every default filled in')
    .addHelpText(
      'after',
      examples(
        ['slipway spec cluster.yaml --json > cluster.json', ''],
        [
          'temporal workflow start --type provisionCluster --task-queue slipway --workflow-id cluster/blue ' +
            '--input-file cluster.json',
          '',
        ],
      ),
    )
    .action((file: string, options: Omit<SpecificationOptions, 'file'>) =>
      dispatch(async () => (await import('./spec.js')).spec)({ ...options, file }),
    );
  program
    .command('releases')
    .description('List the releases of Kubespray that kubespray.release may name, with what each needs.')
    .option('--json', 'print everything that is known of them as JSON')
    .addHelpText(
      'after',
      examples(
        ['slipway releases', ''],
        ["slipway releases --json | jq -r '.[0].name'", 'the newest that is known'],
      ),
    )
    .action((options: { json?: boolean }) =>
      dispatch(async () => (await import('./releases.js')).releases)(options),
    );
  program
    .command('verify')
    .description("Run the procedure's checks alone; changes nothing.")
    .argument('<file>', 'cluster.yaml')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', examples(['slipway verify cluster.yaml', '']))
    .action((file: string, options: Omit<SpecificationOptions, 'file'>) =>
      dispatch(async () => (await import('./verify.js')).verify)({ ...options, file }),
    );
  program
    .command('delete-old-data')
    .description('Delete what step 7 has kept of the moved data, once the new place has proven itself; asks.')
    .argument('<file>', 'cluster.yaml')
    .option('--host <name...>', 'only these hosts')
    .option('-y, --yes', 'approve every deletion without asking')
    .option('--by <name>', 'who approves (default: user@machine)')
    .addHelpText(
      'after',
      examples(
        ['slipway delete-old-data cluster.yaml', 'verifies and asks for one host after the other'],
        ['slipway delete-old-data cluster.yaml --host worker-1 --yes', 'in a script'],
      ),
    )
    .action((file: string, { host, ...options }: { host?: string[]; yes?: boolean; by?: string }) =>
      dispatch(async () => (await import('./delete-old-data.js')).deleteOldData)({
        ...options,
        file,
        hosts: host,
      }),
    );
  program
    .command('status')
    .description('Show where the work on a cluster stands.')
    .argument('<cluster>', 'name of the cluster')
    .option('-w, --watch', 'go on showing it until the work has ended')
    .option('--json', 'print JSON; with --watch one document a line')
    .addHelpText(
      'after',
      examples(
        ['slipway status blue --watch', ''],
        ["slipway status blue --json | jq -r '.progress.questions[].plan'", 'the digest to approve'],
      ),
    )
    .action((cluster: string, options: { watch?: boolean; json?: boolean }) =>
      dispatch(async () => (await import('./status.js')).status)({ ...options, cluster }),
    );
}
