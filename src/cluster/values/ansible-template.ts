/** Whether Ansible makes a variable's value only when it runs, so that nobody can judge it before. */
export function isAnsibleTemplate(value: unknown): boolean {
  return typeof value === 'string' && /\{[{%]/.test(value);
}

/** Whether a variable's value is text that stands as it is written. */
export function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && !isAnsibleTemplate(value);
}
