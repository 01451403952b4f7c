import { RedactingLogger } from '@nestjs-spark/observability';

const NEST_FAILS = ['ExceptionHandler', 'NestApplication'];
const FAULTS_OF_CODE = [TypeError, ReferenceError, RangeError, SyntaxError];

/**
 * Omits Nest's messages about a failed start: the app gives the reason in one sentence, which Nest's stack above it would hide. A
 * programming error keeps its stack.
 */
export class StartLogger extends RedactingLogger {
  override error(message: unknown, ...rest: unknown[]): void {
    const isTold =
      NEST_FAILS.includes(String(rest.at(-1))) && !FAULTS_OF_CODE.some((kind) => message instanceof kind);
    if (!isTold) super.error(message, ...rest);
  }
}
