import { messageOf } from '@nestjs-spark/foundation/internal';

/** The handler fails whatever it is called with: it is retried with the same copy, and no further copies are set aside. */
export class HandlerDownError extends Error {
  constructor(because: string, cause: unknown) {
    super(`${because}, the last time with: ${messageOf(cause)}`, { cause });
    this.name = 'HandlerDownError';
  }
}
