import type { Logger } from '@nestjs-spark/foundation/internal';

type Level = 'debug' | 'log' | 'warn' | 'error';

/** A logger that keeps what is logged. */
export class MemoryLogger implements Logger {
  readonly lines: { level: Level; message: string }[] = [];

  debug(message: string): void {
    this.lines.push({ level: 'debug', message });
  }

  log(message: string): void {
    this.lines.push({ level: 'log', message });
  }

  warn(message: string): void {
    this.lines.push({ level: 'warn', message });
  }

  /** An error's cause is recorded with it, since it is printed too. */
  error(message: string, cause?: unknown): void {
    const because = cause instanceof Error ? `: ${cause.message}` : '';
    this.lines.push({ level: 'error', message: `${message}${because}` });
  }

  /** The messages of one level, or all of them. */
  said(level?: Level): string[] {
    return this.lines
      .filter((line) => level === undefined || line.level === level)
      .map(({ message }) => message);
  }
}
