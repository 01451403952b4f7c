import { VersionConflictError } from '@nestjs-spark/contracts';
import { retry, type RetryPolicy } from '@nestjs-spark/foundation/internal';

// For constant concurrent writes to the same document: some seconds in all.
const ATTEMPTS = 64;
const STEPS = Array.from({ length: 19 }, (_, at) => 5 * (at + 2));
/** A random part of 5 ms, 10 ms, … 100 ms: two writers that collided once are unlikely to collide again. */
const RACES: RetryPolicy = { waitMs: [5, ...STEPS], jitter: 1 };

/**
 * Reads and writes again when there was a concurrent write.
 * @param isRace whether a conflict is one that the caller did not ask about
 * @throws {VersionConflictError} when others are faster every time
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
