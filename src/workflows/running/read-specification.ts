import { ApplicationFailure } from '@temporalio/workflow';
import { checkSpecification } from '../../cluster/specification/check.js';
import type { Specification } from '../../cluster/specification/specification.js';

/**
 * The workflow's argument as a checked specification.
 * @throws ApplicationFailure of type InvalidSpecification that lists every problem
 */
export function readSpecification(input: unknown): Specification {
  const checked = checkSpecification(input);
  if (checked.specification === undefined) {
    throw invalidSpecification(checked.problems.map(({ path, message }) => `${path.join('.')}: ${message}`));
  }
  return checked.specification;
}

export function invalidSpecification(problems: readonly string[]): ApplicationFailure {
  return ApplicationFailure.create({
    message: `The specification is not valid.\n${problems.join('\n')}`,
    type: 'InvalidSpecification',
    nonRetryable: true,
    details: [{ problems }],
  });
}
