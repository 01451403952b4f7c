import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import {
  confirmationSubject,
  type ChangeSink,
  type Checkpoint,
  type Confirmation,
  type ControlBoard,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';
import { Latest } from '@nestjs-spark/foundation/internal';
import type { ApplyProgress } from './progress.ts';
import type { SettingAside } from './setting-aside.ts';

export interface TaskCheckpointParts {
  sink: Pick<ChangeSink, 'readCheckpoint'>;
  taking: Pick<SettingAside, 'sweep' | 'deleteAgain'>;
  control: Pick<ControlBoard, 'publish'>;
  confirmMs: number;
}

/** A task's checkpoint as this instance knows it: read from the database, moved by what is applied, confirmed to the owner. */
export class TaskCheckpoint {
  readonly #task: TaskKey;
  readonly #sink: TaskCheckpointParts['sink'];
  readonly #taking: TaskCheckpointParts['taking'];
  readonly #progress: ApplyProgress;
  readonly #confirmation: Latest<Confirmation>;
  #stored: StoredCheckpoint | null = null;

  constructor(
    task: TaskKey,
    { sink, taking, control, confirmMs }: TaskCheckpointParts,
    progress: ApplyProgress,
  ) {
    this.#task = task;
    this.#sink = sink;
    this.#taking = taking;
    this.#progress = progress;
    this.#confirmation = new Latest<Confirmation>(confirmMs, (confirmation) =>
      control.publish(confirmationSubject(task), confirmation),
    );
  }

  get stored(): StoredCheckpoint | null {
    return this.#stored;
  }

  get value(): Checkpoint | null {
    return this.#stored?.checkpoint ?? null;
  }

  /** How many sets were ever applied; it grows when something got through. */
  get setsApplied(): number {
    return this.value?.setsApplied ?? 0;
  }

  /** Reads the stored checkpoint. */
  async read(): Promise<Checkpoint | null> {
    this.#stored = await this.#sink.readCheckpoint(taskName(this.#task));
    this.#progress.seen(this.value);
    return this.value;
  }

  /** It was rewritten without any progress on the source. */
  rewritten(stored: StoredCheckpoint): void {
    this.#stored = stored;
  }

  /** A set was applied, or copies of older generations were removed. */
  moved(stored: StoredCheckpoint): void {
    this.#stored = stored;
    this.#progress.applied(stored.checkpoint);
    this.confirm();
  }

  /** Once a generation is complete, the copies of earlier ones are removed. */
  async sweepIfDue(): Promise<void> {
    const stored = this.#stored;
    if (!stored?.checkpoint.live || stored.checkpoint.swept) return;
    this.moved(await this.#taking.sweep(stored));
  }

  /** Retries deletions that the target refused. */
  async deleteAgain(): Promise<void> {
    if (this.#stored?.checkpoint.live) this.rewritten(await this.#taking.deleteAgain(this.#stored));
  }

  confirm(): void {
    if (!this.value) return;
    const { generation, incarnation, databaseId, to, readAt } = this.value;
    const { live, witness, sequence, streamCreated } = this.value;
    this.#confirmation.offer({
      generation,
      incarnation,
      databaseId,
      to,
      readAt,
      live,
      witness,
      sequence,
      streamCreated,
      at: Date.now(),
    });
  }

  /** Sends pending confirmations. */
  close(): Promise<void> {
    return this.#confirmation.close();
  }
}
