import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { redact } from '@nestjs-spark/foundation/internal';
import { DEAD_LETTERS } from '../../settings/tokens.ts';
import type { DeadLetterBox, DeadLetterView } from './dead-letter-box.ts';

/** Shows the dead letters to operators and sends them on again. */
@Injectable()
export class DeadLetterDesk {
  private known = 0;

  constructor(@Inject(DEAD_LETTERS) private readonly box: DeadLetterBox) {}

  async list(): Promise<DeadLetterView[]> {
    const letters = await this.box.list();
    // Headers stay inside: whoever sent the message chose them.
    return letters.map(({ id, subject, publishedAt, failedAt, attempts, unanswered }) => ({
      id,
      subject,
      publishedAt,
      failedAt,
      attempts: attempts.map(({ number, at, error }) => ({ number, at, error: redact(error) })),
      unanswered,
    }));
  }

  /** @throws {ProblemError} `notFound` when there is no such letter (any more) */
  async replay(id: string): Promise<'replayed' | 'superseded'> {
    const outcome = await this.box.replay(id);
    if (outcome !== 'not-found') return outcome;
    throw new ProblemError('notFound', 'There is no such dead letter; it may have been replayed already.');
  }

  /** How many there are, or were when the bus could be asked last. */
  async count(): Promise<number> {
    this.known = await this.box.count().catch(() => this.known);
    return this.known;
  }
}
