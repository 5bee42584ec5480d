/** Characters that JSON lets stand as they are, and a terminal obeys. JSON's own layout needs none of them. */
const obeyed = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A value as JSON text that is safe to print: the same value, with nothing in it that a terminal obeys. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    obeyed,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
