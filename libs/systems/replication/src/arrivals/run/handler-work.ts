import type { ChangeSource, EntityMapping, StateStore } from '@nestjs-spark/contracts/internal';
import type { Logger, RetryPolicy } from '@nestjs-spark/foundation/internal';
import type { ArrivalHandler } from '../listen/find-handlers.ts';

/** A handler with the copies that it is for. */
export interface HandlerWork {
  handler: ArrivalHandler;
  /** The plain names of the copies' tasks. */
  names: readonly string[];
  /** The collections of the copies. */
  collections: readonly string[];
  mapping: EntityMapping;
}

export interface HandlerUnitParts {
  changes: Pick<ChangeSource, 'ids' | 'read' | 'load' | 'wait'>;
  state: StateStore;
  logger: Logger;
  /** The delays before a failed copy is retried. Default: 2, 10, 30, 60 and 300 s. */
  retry?: RetryPolicy;
  /** The maximum number of copies whose failures are stored. Default: the same as for a task. */
  keptAtMost?: number;
  /** How often everything is compared if the store may lose deletes, as long as there are changes, in milliseconds. Default: 300,000 (5 min). */
  compareEveryMs?: number;
}
