import { RedactingLogger } from '@nestjs-spark/observability';

const NEST_FAILS = ['ExceptionHandler', 'NestApplication'];
const FAULTS_OF_CODE = [TypeError, ReferenceError, RangeError, SyntaxError];

/**
 * Leaves out what Nest says of a start that failed: the app says why in one sentence, and Nest's stack above it hides that. A
 * fault of the code keeps its stack.
 */
export class StartLogger extends RedactingLogger {
  override error(message: unknown, ...rest: unknown[]): void {
    const isTold =
      NEST_FAILS.includes(String(rest.at(-1))) && !FAULTS_OF_CODE.some((kind) => message instanceof kind);
    if (!isTold) super.error(message, ...rest);
  }
}
