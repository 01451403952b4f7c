import type { ChangeSource, EntityMapping, StateStore } from '@nestjs-spark/contracts/internal';
import type { Logger, RetryPolicy } from '@nestjs-spark/foundation/internal';
import type { ArrivalHandler } from '../listen/find-handlers.ts';

/** A handler with what it is told of. */
export interface HandlerWork {
  handler: ArrivalHandler;
  /** The plain names of the copies. */
  names: readonly string[];
  /** Where they are. */
  collections: readonly string[];
  mapping: EntityMapping;
}

export interface HandlerUnitParts {
  changes: Pick<ChangeSource, 'ids' | 'read' | 'load' | 'wait'>;
  state: StateStore;
  logger: Logger;
  /** When a copy of which the handler could not be told is tried again. Default: after 2, 10, 30, 60 and 300 s. */
  retry?: RetryPolicy;
  /** Of how many copies the failures are kept. Default: as many as are kept for a task. */
  keptAtMost?: number;
  /** How often everything is compared where the store may lose deletes, as long as there are changes. Default: every 5 min. */
  compareEveryMs?: number;
}
