import { draftOf } from './draft.js';
import { problemsOf, type Problem } from './problems.js';
import { allowedKeys } from './json-schema.js';
import { specificationSchema, type Specification } from './specification.js';
import { hostProblems } from './rules/hosts.js';
import { inventoryVariableProblems } from './rules/inventory-variables.js';
import { kubesprayProblems } from './rules/kubespray.js';
import { mirrorConflicts } from './rules/mirror.js';
import { networkPluginProblems } from './rules/network-plugin.js';
import { overrideProblems } from './rules/overrides.js';
import { storageProblems } from './rules/storage.js';

export type CheckedSpecification =
  | { readonly specification: Specification; readonly problems?: never }
  | { readonly specification?: never; readonly problems: readonly Problem[] };

/**
 * Checks what an operator wrote, by the schema and by the rules that need more than one field, and fills in defaults.
 * Every problem is told at once: the rules also look at what is right in a specification that is wrong elsewhere.
 */
export function checkSpecification(input: unknown): CheckedSpecification {
  const parsed = specificationSchema.safeParse(input);
  const draft = draftOf(input);
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error.issues, input, allowedKeys)),
    ...hostProblems(draft),
    ...storageProblems(draft),
    ...kubesprayProblems(draft),
    ...mirrorConflicts(draft),
    ...inventoryVariableProblems(draft),
    ...networkPluginProblems(draft),
    ...overrideProblems(draft),
  ];
  return parsed.success && problems.length === 0 ? { specification: parsed.data } : { problems };
}

/** One problem as a line: `hosts.0.name: must be …`. */
export function formatProblem({ path, message }: Pick<Problem, 'path' | 'message'>): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
