import type { Specification } from '../specification.js';
import { isTemplate } from '../template.js';
import type { FoundBefore } from './finding.js';

/** The operator's own variables of Kubespray, by name. */
export type Variables = Specification['kubespray']['variables'];

/** A value that is there, and is no template, which nobody can judge. */
export const isKnown = (variables: Variables, name: string) =>
  Object.hasOwn(variables, name) && !isTemplate(variables[name]);

/** What a variable says that is not right, with what it should say, as a phrase. */
export function foundVariable(variables: Variables, name: string, shouldBe: string): FoundBefore {
  return {
    check: 'kubespray-variables',
    host: null,
    severity: 'error',
    is: `${name}: ${JSON.stringify(variables[name])}`,
    shouldBe,
    mend: `Correct ${name} in kubespray.variables.`,
  };
}
