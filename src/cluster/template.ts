/** Whether Ansible makes a variable's value only when it runs, so that nobody can judge it before. */
export function isTemplate(value: unknown): boolean {
  return typeof value === 'string' && /\{[{%]/.test(value);
}
