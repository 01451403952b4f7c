import type { ChangeCommand } from '@nestjs-spark/contracts';
import type { ChangeSink, Checkpoint, StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import { applyCounted } from './apply-counted.ts';
import { removes } from './units.ts';

/**
 * Passes sets to the target one after the other: while one is being committed, the next is already sent, with the version of the
 * preceding checkpoint as a promise. When nothing is in flight, a set gets the version itself, which lets a store send it in one
 * piece. Each remains its own transaction, fenced by the one before.
 */
export class ApplyPipeline {
  readonly #sink: Pick<ChangeSink, 'apply' | 'readCheckpoint'>;
  readonly #applied: (stored: StoredCheckpoint) => void;
  readonly #failed: (error: unknown) => void;
  #head: Checkpoint | null;
  #last: Promise<StoredCheckpoint | null>;
  /** What is stored, while nothing is in flight. */
  #stored: StoredCheckpoint | null | undefined;

  /**
   * @param applied called for each applied set, in order
   * @param failed called when one is not applied; then nothing pushed after it is applied either
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
    this.#stored = stored;
  }

  /** The checkpoint once everything pushed is applied. */
  get head(): Checkpoint | null {
    return this.#head;
  }

  /** Resolves when the preceding set is applied, so that never more than two are in flight. */
  async push(commands: ChangeCommand[], checkpoint: Checkpoint): Promise<void> {
    const before = this.#last;
    const expected = this.#stored === undefined ? versionOf(before) : (this.#stored?.version ?? null);
    this.#stored = undefined;
    this.#head = checkpoint;
    this.#last = this.#apply(commands, checkpoint, expected);
    this.#last.catch(this.#failed);
    await before;
    // The number of copies that it removed is part of the next checkpoint.
    if (removes(commands)) this.#head = (await this.#last)?.checkpoint ?? checkpoint;
  }

  /** The stored checkpoint once everything pushed is applied. */
  settled(): Promise<StoredCheckpoint | null> {
    return this.#last;
  }

  /** Continues from a checkpoint that was written outside the pipeline; only when settled. */
  continueFrom(stored: StoredCheckpoint): void {
    this.#head = stored.checkpoint;
    this.#last = Promise.resolve(stored);
    this.#stored = stored;
  }

  async #apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
  ): Promise<StoredCheckpoint> {
    const stored = await applyCounted(this.#sink, commands, checkpoint, expected);
    if (this.#head === checkpoint) this.#stored = stored;
    this.#applied(stored);
    return stored;
  }
}

function versionOf(before: Promise<StoredCheckpoint | null>): Promise<string | null> {
  const version = before.then((stored) => stored?.version ?? null);
  // If this fails, so did the preceding set, which reports the failure itself.
  version.catch(() => {});
  return version;
}
