import { Logger as NestLogger } from '@nestjs/common';
import { type Logger, describeError, redact } from '@nestjs-spark/foundation/internal';

/** Nest's logger under one context, with secrets masked and an error's causes on its line. */
export function logFor(context: string): Logger {
  const logger = new NestLogger(context);
  return {
    debug: (message) => logger.debug(redact(message)),
    log: (message) => logger.log(redact(message)),
    warn: (message) => logger.warn(redact(message)),
    error: (message, cause) =>
      logger.error(cause === undefined ? redact(message) : `${redact(message)}: ${describeError(cause)}`),
  };
}
