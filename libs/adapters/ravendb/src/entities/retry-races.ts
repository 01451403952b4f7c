import { setTimeout as wait } from 'node:timers/promises';
import { VersionConflictError } from '@nestjs-spark/contracts';

// Where others write the same document all the time: some seconds in all.
const ATTEMPTS = 64;
const LONGEST_PAUSE_MS = 100;

/**
 * Reads and writes again where somebody else wrote in between.
 * @param isRace whether a conflict is one that nobody asked to be told of
 * @throws {VersionConflictError} when others are faster each time
 */
export async function retryRaces<T>(
  work: (attempt: number) => Promise<T>,
  isRace: (conflict: VersionConflictError) => boolean = () => true,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof VersionConflictError) || !isRace(error)) throw error;
      await wait(Math.random() * Math.min(5 * attempt, LONGEST_PAUSE_MS));
    }
  }
}
