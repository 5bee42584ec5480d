import { confirm, isCancel, select } from '@clack/prompts';

/** Questions to the person at the terminal. `undefined`: Ctrl-C, or the question has become needless. */
export interface Prompts {
  /** Yes or no; Enter alone means no. */
  confirm(message: string, signal: AbortSignal): Promise<boolean | undefined>;
  choose<Choice extends string>(
    message: string,
    choices: readonly { readonly value: Choice; readonly hint: string }[],
    signal: AbortSignal,
  ): Promise<Choice | undefined>;
}

export const terminalPrompts: Prompts = {
  confirm: async (message, signal) => {
    const answer = await confirm({ message, initialValue: false, signal });
    return isCancel(answer) ? undefined : answer;
  },
  choose: async <Choice extends string>(
    message: string,
    choices: readonly { readonly value: Choice; readonly hint: string }[],
    signal: AbortSignal,
  ) => {
    const answer = await select<string>({ message, options: [...choices], signal });
    return isCancel(answer) ? undefined : (answer as Choice);
  },
};
