import type { Checkpoint, LogDescription } from '@nestjs-spark/contracts/internal';

const MOST_PATIENCE = 64;

/**
 * Where in the log a requester continues reading: after its own checkpoint, or from the start when the checkpoint's position is
 * meaningless.
 */
export function readFrom(
  checkpoint: Pick<Checkpoint, 'sequence' | 'streamCreated'> | null,
  log: LogDescription,
): number {
  if (checkpoint === null) return 1;
  const sameStream = checkpoint.streamCreated === log.created && checkpoint.sequence <= log.lastSequence;
  return sameStream ? checkpoint.sequence + 1 : 1;
}

/** A requester's reading position from one session to the next. */
export class ReadingPlace {
  #misplaced = false;
  #patience = 1;

  /** How many looks at the log's last set it takes to conclude that the position is wrong: a set may also just be slow. */
  get patience(): number {
    return this.#patience;
  }

  /** New sets are in the log but are not delivered from this position: the next session reads from the start. */
  misplaced(): void {
    this.#misplaced = true;
    this.stuck();
  }

  /** What is here is refused: check again, with growing intervals. */
  stuck(): void {
    this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
  }

  /** A set came out and was applied. */
  proved(): void {
    this.#patience = Math.max(1, this.#patience / 2);
  }

  /** Where the session that begins now has to read from. */
  next(checkpoint: Checkpoint | null, log: LogDescription): number {
    const from = this.#misplaced ? 1 : readFrom(checkpoint, log);
    this.#misplaced = false;
    return from;
  }
}
