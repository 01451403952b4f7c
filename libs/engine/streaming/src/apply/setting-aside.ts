import {
  NOT_A_COPY,
  VersionConflictError,
  describeTask,
  type ChangeCommand,
  type Etag,
  type TaskKey,
  taskName,
} from '@nestjs-spark/contracts';
import {
  COPY_ETAG,
  COPY_SOURCE,
  type ChangeSink,
  type Checkpoint,
  type StateStore,
} from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { PACE, type Pace } from '../task/pace.ts';
import {
  SetAside,
  type Counted,
  type Reading,
  type SetAsideRefusals,
} from '@nestjs-spark/set-aside/internal';
import { applyWithoutRefused, type Contents, type RefusedUnit } from './isolate-refused.ts';
import { judgeFailure } from './judge-failure.ts';

const ORIGIN = new RegExp(`"${COPY_SOURCE}":("(?:[^"\\\\]|\\\\.)*"),"${COPY_ETAG}":(\\d+)`, 'g');

/**
 * A sink that sets aside the documents it does not take, and takes the rest of the set. Whether a document is to blame
 * is told by what the store takes besides it; a store that takes nothing is away or full, and fails as before.
 */
export class SettingAside implements Pick<ChangeSink, 'apply'>, Counted {
  readonly #task: TaskKey;
  readonly #sink: Pick<ChangeSink, 'apply' | 'readCheckpoint'>;
  readonly #state: StateStore;
  readonly #logger: Logger;
  readonly #refusedAfterMs: readonly number[];
  #setAside: SetAsideRefusals | null = null;

  constructor(
    task: TaskKey,
    sink: Pick<ChangeSink, 'apply' | 'readCheckpoint'>,
    state: StateStore,
    logger: Logger,
    { refusedAfterMs }: Pick<Pace, 'refusedAfterMs'> = PACE,
  ) {
    this.#task = task;
    this.#sink = sink;
    this.#state = state;
    this.#logger = logger;
    this.#refusedAfterMs = refusedAfterMs;
  }

  get count(): number {
    return this.#setAside?.count ?? 0;
  }

  /** What waits for something else to go away. */
  standing(): { documentId: string; copyId: string }[] {
    return this.#setAside?.ofKind(NOT_A_COPY) ?? [];
  }

  /** Reads what was set aside in the generation that is being applied; also by another instance that applied meanwhile. */
  async open(reading: Reading): Promise<SetAsideRefusals> {
    this.#setAside = await SetAside.open(this.#state, taskName(this.#task), reading);
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
    let refused: RefusedUnit[] = [];
    const applied = this.#sink.apply(commands, checkpoint, expected, contents);
    const version = await applied.catch(async (error: unknown) => {
      const cause = judgeFailure(error);
      if (commands.length === 0 || cause === 'elsewhere' || cause === 'outage') throw error;
      const before = await this.#before(await expected, checkpoint, error);
      const set = { commands, contents, after: checkpoint, ...before };
      const keep = async (units: RefusedUnit[]): Promise<void> => {
        refused = units;
        await this.#keep(setAside, units, checkpoint);
      };
      return applyWithoutRefused(this.#sink, set, error, keep, this.#refusedAfterMs).catch(
        async (failure: unknown) => {
          // Another instance has applied this set, and has its own word on what was refused.
          if (failure instanceof VersionConflictError) await setAside.withdraw(refused.map(({ id }) => id));
          throw failure;
        },
      );
    });
    await setAside.published(checkpoint.to);
    if (setAside.count > 0) await this.#clear(setAside, commands, refused, checkpoint.to);
    return version;
  }

  /** What another reading leaves behind is all there only when its last set is through; sets of one reading share what is opened. */
  async #openBehind(
    before: string | null | Promise<string | null>,
    reading: Reading,
  ): Promise<SetAsideRefusals> {
    await before;
    return this.#setAside?.isFor(reading) ? this.#setAside : this.open(reading);
  }

  /**
   * Writes the checkpoint as it stands: a store that takes this is in order.
   * @throws the set's own error when it does not, or when another checkpoint is there: then it is not ours to settle
   */
  async #before(
    expected: string | null,
    after: Checkpoint,
    error: unknown,
  ): Promise<{ before: Checkpoint; version: string }> {
    try {
      const stored = expected === null ? null : await this.#sink.readCheckpoint(taskName(this.#task));
      if (expected !== null && stored?.version !== expected) throw error;
      const before = partOf(stored?.checkpoint ?? null, after);
      return { before, version: await this.#sink.apply([], before, expected) };
    } catch (failure) {
      throw failure instanceof VersionConflictError ? failure : error;
    }
  }

  async #keep(setAside: SetAsideRefusals, units: RefusedUnit[], checkpoint: Checkpoint): Promise<void> {
    if (units.length === 0) return;
    const failures = units.map(({ id, commands, reason, kind }) => {
      const origin = originOf(commands[0], this.#task.owner);
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
    this.#logger.warn(
      `${describeTask(this.#task)}: ${failures.length} of the documents up to etag ${checkpoint.to} set aside: ${failures[0]?.reason ?? ''}`,
    );
  }

  /** What was applied now is not set aside any more; a later version that another instance has set aside stays. */
  async #clear(
    setAside: SetAsideRefusals,
    commands: ChangeCommand[],
    refused: RefusedUnit[],
    to: Etag,
  ): Promise<void> {
    const left = new Set(refused.map(({ id }) => setAside.keyOf(id)));
    const copies = setAside.copies().filter((id) => !left.has(id));
    for (const command of commands) {
      if (command.type === 'delete-prefix') {
        const prefix = setAside.keyOf(command.prefix);
        for (const key of copies) if (key.startsWith(prefix)) await setAside.clear(key, to);
      } else if (setAside.has(command.id) && !left.has(setAside.keyOf(command.id))) {
        await setAside.clear(command.id, to);
      }
    }
  }
}

/**
 * Where the copy stands while only a part of a set is in: as far as before, but what decides whose id it is, and which copies are
 * older, is already that of the set.
 */
function partOf(before: Checkpoint | null, after: Checkpoint): Checkpoint {
  if (before?.generation === after.generation && before.incarnation === after.incarnation)
    return { ...before, ids: after.ids, beyondAscii: after.beyondAscii };
  const { setsApplied = 0, documentsPut = 0, documentsDeleted = 0 } = before ?? {};
  return { ...after, to: 0, live: false, swept: false, setsApplied, documentsPut, documentsDeleted };
}

/**
 * Which of the owner's documents a copy was made from, as its metadata says. Found in the text, since a document that was
 * refused need not be one that can be parsed; the metadata that Spark writes stands last.
 */
function originOf(
  command: ChangeCommand | undefined,
  owner: string,
): { documentId: string; etag: Etag } | null {
  if (command?.type !== 'put') return null;
  const found = [...command.document.matchAll(ORIGIN)].at(-1);
  if (!found) return null;
  const source = JSON.parse(found[1] ?? '""') as string;
  const prefix = `${owner}/`;
  if (!source.startsWith(prefix)) return null;
  return { documentId: source.slice(prefix.length), etag: Number(found[2]) };
}
