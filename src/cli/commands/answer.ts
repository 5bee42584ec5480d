import type { Decision } from '../../protocol/messages.js';
import type { ApprovalVerb, DecisionVerb } from '../../protocol/progress.js';
import { sendAnswer, whoAnswers } from '../questions/send-answer.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { plainText } from '../../cluster/text/plain-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { withTemporal } from '../running/with-temporal.js';

/** What each answer may say besides. */
export interface AnswerFlags {
  /** Who answers; default user@machine. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** The workflow that asks, where it is not the cluster's own. */
  readonly workflow?: string | undefined;
}

interface AnswerOptions extends AnswerFlags {
  readonly cluster: string;
}

export interface AnswerPlanOptions extends AnswerOptions {
  readonly verb: ApprovalVerb;
  /** sha256:… as shown with the plan. */
  readonly plan: string;
  readonly hosts?: readonly string[] | undefined;
}

/** `slipway approve` and `slipway deny`. @throws CommandError */
export async function answerPlan(options: AnswerPlanOptions, terminal: Terminal): Promise<ExitCode> {
  const { cluster, workflow: workflowId, verb, plan, hosts, reason, by = whoAnswers() } = options;
  const answer = { plan, by, ...(hosts && { hosts }), ...(reason !== undefined && { reason }) };
  return send({ cluster, workflowId, verb, answer }, terminal);
}

export interface DecideOptions extends AnswerOptions {
  readonly verb: DecisionVerb;
  readonly host?: string | undefined;
  readonly step?: string | undefined;
}

/** `slipway retry`, `skip` and `abort`: what shall become of a failed step. @throws CommandError */
export async function decide(options: DecideOptions, terminal: Terminal): Promise<ExitCode> {
  const { cluster, workflow: workflowId, verb, host, step, reason, by = whoAnswers() } = options;
  const answer: Decision = {
    by,
    ...(host !== undefined && { host }),
    ...(step !== undefined && { step }),
    ...(reason !== undefined && { reason }),
  };
  return send({ cluster, workflowId, verb, answer }, terminal);
}

async function send(message: Parameters<typeof sendAnswer>[1], terminal: Terminal): Promise<ExitCode> {
  const sentence = await withTemporal({ terminal, embedded: 'find' }, ({ client }) =>
    sendAnswer(client, message),
  );
  terminal.write(`${plainText(sentence)}\n`);
  return exitCodes.ok;
}
