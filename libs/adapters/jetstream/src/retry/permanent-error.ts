/**
 * Thrown by a handler when a retry cannot help: the message becomes a dead letter at once, with this text.
 * Every other error is retried by the handler's schedule.
 */
export class PermanentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
  }
}
