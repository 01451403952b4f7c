import type { ChangeCommand } from '@nestjs-spark/contracts';
import type { ChangeSink, Checkpoint, StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import { applyCounted } from './apply-counted.ts';
import { removes } from './units.ts';

/**
 * Hands sets to the target one after the other: while one is being committed, the next is already on its way, with the
 * version of the checkpoint before it still to come. Each stays a transaction of its own, fenced by the one before.
 */
export class ApplyPipeline {
  readonly #sink: Pick<ChangeSink, 'apply' | 'readCheckpoint'>;
  readonly #applied: (stored: StoredCheckpoint) => void;
  readonly #failed: (error: unknown) => void;
  #head: Checkpoint | null;
  #last: Promise<StoredCheckpoint | null>;

  /**
   * @param applied called for each set that is in, in order
   * @param failed called when one is not in; nothing that was pushed after it is in either
   */
  constructor(
    sink: Pick<ChangeSink, 'apply' | 'readCheckpoint'>,
    stored: StoredCheckpoint | null,
    applied: (stored: StoredCheckpoint) => void,
    failed: (error: unknown) => void,
  ) {
    this.#sink = sink;
    this.#applied = applied;
    this.#failed = failed;
    this.#head = stored?.checkpoint ?? null;
    this.#last = Promise.resolve(stored);
  }

  /** Where the copy will stand when all that was pushed is in. */
  get head(): Checkpoint | null {
    return this.#head;
  }

  /** Resolves when the set before is in, so that never more than two are on their way. */
  async push(commands: ChangeCommand[], checkpoint: Checkpoint): Promise<void> {
    const before = this.#last;
    const version = before.then((stored) => stored?.version ?? null);
    // Its failure is that of the set before, which says so itself.
    version.catch(() => {});
    this.#head = checkpoint;
    this.#last = this.#apply(commands, checkpoint, version);
    this.#last.catch(this.#failed);
    await before;
    // How many copies it finds to remove counts in the checkpoint after it.
    if (removes(commands)) this.#head = (await this.#last)?.checkpoint ?? checkpoint;
  }

  /** What is stored once everything that was pushed is in. */
  settled(): Promise<StoredCheckpoint | null> {
    return this.#last;
  }

  /** Goes on from a checkpoint that was written past the pipeline; only when settled. */
  continueFrom(stored: StoredCheckpoint): void {
    this.#head = stored.checkpoint;
    this.#last = Promise.resolve(stored);
  }

  async #apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: Promise<string | null>,
  ): Promise<StoredCheckpoint> {
    const stored = await applyCounted(this.#sink, commands, checkpoint, expected);
    this.#applied(stored);
    return stored;
  }
}
