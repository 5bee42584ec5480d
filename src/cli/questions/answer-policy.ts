import type { Approver } from './approver.js';
import type { Prompts } from './prompts.js';

/** Who answers a workflow's questions, and how. */
export interface AnswerPolicy {
  /** Who answers; default user@machine. */
  readonly by?: string | undefined;
  /** Answers plans instead of a person. */
  readonly approver?: Approver | undefined;
  /** What is answered to a failed step when nobody sits at the terminal. Default `wait`. */
  readonly onFailure?: 'wait' | 'abort' | undefined;
  /** How a person is asked; default at the terminal, where one sits there. */
  readonly prompts?: Prompts | undefined;
}
