import {
  ContentRefusedError,
  NotACopyError,
  VersionConflictError,
  describeTask,
  type ChangeCommand,
  type Etag,
  type TaskKey,
} from '@nestjs-spark/contracts';
import type { ChangeTarget, Checkpoint, Log, StateStore } from '@nestjs-spark/contracts/internal';
import type { Reading } from '../set-aside/document.ts';
import { SetAside, type Counted } from '../set-aside/set-aside.ts';
import { applyWithoutRefused, type Contents, type RefusedUnit } from './isolate-refused.ts';
import { originOf } from './origin-of.ts';

/** The kind of what is set aside because something that is not a copy of the task stands at its id. */
export const NOT_A_COPY = 'not-a-copy';

/**
 * A target that sets aside the documents it does not take, and takes the rest of the set. A store that is away, full, or
 * refuses everything is not helped by that, and refuses as before.
 */
export class SettingAside implements Pick<ChangeTarget, 'apply'>, Counted {
  readonly #task: TaskKey;
  readonly #target: Pick<ChangeTarget, 'apply' | 'readCheckpoint'>;
  readonly #state: StateStore;
  readonly #report: Log;
  #setAside: SetAside | null = null;

  constructor(
    task: TaskKey,
    target: Pick<ChangeTarget, 'apply' | 'readCheckpoint'>,
    state: StateStore,
    report: Log,
  ) {
    this.#task = task;
    this.#target = target;
    this.#state = state;
    this.#report = report;
  }

  get count(): number {
    return this.#setAside?.count ?? 0;
  }

  /** What waits for something else to go away. */
  standing(): { documentId: string; copyId: string }[] {
    return this.#setAside?.ofKind(NOT_A_COPY) ?? [];
  }

  /** Reads what was set aside in the generation that is being applied; also by another instance that applied meanwhile. */
  async open(reading: Reading): Promise<SetAside> {
    this.#setAside = await SetAside.open(this.#state, this.#task, reading);
    return this.#setAside;
  }

  async apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
    contents?: Contents,
  ): Promise<string> {
    const setAside = this.#setAside?.isOf(checkpoint)
      ? this.#setAside
      : await this.#openBehind(expected, checkpoint);
    let refused: RefusedUnit[] = [];
    const applied = this.#target.apply(commands, checkpoint, expected, contents);
    const version = await applied.catch(async (error: unknown) => {
      if (!(error instanceof ContentRefusedError)) throw error;
      const before = await this.#before(await expected, checkpoint, error);
      const set = { commands, contents, after: checkpoint, ...before };
      return applyWithoutRefused(this.#target, set, error, async (units) => {
        refused = units;
        await this.#keep(setAside, units, checkpoint);
      }).catch(async (failure: unknown) => {
        // Another instance has applied this set, and has its own word on what was refused.
        if (failure instanceof VersionConflictError) await setAside.withdraw(refused.map(({ id }) => id));
        throw failure;
      });
    });
    await setAside.published(checkpoint.to);
    if (setAside.count > 0) await this.#clear(setAside, commands, refused, checkpoint.to);
    return version;
  }

  /** What another reading leaves behind is all there only when its last set is through; sets of one reading share what is opened. */
  async #openBehind(before: string | null | Promise<string | null>, reading: Reading): Promise<SetAside> {
    await before;
    return this.#setAside?.isOf(reading) ? this.#setAside : this.open(reading);
  }

  async #before(
    expected: string | null,
    after: Checkpoint,
    error: ContentRefusedError,
  ): Promise<{ before: Checkpoint; version: string }> {
    if (expected === null) {
      const before = { ...after, to: 0, live: false, swept: false, setsApplied: 0, documentsPut: 0 };
      return { before, version: await this.#target.apply([], before, null) };
    }
    const stored = await this.#target.readCheckpoint(this.#task);
    // With another checkpoint than expected this is not ours to settle.
    if (stored === null || stored.version !== expected) throw error;
    return { before: stored.checkpoint, version: stored.version };
  }

  async #keep(setAside: SetAside, units: RefusedUnit[], checkpoint: Checkpoint): Promise<void> {
    const failures = units.map(({ id, commands, error }) => {
      const origin = originOf(commands[0], this.#task.owner);
      return {
        documentId: origin?.documentId ?? id,
        copyId: id,
        etag: origin?.etag ?? checkpoint.to,
        reason: error.message,
        kind: error instanceof NotACopyError ? NOT_A_COPY : 'refused',
        line: null,
        column: null,
      };
    });
    await setAside.add(failures);
    this.#report.warn(
      `${describeTask(this.#task)}: ${failures.length} of the documents up to etag ${checkpoint.to} set aside: ${failures[0]?.reason ?? ''}`,
    );
  }

  /** What was applied now is not set aside any more; a later version that another instance has set aside stays. */
  async #clear(
    setAside: SetAside,
    commands: ChangeCommand[],
    refused: RefusedUnit[],
    to: Etag,
  ): Promise<void> {
    const left = new Set(refused.map(({ id }) => id.toLowerCase()));
    const copies = setAside.copies().filter((id) => !left.has(id));
    for (const command of commands) {
      if (command.type === 'delete-prefix') {
        const prefix = command.prefix.toLowerCase();
        for (const id of copies) if (id.startsWith(prefix)) await setAside.clear(id, to);
      } else if (setAside.has(command.id) && !left.has(command.id.toLowerCase())) {
        await setAside.clear(command.id, to);
      }
    }
  }
}
