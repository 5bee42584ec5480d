import { z } from 'zod';
import { NotUnderstoodError } from '../hosts/errors.js';
import type { Host } from '../hosts/host.js';

/** As much of the reason as a reader needs. */
const longestReason = 300;

/**
 * What parsing makes of something that a host has answered.
 * @param what the answer, such as "the facts"
 * @throws NotUnderstoodError with the host's name, when `parse` throws
 */
export function understood<Output>({ name }: Host, what: string, parse: () => Output): Output {
  try {
    return parse();
  } catch (cause) {
    const reason = reasonOf(cause).slice(0, longestReason);
    throw new NotUnderstoodError(
      `${what} of ${name} cannot be understood: ${reason}`,
      { host: name, advice: `Look whether the tools on ${name} are those of its distribution, and whole.` },
      { cause },
    );
  }
}

/** The last line of what a tool has said, where its reason usually is; at most 500 characters. */
export function lastLineOf(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
