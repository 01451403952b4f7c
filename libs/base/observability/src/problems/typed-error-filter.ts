import { Catch } from '@nestjs/common';
import {
  ProblemError,
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
} from '@nestjs-spark/contracts';
import { ProblemFilter } from './problem-filter.ts';

/**
 * Answers the errors that Spark throws itself, and no others, as problems. Global with the store, so a controller need
 * not know them; a filter of the application that catches everything goes before.
 */
@Catch(ProblemError, StoreRefusedError, UnavailableError, VersionConflictError)
export class TypedErrorFilter extends ProblemFilter {}
