import { ProblemError } from '@nestjs-spark/contracts';

/** Maximum time for a body. Those of modules are complete at once: they are sent from memory. */
const COMPLETE_WITHIN_MS = 10_000;
/** Maximum number of concurrent bodies from unauthenticated senders. */
const MOST = 64;

/**
 * Limits the resources that unauthenticated senders can tie up in this process: the time per body, and their number. When there
 * are too many, the one that has taken longest is dropped: honest ones are complete before it is their turn.
 */
export class PendingBodies {
  readonly #withinMs: number;
  readonly #most: number;
  readonly #open = new Set<(error: ProblemError) => void>();

  constructor({ withinMs = COMPLETE_WITHIN_MS, most = MOST } = {}) {
    this.#withinMs = withinMs;
    this.#most = most;
  }

  /**
   * Waits for a body.
   * @throws {ProblemError} `bodyTimeout` (408) when it takes too long, or longer than all others while there are too many
   */
  async wait<T>(body: Promise<T>): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const [oldest] = this.#open;
    if (oldest && this.#open.size >= this.#most) oldest(tooSlow());
    const giveUp = (error: ProblemError): void => {
      this.#open.delete(giveUp);
      reject(error);
    };
    this.#open.add(giveUp);
    const timer = setTimeout(() => giveUp(tooSlow()), this.#withinMs);
    try {
      return await Promise.race([body, givenUp]);
    } finally {
      clearTimeout(timer);
      this.#open.delete(giveUp);
    }
  }
}

function tooSlow(): ProblemError {
  return new ProblemError('bodyTimeout', 'The body was not complete in time.');
}
