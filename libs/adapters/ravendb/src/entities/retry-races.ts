import { VersionConflictError } from '@nestjs-spark/contracts';
import { retry, type RetryPolicy } from '@nestjs-spark/foundation/internal';

// Where others write the same document all the time: some seconds in all.
const ATTEMPTS = 64;
const STEPS = Array.from({ length: 19 }, (_, at) => 5 * (at + 2));
/** Any part of 5 ms, 10 ms, … 100 ms: two that met once are unlikely to meet again. */
const RACES: RetryPolicy = { waitMs: [5, ...STEPS], jitter: 1 };

/**
 * Reads and writes again where somebody else wrote in between.
 * @param isRace whether a conflict is one that nobody asked to be told of
 * @throws {VersionConflictError} when others are faster each time
 */
export function retryRaces<T>(
  work: (attempt: number) => Promise<T>,
  isRace: (conflict: VersionConflictError) => boolean = () => true,
): Promise<T> {
  return retry(work, {
    policy: RACES,
    attempts: ATTEMPTS,
    retries: (error) => error instanceof VersionConflictError && isRace(error),
  });
}
