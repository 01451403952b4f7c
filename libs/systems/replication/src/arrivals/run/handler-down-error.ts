import { messageOf } from '@nestjs-spark/foundation/internal';

/** The handler fails whatever it is told: it is tried again with the same copy, and nothing more is set aside. */
export class HandlerDownError extends Error {
  constructor(because: string, cause: unknown) {
    super(`${because}, the last time with: ${messageOf(cause)}`, { cause });
    this.name = 'HandlerDownError';
  }
}
