import type { ChangeSetHeader } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';
import { decide } from './decide.ts';
import type { SetReader } from './set-reader.ts';

/**
 * What is wrong with the reading position. `misplaced`: new sets in the log are not delivered, so the position is beyond them.
 * `past`: everything there belongs to an older generation, and only the owner can help.
 */
export type Amiss = { kind: 'misplaced' } | { kind: 'past'; header: ChangeSetHeader };

/** Checks the log's last set while nothing comes out: sequences repeat when a stream was restored from a backup. */
export class TailWatch {
  readonly #sets: Pick<SetReader, 'tail'>;
  #received = 0;
  /** How much had come out at the first suspicion. */
  #suspected = -1;

  constructor(sets: Pick<SetReader, 'tail'>) {
    this.#sets = sets;
  }

  /** A set came out of the log. */
  received(): void {
    this.#received++;
  }

  /** @returns what is wrong if two consecutive looks agree and nothing came out in between; null otherwise */
  async look(checkpoint: () => Checkpoint | null): Promise<Amiss | null> {
    const received = this.#received;
    const end = await this.#sets.tail().catch(() => null);
    const header = end?.header ?? null;
    if (header === null || received !== this.#received) return null;
    const decision = decide(checkpoint(), header);
    const isSure = this.#suspected === received;
    this.#suspected = decision === 'covered' ? -1 : received;
    if (!isSure || decision === 'covered') return null;
    return decision === 'past' ? { kind: 'past', header } : { kind: 'misplaced' };
  }
}
