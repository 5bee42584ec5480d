import { InvalidArgumentError, type Command } from 'commander';
import { decisionVerbs } from '../../protocol/progress.js';
import type { AnswerFlags } from './answer.js';
import { examples, type Dispatch } from './dispatch.js';

/** The commands by which a person answers. */
export function declareAnswers(program: Command, dispatch: Dispatch): void {
  const plans = {
    approve: 'Approve a plan: what it names is destroyed.',
    deny: 'Deny a plan: its hosts are left as they are.',
  } as const;
  for (const verb of ['approve', 'deny'] as const) {
    program
      .command(verb)
      .description(plans[verb])
      .argument('<cluster>', 'name of the cluster')
      .requiredOption('--plan <digest>', 'sha256:… as shown with the plan', digest)
      .option('--host <name...>', 'only these hosts')
      .option('--by <name>', 'who answers, for the report (default: user@machine)')
      .option('--reason <text>', 'kept in the report')
      .option(
        '--workflow <id>',
        "the workflow that asks, where it is not the cluster's own: host/10.0.10.9:22",
      )
      .addHelpText('after', examples([`slipway ${verb} blue --plan sha256:9f86d0…`, '']))
      .action((cluster: string, { host, ...flags }: AnswerFlags & { plan: string; host?: string[] }) =>
        dispatch(async () => (await import('./answer.js')).answerPlan)({
          ...flags,
          cluster,
          verb,
          hosts: host,
        }),
      );
  }
  const decisions = {
    retry: 'Do a failed step again.',
    skip: 'Go on without a failed step; the report says so.',
    abort: 'End the work of a host whose step failed.',
  } as const;
  for (const verb of decisionVerbs) {
    program
      .command(verb)
      .description(`${decisions[verb]} Without --host it is meant for every failed step.`)
      .argument('<cluster>', 'name of the cluster')
      .option('--host <name>', 'only this host')
      .option('--step <name>', 'only if it is this step that failed')
      .option('--by <name>', 'who decides (default: user@machine)')
      .option('--reason <text>', 'kept in the report')
      .option(
        '--workflow <id>',
        "the workflow that asks, where it is not the cluster's own: host/10.0.10.9:22",
      )
      .addHelpText('after', examples([`slipway ${verb} blue --host worker-1 --step createRaidArray`, '']))
      .action((cluster: string, flags: AnswerFlags & { host?: string; step?: string }) =>
        dispatch(async () => (await import('./answer.js')).decide)({ ...flags, cluster, verb }),
      );
  }
  program
    .command('cancel')
    .description('Stop the work on a cluster before its next step; `slipway up` starts it anew.')
    .argument('<cluster>', 'name of the cluster')
    .addHelpText('after', examples(['slipway cancel blue', '']))
    .action((cluster: string) => dispatch(async () => (await import('./cancel.js')).cancel)({ cluster }));
}

function digest(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be sha256: and 64 hex digits, as shown with the plan.');
}
