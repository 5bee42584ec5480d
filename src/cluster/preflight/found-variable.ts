import type { Specification } from '../specification/specification.js';
import { isAnsibleTemplate } from '../values/ansible-template.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/** The operator's own variables of Kubespray, by name. */
export type Variables = Specification['kubespray']['variables'];

/** A value that is there, and is no template, which nobody can judge. */
export const isKnown = (variables: Variables, name: string) =>
  Object.hasOwn(variables, name) && !isAnsibleTemplate(variables[name]);

/** What does not go together, or is not right, in what Kubespray is told. */
export function foundInVariables(
  told: Pick<FindingBeforeOverrides, 'is' | 'shouldBe' | 'advice'>,
): FindingBeforeOverrides {
  return { check: 'kubespray-variables', host: null, severity: 'error', ...told };
}

/** What a variable says that is not right, with what it should say, as a phrase. */
export function foundVariable(variables: Variables, name: string, shouldBe: string): FindingBeforeOverrides {
  return foundInVariables({
    is: `${name}: ${JSON.stringify(variables[name])}`,
    shouldBe,
    advice: `Correct ${name} in kubespray.variables.`,
  });
}

/** One finding for each variable that is none of the values that there are. @param by who stops else */
export function unknownChoices(
  variables: Variables,
  choices: Readonly<Record<string, readonly string[]>>,
  by: string,
): FindingBeforeOverrides[] {
  return Object.entries(choices)
    .filter(([name, known]) => isKnown(variables, name) && !known.some((one) => one === variables[name]))
    .map(([name, known]) => foundVariable(variables, name, `one of ${known.join(', ')}, or ${by} stops`));
}

/** One finding for each variable that is there, and must not be. @param by who stops else */
export function removedVariables(
  variables: Variables,
  names: readonly string[],
  by: string,
): FindingBeforeOverrides[] {
  return names
    .filter((name) => Object.hasOwn(variables, name))
    .map((name) => ({
      ...foundVariable(variables, name, `not there at all, or ${by} stops`),
      advice: `Take ${name} out of kubespray.variables.`,
    }));
}
