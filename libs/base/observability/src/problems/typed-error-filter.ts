import { Catch } from '@nestjs/common';
import {
  ProblemError,
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
} from '@nestjs-spark/contracts';
import { ProblemFilter } from './problem-filter.ts';

/**
 * Answers the errors that Spark itself throws, and no others, as problems. Registered globally with the store, so that
 * controllers need not know them; an application's own catch-all filter takes precedence.
 */
@Catch(ProblemError, StoreRefusedError, UnavailableError, VersionConflictError)
export class TypedErrorFilter extends ProblemFilter {}
