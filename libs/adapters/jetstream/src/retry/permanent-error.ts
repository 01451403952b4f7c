/**
 * Thrown by a handler when retrying cannot help: the message immediately becomes a dead letter with this text. Every other error
 * is retried on the handler's schedule.
 */
export class PermanentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
  }
}
