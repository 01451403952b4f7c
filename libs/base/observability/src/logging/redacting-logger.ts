import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { printable, redact } from '@nestjs-spark/foundation/internal';

type JsonLogArguments = Parameters<ConsoleLogger['getJsonLogObject']>;

/**
 * Nest's console logger with secrets masked in everything that is printed, as text or as JSON, by any logger, and with control
 * characters escaped, so that logged values cannot forge log lines.
 * Pass it to the application: `NestFactory.create(AppModule, { logger: new RedactingLogger() })`.
 */
export class RedactingLogger extends ConsoleLogger {
  protected override stringifyMessage(message: unknown, logLevel: LogLevel) {
    // Nest prints anything but a string as an object, which escapes the strings in it and takes several lines.
    const safe = typeof message === 'string' ? printable(redact(message)) : message;
    const text = super.stringifyMessage(safe, logLevel);
    return typeof text === 'string' ? redact(text) : text;
  }

  protected override getJsonLogObject(
    ...given: JsonLogArguments
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    return masked(super.getJsonLogObject(...given), new Set()) as ReturnType<
      ConsoleLogger['getJsonLogObject']
    >;
  }

  /** Nest also calls this without a stack, for an error logged as text. */
  protected override printStackTrace(stack: string | undefined): void {
    if (stack === undefined) return;
    // Only the stack's own line breaks; others belong to the message.
    super.printStackTrace(redact(stack).split('\n').map(printable).join('\n    '));
  }
}

const DEEPEST = 50;

/**
 * A copy with every string masked. Anything nested deeper than is readable is left out: a log entry must not overflow the stack.
 */
function masked(value: unknown, above: Set<unknown>): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null || above.has(value)) return value;
  if (above.size >= DEEPEST) return '…';
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  above.add(value);
  const copy = Array.isArray(value)
    ? value.map((item) => masked(item, above))
    : value instanceof Map
      ? new Map([...value].map(([key, item]) => [masked(key, above), masked(item, above)]))
      : value instanceof Set
        ? new Set([...value].map((item) => masked(item, above)))
        : Object.fromEntries(
            (value instanceof Error
              ? [
                  ...Object.entries(value),
                  ['name', value.name],
                  ['message', value.message],
                  ['stack', value.stack],
                ]
              : Object.entries(value)
            ).map(([key, item]) => [redact(String(key)), masked(item, above)]),
          );
  above.delete(value);
  return copy;
}
