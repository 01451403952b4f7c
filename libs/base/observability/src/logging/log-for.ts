import { Logger as NestLogger } from '@nestjs/common';
import { type Logger, describeError, printable, redact } from '@nestjs-spark/foundation/internal';

/** Nest's logger under one context: each message one line, with secrets masked and an error's causes on it. */
export function logFor(context: string): Logger {
  const logger = new NestLogger(context);
  return {
    // Most are never printed, and anybody may have made the text long.
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
