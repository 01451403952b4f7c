import {
  UnavailableError,
  VersionConflictError,
  type ChangeCommand,
  type TaskKey,
} from '@nestjs-spark/contracts';
import {
  blame,
  checkpointId,
  checkPuts,
  checkSettled,
  idKey,
  generationLabel,
  isCopyOf,
  reduceCommands,
  taskLabel,
  UNNAMED_RULE,
  type ChangeTarget,
  type Checkpoint,
  type CopyMark,
  type Effect,
  type StoredCheckpoint,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { RavenHttp } from '../connect/raven-http.ts';
import { RavenConflictError } from '../connect/server-error.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { findExisting, NONE } from '../write-extras/existing-extras.ts';
import { planExtras } from '../write-extras/plan-extras.ts';
import { reduceExtras, type WantedExtras } from '../write-extras/reduce-extras.ts';
import { toCheckpointDocument } from './checkpoint-document.ts';
import { listCheckpoints, readCheckpoint } from './checkpoints.ts';
import { findCopies } from './find-copies.ts';
import { findMovedCopies, isCollectionMismatch } from './moved-collections.ts';
import type { Copy } from './own-copies.ts';
import { MovingFence } from './moving-fence.ts';
import { refuseShared, sharedIds } from './shared-ids.ts';
import { removeStep, scanCopies } from './remove-copies.ts';
import { write, writeBehind, type Transaction } from './transaction.ts';

// A conflict that is not the checkpoint's means that the module wrote one of these documents in the same moment.
const BY_VERSION = 3;
const ATTEMPTS = 10;

/** Other writers changed the same documents in every attempt. */
class OtherWritersError extends UnavailableError {
  constructor(task: string) {
    super(task);
    this.message = `Gave up after ${ATTEMPTS} attempts: other writers keep changing the documents of ${task}`;
  }
}

/**
 * Applies change sets in one RavenDB database. A put over a document that the module made itself overwrites it, as
 * RavenDB's own ETL does.
 */
export class RavenChangeTarget implements ChangeTarget {
  readonly #http: RavenHttp;

  constructor(settings: RavenSettings) {
    this.#http = new RavenHttp(settings);
  }

  readCheckpoint(task: TaskKey): Promise<StoredCheckpoint | null> {
    return readCheckpoint(this.#http, task);
  }

  listCheckpoints(): Promise<StoredCheckpoint[]> {
    return listCheckpoints(this.#http);
  }

  async apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
    contents?: Pick<TaskLog, 'openContent'>,
  ): Promise<string> {
    const rule = checkpoint.ids ?? UNNAMED_RULE;
    const effect = reduceCommands(commands, rule);
    checkPuts(effect.puts, ({ id }) => checkSettled(id));
    const extras = reduceExtras(commands, rule);
    const shared = sharedIds(effect, checkpoint);
    if (
      extras.size === 0 &&
      shared.length === 0 &&
      expected instanceof Promise &&
      effect.deletes.size + effect.prefixes.size === 0
    ) {
      const fence = { ...fenceOf(checkpoint), expected };
      const version = await writeBehind(this.#http, effect.puts.values(), fence).catch(() => null);
      // Whatever kept it from being written, the ordinary way finds out, behind the same fence.
      if (version !== null) return version;
    }
    const version = await expected;
    await refuseShared(this.#http, effect, checkpoint, shared);
    return this.#apply({ effect, extras, contents }, checkpoint, version);
  }

  async #apply(work: Work, checkpoint: Checkpoint, expected: string | null): Promise<string> {
    const { effect } = work;
    let moved: Copy[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const deletes = [...(await findCopies(this.#http, checkpoint, effect)), ...moved];
      try {
        const guard = attempt < BY_VERSION || moved.length > 0 ? {} : { guard: checkpoint.task };
        const extras = await this.#planExtras(work, checkpoint.task, moved);
        const documentsDeleted = checkpoint.documentsDeleted + deletes.length - moved.length;
        const after = { ...checkpoint, documentsDeleted };
        return await this.#write({ deletes, ...guard, ...extras }, effect, after, expected);
      } catch (error) {
        if (isCollectionMismatch(error) && moved.length === 0) {
          moved = await findMovedCopies(this.#http, effect);
          if (moved.length === 0) blame(effect.puts.values(), error);
        } else if (error instanceof RavenConflictError) {
          await this.#requireUnmoved(checkpoint.task, expected, error);
          moved = moved.length > 0 ? await findMovedCopies(this.#http, effect) : moved;
        } else {
          blame(effect.puts.values(), error);
        }
      }
    }
    throw new OtherWritersError(taskLabel(checkpoint.task));
  }

  async sweep(stored: StoredCheckpoint): Promise<StoredCheckpoint> {
    const { task, generation } = stored.checkpoint;
    const current = generationLabel(taskLabel(task), generation);
    const own = isCopyOf(task);
    const fence = new MovingFence(this.#http, stored);
    for await (const copies of scanCopies(this.#http, (copy) => own(copy) && copy.generation !== current)) {
      await removeStep(
        this.#http,
        copies,
        (copy) => own(copy) && copy.generation !== current,
        (some) => fence.write(some, stored.checkpoint),
        () => fence.isPassed(),
      );
    }
    const swept = { ...stored.checkpoint, swept: true };
    await fence.write([], swept);
    return { checkpoint: swept, version: fence.version };
  }

  async forget(task: TaskKey): Promise<{ removed: number }> {
    const own = isCopyOf(task);
    let removed = 0;
    for (;;) {
      const stored = await this.readCheckpoint(task);
      try {
        const fence = stored ? new MovingFence(this.#http, stored) : null;
        for await (const copies of scanCopies(this.#http, own)) {
          removed += await removeStep(
            this.#http,
            copies,
            own,
            (some) => (fence ? fence.write(some, fence.checkpoint) : this.#remove(some)),
            async () => fence !== null && (await fence.isPassed()),
          );
        }
        if (fence) await this.#remove([{ id: checkpointId(task), changeVector: fence.version }]);
        return { removed };
      } catch (error) {
        // A late writer moved the checkpoint: what it wrote is to go too.
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
  }

  async *copies(task: TaskKey): AsyncGenerator<CopyMark[]> {
    yield* scanCopies(this.#http, isCopyOf(task));
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #write(
    removal: Pick<Transaction, 'deletes' | 'guard' | 'extras'>,
    effect: Effect,
    checkpoint: Checkpoint,
    expected: string | null,
  ): Promise<string> {
    const fence = { ...fenceOf(checkpoint), expected };
    return write(this.#http, { ...removal, puts: effect.puts.values(), fence });
  }

  async #remove(copies: readonly Copy[]): Promise<void> {
    await write(this.#http, { deletes: copies, puts: [], fence: null });
  }

  /** What documents have is looked up in each attempt; one that is deleted and put again has nothing any more. */
  async #planExtras(
    { effect, extras, contents }: Work,
    task: TaskKey,
    moved: readonly Copy[],
  ): Promise<Pick<Transaction, 'extras'>> {
    if (extras.size === 0) return {};
    const existing = await findExisting(this.#http, task, extras, effect.puts);
    for (const { id } of moved) existing.set(idKey(effect.rule, id), NONE);
    return { extras: { ...planExtras(extras, existing), log: contents } };
  }

  async #requireUnmoved(task: TaskKey, expected: string | null, cause: Error): Promise<void> {
    const stored = await this.readCheckpoint(task);
    if ((stored?.version ?? null) !== expected) throw new VersionConflictError(checkpointId(task), { cause });
  }
}

interface Work {
  effect: Effect;
  extras: Map<string, WantedExtras>;
  contents: Pick<TaskLog, 'openContent'> | undefined;
}

function fenceOf(checkpoint: Checkpoint): { id: string; document: string } {
  return { id: checkpointId(checkpoint.task), document: toCheckpointDocument(checkpoint) };
}
