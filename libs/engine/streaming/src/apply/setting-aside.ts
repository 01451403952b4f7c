import {
  NOT_A_COPY,
  NOT_DELETED,
  VersionConflictError,
  describeTask,
  type ChangeCommand,
  type Etag,
  type TaskKey,
  taskName,
} from '@nestjs-spark/contracts';
import {
  copiesLabel,
  generationLabel,
  voidedByPrefixes,
  type ChangeSink,
  type Checkpoint,
  type StateStore,
  type StoredCheckpoint,
  type StoredCopy,
} from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { PACE, type Pace } from '../task/pace.ts';
import { SetAside, type Reading } from '@nestjs-spark/set-aside/internal';
import type { Contents } from './apply-counted.ts';
import { applyWithoutRefused, type Isolation, type RefusedUnit } from './isolate-refused.ts';
import { originsOf } from './origins.ts';
import { copiesThat, removeCopies } from './remove-copies.ts';

/** How many copies that could not be deleted are retried at a time. */
const TRIED_AT_ONCE = 500;

type Sink = Isolation['sink'];

/**
 * A sink that sets aside the documents that it does not accept and the copies that it does not delete, and applies the rest of
 * the set. Whether a document is to blame depends on whether the store accepts other writes; a store that accepts nothing is
 * unavailable or full, and fails as before.
 */
export class SettingAside implements Pick<ChangeSink, 'apply'>, Pick<SetAside, 'count'> {
  readonly #task: TaskKey;
  readonly #name: string;
  readonly #sink: Sink;
  readonly #state: StateStore;
  readonly #logger: Logger;
  readonly #refusedAfterMs: readonly number[];
  #setAside: SetAside | null = null;
  #tried = 0;

  constructor(
    task: TaskKey,
    sink: Sink,
    state: StateStore,
    logger: Logger,
    { refusedAfterMs }: Pick<Pace, 'refusedAfterMs'> = PACE,
  ) {
    this.#task = task;
    this.#name = taskName(task);
    this.#sink = sink;
    this.#state = state;
    this.#logger = logger;
    this.#refusedAfterMs = refusedAfterMs;
  }

  get count(): number {
    return this.#setAside?.count ?? 0;
  }

  /** What waits for another document to be removed. */
  standing(): { documentId: string; copyId: string }[] {
    return this.#setAside?.ofKind(NOT_A_COPY) ?? [];
  }

  /** Whether there are copies that could not be deleted. */
  get hasUndeleted(): boolean {
    return (this.#setAside?.ofKind(NOT_DELETED) ?? []).length > 0;
  }

  /** Reads what was set aside in the generation being applied, including by other instances in the meantime. */
  async open(reading: Reading): Promise<SetAside> {
    this.#setAside = await SetAside.open(this.#state, this.#name, reading);
    return this.#setAside;
  }

  async apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
    contents?: Contents,
  ): Promise<string> {
    const setAside = this.#setAside?.isFor(checkpoint)
      ? this.#setAside
      : await this.#openBehind(expected, checkpoint);
    const { result: version, refused } = await this.#withoutRefused(setAside, checkpoint, (isolation) =>
      applyWithoutRefused(isolation, { commands, checkpoint, expected, contents }),
    );
    await setAside.published(checkpoint.to);
    if (setAside.count > 0) await this.#clear(setAside, commands, refused, checkpoint.to);
    return version;
  }

  /**
   * Removes the copies of older generations once one is complete. Copies that cannot be deleted are set aside and block nothing.
   */
  async sweep(stored: StoredCheckpoint): Promise<StoredCheckpoint> {
    const setAside = await this.#openFor(stored);
    const current = currentLabel(stored);
    const older = copiesThat(this.#sink.copies(this.#name), ({ generation }) => generation !== current);
    const { checkpoint, version } = (await this.#remove(setAside, stored, older)).result;
    const swept = { ...checkpoint, swept: true };
    return { checkpoint: swept, version: await this.#sink.apply([], swept, version) };
  }

  /** Retries the deletion of copies that could not be deleted. Those that are gone, or were replaced since, leave the list. */
  async deleteAgain(stored: StoredCheckpoint): Promise<StoredCheckpoint> {
    const setAside = await this.#openFor(stored);
    const listed = setAside.ofKind(NOT_DELETED);
    if (listed.length === 0) return stored;
    if (this.#tried >= listed.length) this.#tried = 0;
    const some = listed.slice(this.#tried, this.#tried + TRIED_AT_ONCE);
    this.#tried += TRIED_AT_ONCE;
    const etags = new Map(some.map(({ copyId, etag }) => [setAside.keyOf(copyId), etag]));
    const current = currentLabel(stored);
    const ids = some.map(({ copyId }) => copyId);
    const unwanted = copiesThat(this.#sink.copies(this.#name, ids), ({ id, generation, sourceEtag }) => {
      const refusedAt = etags.get(setAside.keyOf(id)) ?? 0;
      return generation !== current || (sourceEtag !== null && sourceEtag <= refusedAt);
    });
    const { result, refused } = await this.#remove(setAside, stored, unwanted);
    const stays = new Set(refused.map(({ id }) => setAside.keyOf(id)));
    for (const [key, etag] of etags) if (!stays.has(key)) await setAside.clear(key, etag);
    return result;
  }

  /** What is already listed keeps its reason: its document may be missing too. */
  #remove(
    setAside: SetAside,
    stored: StoredCheckpoint,
    unwanted: AsyncIterable<StoredCopy[]>,
  ): Promise<{ result: StoredCheckpoint; refused: RefusedUnit[] }> {
    return this.#withoutRefused(
      setAside,
      stored.checkpoint,
      (isolation) => removeCopies(isolation, stored, unwanted),
      ({ id }) => !setAside.has(id),
    );
  }

  /** @param isNews whether a refusal is to be recorded */
  async #withoutRefused<T>(
    setAside: SetAside,
    checkpoint: Checkpoint,
    work: (isolation: Isolation) => Promise<T>,
    isNews: (unit: RefusedUnit) => boolean = () => true,
  ): Promise<{ result: T; refused: RefusedUnit[] }> {
    const refused: RefusedUnit[] = [];
    const added: string[] = [];
    const keep = async (units: RefusedUnit[]): Promise<void> => {
      refused.push(...units);
      const news = units.filter(isNews);
      added.push(...news.map(({ id }) => id));
      await this.#keep(setAside, news, checkpoint);
    };
    const isolation = { sink: this.#sink, refusedAfterMs: this.#refusedAfterMs, keep };
    try {
      return { result: await work(isolation), refused };
    } catch (failure) {
      // Another instance has applied this set, and has recorded what was refused.
      if (failure instanceof VersionConflictError) await setAside.withdraw(added);
      throw failure;
    }
  }

  async #openFor({ checkpoint }: StoredCheckpoint): Promise<SetAside> {
    return this.#setAside?.isFor(checkpoint) ? this.#setAside : this.open(checkpoint);
  }

  /** Everything that another reading leaves behind is only there after its last set; sets of one reading share what is opened. */
  async #openBehind(before: string | null | Promise<string | null>, reading: Reading): Promise<SetAside> {
    await before;
    return this.#setAside?.isFor(reading) ? this.#setAside : this.open(reading);
  }

  async #keep(setAside: SetAside, units: RefusedUnit[], checkpoint: Checkpoint): Promise<void> {
    if (units.length === 0) return;
    const keyOf = (id: string): string => setAside.keyOf(id);
    const of = { name: this.#name, owner: this.#task.owner, keyOf };
    const origins = await originsOf(this.#sink, of, units);
    const failures = units.map(({ id, reason, kind }) => {
      const origin = origins.get(keyOf(id));
      return {
        documentId: origin?.documentId ?? id,
        copyId: id,
        etag: origin?.etag ?? checkpoint.to,
        reason,
        kind,
        line: null,
        column: null,
      };
    });
    await setAside.add(failures);
    const what = units.every(({ kind }) => kind === NOT_DELETED) ? 'copies not deleted and' : 'documents';
    this.#logger.warn(
      `${describeTask(this.#task)}: ${failures.length} ${what} set aside up to etag ${checkpoint.to}: ${failures[0]?.reason ?? ''}`,
    );
  }

  /** What was just applied is no longer set aside; a later version set aside by another instance stays. */
  async #clear(
    setAside: SetAside,
    commands: ChangeCommand[],
    refused: RefusedUnit[],
    to: Etag,
  ): Promise<void> {
    const left = new Set(refused.map(({ id }) => setAside.keyOf(id)));
    const copies = setAside.copies().filter((id) => !left.has(id));
    const prefixes = commands.flatMap((command) =>
      command.type === 'delete-prefix' ? [{ key: setAside.keyOf(command.prefix), at: Infinity }] : [],
    );
    const gone = voidedByPrefixes(
      copies.map((key, at) => ({ key, at })),
      prefixes,
    );
    for (const [at, key] of copies.entries()) if (gone.has(at)) await setAside.clear(key, to);
    for (const command of commands) {
      if (command.type === 'delete-prefix') continue;
      if (setAside.has(command.id) && !left.has(setAside.keyOf(command.id))) {
        await setAside.clear(command.id, to);
      }
    }
  }
}

function currentLabel({ checkpoint: { name, generation } }: StoredCheckpoint): string {
  return generationLabel(copiesLabel(name), generation);
}
