/** Something about a lab went wrong; the message says what, where, and what to do next. */
export class LabError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LabError';
  }
}
