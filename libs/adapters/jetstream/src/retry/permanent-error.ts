import { RpcException } from '@nestjs/microservices';

/**
 * Thrown by a handler to say that trying again cannot help: the message becomes a dead letter at once, with this text.
 * Every other error is retried by the handler's schedule.
 */
export class PermanentError extends RpcException {
  constructor(message: string, options?: ErrorOptions) {
    super(message);
    this.name = 'PermanentError';
    if (options && 'cause' in options) this.cause = options.cause;
  }

  /** Nest's filters pass on what this returns; anything but the error itself would lose that it is permanent. */
  override getError(): object {
    return this;
  }
}
