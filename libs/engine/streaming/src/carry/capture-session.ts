import { describeTask, taskId, type Etag } from '@nestjs-spark/contracts';
import {
  giveBackTexts,
  LogFullError,
  type ChangeSource,
  type Confirmation,
  type ControlBoard,
  type StateStore,
  type MessageSigner,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { ahead, messageOf, type Logger, type Nudge } from '@nestjs-spark/foundation/internal';
import type { Caution } from '../publish/caution.ts';
import { Contents } from '../publish/contents.ts';
import { sizeOf } from '../publish/cut.ts';
import { Publisher } from '../publish/publisher.ts';
import type { AskedFor } from '../read/page-due.ts';
import { PageReader } from '../read/page-reader.ts';
import type { SharedPages } from '../read/shared-pages.ts';
import { WitnessGuard, type WitnessMemory } from '../read/witness-guard.ts';
import { callForRerun } from '../rerun/call-for-rerun.ts';
import { Reruns } from '../rerun/reruns.ts';
import type { SetAside } from '@nestjs-spark/set-aside/internal';
import type { Pace } from '../task/pace.ts';
import type { CaptureTask } from '../task/tasks.ts';
import type { OpenScript } from '../transform/shared-scripts.ts';
import { Transformer, type TransformedChange } from '../transform/transformer.ts';
import { duePages, type DuePagesParts } from './due-pages.ts';
import type { CaptureProgress } from './progress.ts';
import type { Resumption } from './resume.ts';
import { transformPages, type TransformedPage } from './transform-pages.ts';

export interface SessionParts {
  source: ChangeSource;
  /** The source's pages, read together with the other tasks. */
  pages: SharedPages;
  log: TaskLog;
  control: ControlBoard;
  state: StateStore;
  /** Signs each set. */
  signer: MessageSigner;
  logger: Logger;
  pace: Pace;
}

/** What a capture knows from one session to the next. */
export interface CaptureMemory extends WitnessMemory {
  /** How carefully to publish after something was not taken. */
  readonly caution: Caution;
  /** Wakes a session that waits for changes. */
  readonly nudge: Nudge;
  /** Where the source was when word of it was asked for. */
  asked: AskedFor | null;
  /** The requester's last word, even about what is not known here yet. */
  heard: Confirmation | null;
  /** From here on deletes are gone unread, as a session found that read from there. */
  deletesLostFrom: Etag | null;
}

/** What was found in the directory and in the log, and what follows from it. */
export interface SessionStart {
  task: CaptureTask;
  /** Of the last message of the task in the log; 0: there is none. */
  sequence: number;
  resumption: Resumption;
  setAside: SetAside;
  /** Closed at the session's end. */
  script: OpenScript;
}

/** Carries a task's changes from where it was resumed until something disturbs it; whatever it knows ends with it. */
export class CaptureSession {
  readonly #parts: SessionParts;
  readonly #start: SessionStart;
  readonly #memory: CaptureMemory;
  readonly #progress: CaptureProgress;
  readonly #script: OpenScript;
  readonly #reader: PageReader;
  readonly #publisher: Publisher;
  readonly #transformer: Transformer;
  readonly #reruns: Reruns;
  readonly #witness: WitnessGuard;

  constructor(parts: SessionParts, start: SessionStart, memory: CaptureMemory, progress: CaptureProgress) {
    const { source, pages, log, state, signer, pace } = parts;
    const { task, sequence, setAside, resumption, script } = start;
    const { position } = resumption;
    const { caution } = memory;
    this.#parts = parts;
    this.#start = start;
    this.#memory = memory;
    this.#progress = progress;
    this.#script = script;
    this.#publisher = new Publisher({
      log,
      task,
      position,
      sequence,
      signer,
      dropOlder: resumption.kind !== 'continue',
      contents: new Contents(source.extras, source.ids),
      caution,
      ids: source.ids,
    });
    const { follow } = script.runner;
    this.#reader = new PageReader(source, pages, {
      collection: task.collection,
      position,
      ...(follow && source.extras && { follow }),
    });
    this.#transformer = new Transformer(task, script, source, setAside);
    this.#reruns = new Reruns({
      task,
      feed: source,
      state,
      setAside,
      transformer: this.#transformer,
      caution,
      position: position.to,
    });
    this.#witness = new WitnessGuard(source, taskId(task.key), position, pace.witnessMs, memory);
    if (memory.heard) this.confirmed(memory.heard);
    progress.setAside = setAside;
  }

  /** Reruns what the rerun request names. */
  rerunAsked(): void {
    this.#reruns.asked();
  }

  /** What the requester says that it has, the source has to remember. */
  confirmed({ incarnation, witness }: Confirmation): void {
    if (incarnation === this.#publisher.position.incarnation) this.#witness.confirmed(witness);
  }

  /** @throws whatever ends it but `signal` */
  async run(signal: AbortSignal): Promise<void> {
    const { generation } = this.#publisher.position;
    const ended = new AbortController();
    const working = AbortSignal.any([signal, ended.signal]);
    let isFull = false;
    try {
      await this.#begin();
      const due = duePages(this.#dueParts(), working);
      const pages = transformPages(due, this.#transformer, this.#reruns, generation, working);
      for await (const page of ahead(pages, 1, isHeavy)) {
        if (signal.aborted) break;
        await this.#publish(page);
      }
    } catch (error) {
      isFull = error instanceof LogFullError;
      throw error;
    } finally {
      ended.abort();
      this.#reader.close();
      this.#script.close();
      await this.#transformer.idle();
      // Without it the next session only runs more of them again.
      await this.#reruns.leave().catch(() => {});
      // Nobody can have published anything else into a full log, and this is tried again often.
      if (!isFull) await this.#doubt();
    }
  }

  async #begin(): Promise<void> {
    const { source } = this.#parts;
    const { task, resumption } = this.#start;
    if (resumption.kind === 'begin') await this.#publisher.open();
    const isComplete = resumption.position.live;
    this.#progress.documentsTotal = isComplete ? 0 : await source.count(task.collection);
  }

  #dueParts(): DuePagesParts {
    return {
      reader: this.#reader,
      witness: this.#witness,
      reruns: this.#reruns,
      publisher: this.#publisher,
      progress: this.#progress,
      wanted: this.#memory,
      pace: this.#parts.pace,
    };
  }

  async #publish({ page, witness, changes, deletes, published, refused }: TransformedPage): Promise<void> {
    let isRefused = false;
    await this.#publisher.publish(page, witness, changes, (change, cause) => {
      isRefused = true;
      return this.#leaveOut(change, cause, refused);
    });
    for (const { commands } of changes) giveBackTexts(commands);
    const { position } = this.#publisher;
    await this.#start.setAside.published(position.to);
    if (!isRefused) await published?.();
    if (this.#reruns.due) this.#memory.nudge.nudge();
    this.#memory.deletesLostFrom = null;
    this.#progress.carried(page, position, deletes);
  }

  async #leaveOut(
    { documentId, etag }: TransformedChange,
    cause: unknown,
    refused: TransformedPage['refused'],
  ): Promise<void> {
    const { task, setAside } = this.#start;
    const reason = `it cannot be published: ${messageOf(cause)}`;
    this.#parts.logger.warn(
      `${describeTask(task.key)}: ${documentId ?? 'what was run again'} set aside: ${reason}`,
    );
    if (documentId === undefined) await refused?.(reason);
    else await setAside.add([{ documentId, etag, reason, kind: 'refused', line: null, column: null }]);
  }

  /** Another instance may have published something else of what was set aside here, not knowing that it would be. */
  async #doubt(): Promise<void> {
    const { task, setAside } = this.#start;
    const documentIds = setAside.addedAfter(this.#publisher.position.to);
    if (documentIds.length === 0) return;
    try {
      await callForRerun(this.#parts, task.key, documentIds);
    } catch (error) {
      this.#parts.logger.warn(
        `${describeTask(task.key)}: the documents set aside last may be listed although they are not set aside: ${messageOf(error)}`,
      );
    }
  }
}

/** Of JSON text, in a document's copies. */
const HEAVY = 1024 * 1024;

/** A script may make megabytes of each document: of those only one is held at a time. */
function isHeavy({ changes }: TransformedPage): boolean {
  return changes.some(({ commands }) => sizeOf(commands) > HEAVY);
}
