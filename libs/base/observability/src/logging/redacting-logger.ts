import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { redact } from '@nestjs-spark/foundation/internal';

/**
 * Nest's console logger with secrets masked in everything that is printed, whoever logs it.
 * Give it to the application: `NestFactory.create(AppModule, { logger: new RedactingLogger() })`.
 */
export class RedactingLogger extends ConsoleLogger {
  protected override stringifyMessage(message: unknown, logLevel: LogLevel) {
    const text = super.stringifyMessage(message, logLevel);
    return typeof text === 'string' ? redact(text) : text;
  }

  /** Nest calls this without a stack, too, for an error that it logs as text. */
  protected override printStackTrace(stack: string | undefined): void {
    if (stack !== undefined) super.printStackTrace(redact(stack));
  }
}
