import type { CloudRules } from '../releases/variable-rules.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { foundVariable, isKnown, unknownChoices, type Variables } from './found-variable.js';

/** "Check cloud_provider value". @param by who stops else */
export function cloudFindings(
  variables: Variables,
  { providers, mayBeEmpty, external }: CloudRules,
  by: string,
): FindingBeforeOverrides[] {
  const { cloud_provider: provider, ignore_assert_errors: ignoresChecks } = variables;
  if (!isKnown(variables, 'cloud_provider') || ignoresChecks === true) return [];
  if (mayBeEmpty && !provider) return [];
  const wrong = unknownChoices(variables, { cloud_provider: providers }, by);
  if (wrong.length > 0 || provider !== 'external' || external.length === 0) return wrong;
  if (Object.hasOwn(variables, 'external_cloud_provider')) {
    return unknownChoices(variables, { external_cloud_provider: external }, by);
  }
  const beside = `together with external_cloud_provider: one of ${external.join(', ')}, or ${by} stops`;
  return [
    {
      ...foundVariable(variables, 'cloud_provider', beside),
      advice: 'Set external_cloud_provider in kubespray.variables, or take cloud_provider out.',
    },
  ];
}
