import { Logger } from '@nestjs/common';
import type { Log } from '@nestjs-spark/contracts/internal';
import { describeError } from './describe-error.ts';
import { redact } from './redact.ts';

/** Nest's logger under one context, with secrets masked and an error's causes on its line. */
export function logFor(context: string): Log {
  const logger = new Logger(context);
  return {
    debug: (message) => logger.debug(redact(message)),
    log: (message) => logger.log(redact(message)),
    warn: (message) => logger.warn(redact(message)),
    error: (message, cause) =>
      logger.error(cause === undefined ? redact(message) : `${redact(message)}: ${describeError(cause)}`),
  };
}
