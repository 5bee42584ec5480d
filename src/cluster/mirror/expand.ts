import { isAnsibleTemplate } from '../values/ansible-template.js';

/** Variables that name each other have an end before this, or none at all. */
const deepest = 10;

/**
 * Puts variables into a text of Ansible's, `{{ name }}`.
 * @returns undefined where it needs more than names, or one that is not known
 */
export function expand(
  text: string,
  lookup: (name: string) => string | undefined,
  depth = 0,
): string | undefined {
  let isKnown = depth < deepest;
  const put = text.replaceAll(/\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}/g, (_, name: string) => {
    const value = isKnown ? lookup(name) : undefined;
    const whole = value === undefined ? undefined : expand(value, lookup, depth + 1);
    isKnown &&= whole !== undefined;
    return whole ?? '';
  });
  return isKnown && !isAnsibleTemplate(put) ? put : undefined;
}
