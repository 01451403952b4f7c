import { Logger as NestLogger } from '@nestjs/common';
import { type Logger, describeError, printable, redact } from '@nestjs-spark/foundation/internal';

/** Nest's logger with a context: one line per message, with secrets masked and an error's causes included. */
export function logFor(context: string): Logger {
  const logger = new NestLogger(context);
  return {
    // Most are never printed, and the text may be of any length.
    debug: (message) => NestLogger.isLevelEnabled('debug') && logger.debug(shown(message)),
    log: (message) => logger.log(shown(message)),
    warn: (message) => logger.warn(shown(message)),
    error: (message, cause) =>
      logger.error(shown(cause === undefined ? message : `${message}: ${describeError(cause)}`)),
  };
}

function shown(message: string): string {
  return printable(redact(message));
}
