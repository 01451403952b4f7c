import { describeTask } from '@nestjs-spark/contracts';
import {
  CONTENTS_HEADER,
  LogConflictError,
  UNNAMED_RULE,
  encodeChangeSet,
  type ChangePage,
  type IdRule,
  type TaskLog,
  type Witness,
} from '@nestjs-spark/contracts/internal';
import type { CapturePosition } from './position.ts';
import type { CaptureTask } from '../task/tasks.ts';
import { Contents } from './contents.ts';
import { cut, type Cut } from './cut.ts';
import type { TransformedChange } from '../transform/transformed-change.ts';

/**
 * Appends change sets to a task's log, each behind the one before. Any error ends this publisher: nobody knows then what
 * stands in the log, and everything has to be decided again from its tail.
 */
export class Publisher {
  readonly #log: TaskLog;
  readonly #task: CaptureTask;
  readonly #position: CapturePosition;
  readonly #contents: Contents;
  readonly #ids: IdRule;
  #sequence: number;
  #dropOlder: boolean;

  /**
   * @param position moves with what is published
   * @param dropOlder what stands in the log before the first set is worth nothing once that is there
   * @param contents where attachments are read
   * @param ids how the source tells ids apart
   */
  constructor(
    log: TaskLog,
    task: CaptureTask,
    position: CapturePosition,
    sequence: number,
    dropOlder: boolean,
    contents = new Contents(undefined),
    ids: IdRule = UNNAMED_RULE,
  ) {
    this.#log = log;
    this.#task = task;
    this.#position = position;
    this.#sequence = sequence;
    this.#dropOlder = dropOlder;
    this.#contents = contents;
    this.#ids = ids;
  }

  /**
   * Says that a generation begins. This stands in the log before the source's witness is raised for it: otherwise a capture
   * that fails in between would leave a restored source whose witness looks as if nothing had happened.
   */
  async open(): Promise<void> {
    await this.#append({ from: 1, to: 0, live: false, commands: [] }, Date.now());
  }

  async publish(page: ChangePage, witness: Witness, changes: TransformedChange[]): Promise<void> {
    const readAt = Date.now();
    this.#position.witness = witness;
    // What was read and found empty since the last set is covered by this one.
    const cuts = cut(changes, this.#position.to + 1, page.to);
    for (const [i, part] of cuts.entries()) {
      const live = this.#position.live || (page.drained && i === cuts.length - 1);
      await this.#append({ ...part, live }, readAt);
      this.#position.to = part.to;
      this.#position.live = live;
    }
  }

  /** @throws {LogConflictError} when the log does not end with what this publisher appended: it was purged, or someone else wrote */
  async checkTail(): Promise<void> {
    const tail = await this.#log.tail();
    if ((tail?.sequence ?? 0) !== this.#sequence) throw new LogConflictError(describeTask(this.#task.task));
  }

  async #append(part: Cut & { live: boolean }, readAt: number): Promise<void> {
    const { generation, incarnation, databaseId, began, witness, resync } = this.#position;
    const { commands, bundle, published } = await this.#contents.attach(part.commands, () =>
      this.#log.contents(this.#sequence),
    );
    const message = await encodeChangeSet({
      task: this.#task.task,
      generation,
      incarnation,
      databaseId,
      ids: this.#ids,
      began,
      witness,
      script: this.#task.fingerprint,
      resync,
      readAt,
      ...part,
      commands,
    });
    if (bundle) message.headers[CONTENTS_HEADER] = bundle.name;
    this.#sequence = await this.#log.append(message, this.#sequence);
    published();
    if (this.#dropOlder) await this.#log.trim(this.#sequence);
    this.#dropOlder = false;
  }
}
