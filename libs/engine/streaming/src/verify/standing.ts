import { describeTask, taskName, UnavailableError, type Etag } from '@nestjs-spark/contracts';
import {
  copiesLabel,
  generationLabel,
  UNNAMED_RULE,
  type ChangeSink,
  type Checkpoint,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import type { Expected } from './expected.ts';
import type { CopyOrigin } from './judge-copy.ts';

/** How long changes may take from the owner's database to this one. */
const PATIENCE_MS = 45_000;
const ASK_AGAIN_MS = 2_000;
const LOOK_MS = 20;

/** Comparing is impossible for now, for a temporary reason. */
export class NotComparableError extends Error {}

/** The position of a task's copies while they are compared. */
export class Standing {
  readonly #task: ApplyTask;
  readonly #sink: Pick<ChangeSink, 'readCheckpoint'>;
  readonly #inquiry: Pick<SourceInquiry, 'ask'>;

  constructor(
    task: ApplyTask,
    sink: Pick<ChangeSink, 'readCheckpoint'>,
    inquiry: Pick<SourceInquiry, 'ask'>,
  ) {
    this.#task = task;
    this.#sink = sink;
    this.#inquiry = inquiry;
  }

  /** @throws {NotComparableError} while a generation is being read, or the copies were made by another script */
  async read(): Promise<StoredCheckpoint> {
    const stored = await this.#sink.readCheckpoint(taskName(this.#task.key));
    if (!stored) throw new NotComparableError('nothing is copied yet');
    const { live, swept, script } = stored.checkpoint;
    if (script !== this.#task.fingerprint)
      throw new NotComparableError('the copies are still those of another script');
    if (!live || !swept) throw new NotComparableError('the copies are being read from the beginning');
    return stored;
  }

  /**
   * The checkpoint, if the owner's answer is of the same reading of the same database.
   * @throws {NotComparableError} otherwise
   */
  async readFor(expected: Expected, incarnation: string | null): Promise<StoredCheckpoint> {
    const stored = await this.read();
    const { checkpoint } = stored;
    if (checkpoint.incarnation !== incarnation)
      throw new NotComparableError('the copies were read from the beginning meanwhile');
    if (expected.databaseId !== checkpoint.databaseId)
      throw new NotComparableError('the owner has another database, which is not copied yet');
    if (expected.script !== checkpoint.script)
      throw new NotComparableError('the owner runs another script, whose copies are not here yet');
    return stored;
  }

  /** The source's current etag. */
  async sourceEtag(signal: AbortSignal): Promise<Etag> {
    const answer = await this.#inquiry.ask(this.#task.key, signal);
    if (answer === 'away') throw new UnavailableError('the owner does not answer');
    if (answer === 'unknown') throw new NotComparableError('the owner does not carry this task');
    return answer.sourceEtag;
  }

  /** Resolves when everything up to `to` is applied. */
  async applied(to: Etag, signal: AbortSignal): Promise<void> {
    for (let waited = 0; (await this.read()).checkpoint.to < to; waited += LOOK_MS) {
      signal.throwIfAborted();
      if (waited >= PATIENCE_MS)
        throw new NotComparableError(
          `${describeTask(this.#task.key)} has not reached the source's etag ${to}`,
        );
      // When asked for its etag, the owner also sends it through the log, even if nothing has changed for this task.
      if (waited % ASK_AGAIN_MS === 0) await this.#inquiry.ask(this.#task.key, signal);
      await pause(LOOK_MS, signal);
    }
  }
}

/** The marks that a copy of one of the owner's documents must have. */
export function originOf(
  { name, ids = UNNAMED_RULE, generation }: Checkpoint,
  owner: string,
  documentId: string,
): CopyOrigin {
  const label = generationLabel(copiesLabel(name), generation);
  return { name, source: `${owner}/${documentId}`, rule: ids, generation: label };
}
